"""Work in a thread: a search or a filling goes on while the page is drawn, and can be looked at and stopped."""

import logging
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from playground.call import Stop
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.errors import CancelledError, InternalServerError, PlaygroundError
from playground.record import RunRecord
from playground.ui.core import NAMESPACE, core

logger = logging.getLogger("playground")
T = TypeVar("T")


class Work(Generic[T]):
    """Something that is done in a thread of its own. `done` of `total` steps; `runs` are ids of what was embedded."""

    def __init__(self, job: "Callable[[Work[T]], T]", total: int = 0) -> None:
        self.total = total
        self.done = 0
        self.runs: list[RunRecord] = []
        self.stop = Stop()
        self.value: T | None = None
        self.error: PlaygroundError | None = None
        self._began = time.perf_counter()
        self._took: float | None = None
        self._ended = threading.Event()
        self._job = job
        threading.Thread(target=self._work, daemon=True, name="search").start()

    @property
    def ended(self) -> bool:
        """Whether it is over, however it ended."""
        return self._ended.is_set()

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since it began, until now or until it ended."""
        return ((self._took or time.perf_counter()) - self._began) * 1000

    def wait(self, seconds: float) -> bool:
        """Wait for the end, no longer than this; whether it has ended."""
        return self._ended.wait(seconds)

    def _work(self) -> None:
        token = _AT_WORK.set(self)
        try:
            self.value = self._job(self)
        except PlaygroundError as error:
            self.error = error
        except Exception as error:
            logger.exception("work for the Search page failed")
            self.error = InternalServerError(f"something broke: {error}")
        finally:
            _AT_WORK.reset(token)
            self._took = time.perf_counter()
            self._ended.set()


_AT_WORK: ContextVar[Work[Any] | None] = ContextVar("_AT_WORK", default=None)


def ask(request: RawInferenceRequest) -> RawInferenceResponse:
    """Embed by a run of the pages' namespace, which the work at hand remembers and stops. Raises PlaygroundError."""
    work = _AT_WORK.get()
    run = core().start(request, namespace=NAMESPACE, door="page", stream=False)
    withdraw = work.stop.on_set(run.cancel) if work else lambda: None
    try:
        record = run.wait()
    finally:
        withdraw()
    if work is not None and record is not None:
        work.runs.append(record)
    if run.response is not None:
        return run.response
    raise run.error or CancelledError("stopped before the model had answered")
