"""One replica on the cluster: a plugin's code, unpacked, and one process in which it runs, with limits."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from playground.call import Stop
from playground.errors import PlaygroundError
from playground.plugins.cluster.parcel import Parcel
from playground.plugins.floats import taken
from playground.plugins.health import Failure, Journal
from playground.plugins.pool import Pool


class Host:
    """A deployment of Ray Serve. Its answers are tables: `error` as `told` has it, or `result`, which may lack vectors:
    then `floats` and `numbers` are what `floats.taken` took out.
    """

    def __init__(self, parcel: Parcel) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="plugin-"))
        self._journal = Journal()
        limits = replace(parcel.limits, processes=1)  # the others are other replicas
        self._pool = Pool(parcel.id, parcel.unpacked(self._folder), parcel.coded, limits, self._journal)

    async def ask(self, message: bytes) -> dict[str, Any]:
        """One request; ended with its process when the caller goes."""
        return await self._during(lambda stop: self._pool.ask(message, stop))

    async def warm(self) -> dict[str, Any]:
        """Start the process; the schemas that only running it can tell."""

        def start(stop: Stop) -> dict[str, Any]:
            self._pool.warm(stop)
            return dict(self._pool.schemas)

        return await self._during(start)

    async def _during(self, work: Callable[[Stop], dict[str, Any]]) -> dict[str, Any]:
        stop = Stop()
        try:
            result, lengths, numbers = taken(await asyncio.to_thread(work, stop))
            return {"result": result} | ({"floats": lengths, "numbers": numbers} if numbers else {})
        except asyncio.CancelledError:
            stop.set()
            raise
        except PlaygroundError as error:
            failure = self._journal.failure
            return {"error": told(error, failure if failure and failure.message == error.message else None)}

    def __del__(self) -> None:
        """The replica ends: so does its process, and its copy of the code goes."""
        pool = getattr(self, "_pool", None)
        if pool is not None:
            pool.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def told(error: PlaygroundError, failure: Failure | None = None) -> dict[str, Any]:
    """What is to be raised at the server, and what its journal is to hold of it."""
    return {
        "kind": type(error).__name__,
        "message": error.message,
        "code": error.code,
        "details": error.details,
        "retry_after": error.retry_after,
        "journal": [failure.kind, failure.message, failure.traceback, failure.output] if failure else None,
    }
