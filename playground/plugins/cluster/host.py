"""One replica on the cluster: a plugin's code, unpacked, and one process in which it runs, with limits."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playground.call import Stop
from playground.errors import PlaygroundError
from playground.plugins.cluster.parcel import unpacked
from playground.plugins.health import Journal
from playground.plugins.pool import Pool
from playground.plugins.process import Limits
from playground.plugins.source import Source


@dataclass(frozen=True, slots=True)
class Order:
    """What a replica is to be: the plugin's id, its code, and what it may take."""

    id: str
    code: bytes
    single: str
    module: str
    coded: tuple[str, ...]
    limits: Limits


class Host:
    """A deployment of Ray Serve. Answers are tables: `result`, or `error` with what is to be raised and journaled."""

    def __init__(self, order: Order) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="plugin-"))
        source = Source(unpacked(order.code, self._folder, order.single), order.module)
        self._journal = Journal()
        self._pool = Pool(order.id, source, order.coded, order.limits, self._journal)

    async def ask(self, message: bytes) -> dict[str, Any]:
        """One request; ended with its process when the caller goes."""
        stop = Stop()
        return await self._during(stop, lambda: {"result": self._pool.ask(message, stop)})

    async def warm(self) -> dict[str, Any]:
        """Start the process; the schemas that only running it can tell."""
        stop = Stop()

        def start() -> dict[str, Any]:
            self._pool.warm(stop)
            return {"result": dict(self._pool.schemas)}

        return await self._during(stop, start)

    async def _during(self, stop: Stop, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return await asyncio.to_thread(self._tried, work)
        except asyncio.CancelledError:
            stop.set()
            raise

    def _tried(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return work()
        except PlaygroundError as error:
            return {"error": self._told(error)}

    def _told(self, error: PlaygroundError) -> dict[str, Any]:
        failure = self._journal.failure
        own = failure is not None and failure.message == error.message
        return {
            "kind": type(error).__name__,
            "message": error.message,
            "code": error.code,
            "details": error.details,
            "retry_after": error.retry_after,
            "journal": [failure.kind, failure.message, failure.traceback, failure.output] if failure and own else None,
        }

    def __del__(self) -> None:
        """The replica ends: so does its process, and its copy of the code goes."""
        pool = getattr(self, "_pool", None)
        if pool is not None:
            pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)
