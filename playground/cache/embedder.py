"""The encoder whose vectors the cache compares: the bundled one, or any other with a name of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.cache.judges import Reading

LONGEST = 8000
"""Letters that are handed to the encoder; it reads 256 tokens."""


@dataclass(frozen=True, slots=True)
class Embedder:
    """`name` is kept beside the vectors, so that those of two encoders never meet; `read` raises PlaygroundError."""

    name: str
    dim: int
    read: Callable[[str], Reading]


def bundled() -> Embedder:
    """The encoder that comes with the playground; loaded when it is first asked."""
    return Embedder("all-minilm-l6-v2", 384, _read)


def _read(text: str) -> Reading:
    from playground.providers.local.encoder import BUNDLED, load

    found = load(BUNDLED).embed(text[:LONGEST])
    return Reading(found.values, found.cut or len(text) > LONGEST)
