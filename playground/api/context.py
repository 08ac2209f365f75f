"""Context: what the endpoints share: the core, opened by the first request, and the threads for blocking work."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import anyio
from anyio import to_thread
from fastapi import Request

from playground.api.allowance import Allowance
from playground.api.keyring import Keyring
from playground.errors import InferenceServiceUnavailableError
from playground.runs import Runs

THREADS = 64
"""Threads for short blocking calls, and as many for waiting on runs. AnyIO's own limiter is not used: Streamlit sets
it to 28 and serves its static files from it."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Core:
    """The core as this door uses it; `max_bytes` is the largest request body."""

    runs: Runs
    keyring: Keyring
    allowance: Allowance
    max_bytes: int

    def masked(self, text: str) -> str:
        """`text` without any secret that is configured or was made."""
        return self.runs.settings.masked(self.keyring.masked(text))


class Context:
    """One per app. Waiting on runs has threads of its own, so that it never keeps a cancellation waiting."""

    def __init__(self, runs: Callable[[], Runs]) -> None:
        self._runs = runs
        self._opening = anyio.Lock()
        self._working = anyio.CapacityLimiter(THREADS)
        self._waiting = anyio.CapacityLimiter(THREADS)
        self.opened: Core | None = None

    async def core(self) -> Core:
        """The core. Raises InferenceServiceUnavailableError when the settings do not allow one."""
        async with self._opening:
            if self.opened is None:
                self.opened = await self.work(self._open)
            return self.opened

    async def work(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that blocks for moments."""
        return await to_thread.run_sync(lambda: function(*args, **kwargs), limiter=self._working)

    async def wait(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call something that blocks as long as a run lasts."""
        return await to_thread.run_sync(lambda: function(*args, **kwargs), limiter=self._waiting)

    def _open(self) -> Core:
        runs = self._runs()
        try:
            keyring = Keyring(runs.settings, runs.history.keys)
            allowance = Allowance(runs.settings.number("PLAYGROUND_RATE_LIMIT"))
            max_bytes = int(runs.settings.number("PLAYGROUND_MAX_BODY_MB") * 2**20)
        except ValueError as error:
            raise InferenceServiceUnavailableError(str(error), retryable=False) from error
        return Core(runs, keyring, allowance, max_bytes)


def context(request: Request) -> Context:
    """The context of the app that a request came to."""
    found: Context = request.app.state.context
    return found


async def core(request: Request) -> Core:
    """The core behind the app that a request came to, for `Depends`."""
    return await context(request).core()
