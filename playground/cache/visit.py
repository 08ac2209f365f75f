"""Visit: a request that comes to the cache, and what it wants there."""

from dataclasses import dataclass
from typing import Literal

Wish = Literal["", "refresh", "no_store"]
"""What one request wants of the cache: as usual; the model asked anew; nothing looked up and nothing kept."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who comes: a run of a namespace. `delta` None: as the rules say."""

    namespace: str
    run: str = ""
    delta: float | None = None
    wish: Wish = ""
