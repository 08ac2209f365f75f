"""Models on offer, asked for in the background: a page never waits for a provider's listing."""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from functools import lru_cache

from playground.call import Model, Provider
from playground.errors import PlaygroundError
from playground.runs import Runs

logger = logging.getLogger("playground")

PATIENCE = 0.25
"""Seconds that a page waits for a listing that nobody has asked for yet; bundled models answer within."""
FRESH = 300.0
"""Seconds after which a listing is asked for again; until the new one is here the old one holds."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The models of one provider, best first; `problem` says why there are none, `pending` that the question is out."""

    models: tuple[Model, ...] = ()
    problem: str = ""
    pending: bool = False


@dataclass(slots=True)
class _Question:
    future: Future[Listing]
    asked: float = field(default_factory=time.monotonic)


class Listings:
    """One question at a time per provider, and the last answer of each."""

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = providers
        self._questions: dict[str, _Question] = {}
        self._known: dict[str, Listing] = {}

    def get(self, name: str) -> Listing:
        """The listing of a provider as far as it is known now."""
        question = self._questions.get(name)
        if question is None or (question.future.done() and time.monotonic() - question.asked > FRESH):
            question = self._questions[name] = _Question(_asked(self._providers[name]))
        patience = PATIENCE if name not in self._known and time.monotonic() - question.asked < PATIENCE else 0
        try:
            answer = self._known[name] = question.future.result(patience)
        except NotYet:
            return self._known.get(name, Listing(pending=True))
        return answer

    def forget(self, name: str) -> None:
        """Ask again next time, as after a key was set."""
        self._questions.pop(name, None)
        self._known.pop(name, None)


@lru_cache(maxsize=4)
def listings(runs: Runs) -> Listings:
    """The listings of a core."""
    return Listings(runs.providers)


def _asked(provider: Provider) -> Future[Listing]:
    """The question, put in a thread that no shutdown waits for: a provider may be silent for minutes."""
    answer: Future[Listing] = Future()
    threading.Thread(target=_ask, args=(provider, answer), name=f"listing-{provider.name}", daemon=True).start()
    return answer


def _ask(provider: Provider, answer: Future[Listing]) -> None:
    try:
        answer.set_result(Listing(provider.models()))
    except PlaygroundError as error:
        answer.set_result(Listing(problem=error.message))
    except Exception:  # a defect of ours: said, and the page goes on
        logger.exception("the models of %s could not be listed", provider.name)
        answer.set_result(Listing(problem="the models could not be listed; the server's log has the cause"))
