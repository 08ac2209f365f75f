"""Stand: one prompt at the cache, on its way to an answer."""

import time
from dataclasses import dataclass, field, replace

from playground.cache import receipt as receipts
from playground.cache.books import Open
from playground.cache.decision import Decision
from playground.cache.receipt import Receipt
from playground.cache.visit import Visit
from playground.call import Call, Provider
from playground.pricing import LOCAL


@dataclass(slots=True)
class Stand:
    """One prompt at the cache, and where it stands.

    `note` is what went wrong without ending the request, `gone` an entry whose answer cannot be read any more.
    """

    visit: Visit
    provider: Provider
    call: Call
    opened: Open
    scope: str
    prompt: str
    decision: Decision | None = None
    vector: tuple[float, ...] | None = None
    note: str = ""
    gone: tuple[int, ...] = ()
    began: float = field(default_factory=time.perf_counter)

    @property
    def sampled(self) -> bool:
        """Whether the model would draw its answer: everywhere but at temperature 0 and by what runs here."""
        return self.provider.name != LOCAL and self.call.parameters.get("temperature") != 0

    def receipt(self) -> Receipt:
        """What can be said before the answer."""
        if self.decision is None:
            return replace(receipts.REFRESH, note=self.note)
        return receipts.of_decision(self.decision, demo=self.opened.book.name == "demo", note=self.note)
