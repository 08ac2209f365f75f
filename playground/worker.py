"""Work in a process of its own: bytes go in, JSON lines come out, and a stop ends it at once.

For what keeps Python's lock, what cannot be interrupted in a thread, and what should give its memory back.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

from playground import sandbox
from playground.call import Stop
from playground.errors import CancelledError, InternalServerError


def lines(
    module: str, data: bytes, stop: Stop, environment: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """What `python -m module` tells when it is given `data`, line by line as it tells it.

    It knows nothing of the environment but what the sandbox's workers know and `environment`. Closing the generator
    ends it. Raises CancelledError once `stop` is set, InternalServerError when the process fails.
    """
    process = subprocess.Popen(  # noqa: S603 - a module of ours
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**sandbox.environment(), **(environment or {})},
    )
    asked, told = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    withdraw = stop.on_set(process.kill)
    try:
        with contextlib.suppress(OSError):  # it was killed, or failed: the exit code says so
            asked.write(data)
            asked.close()
        yield from map(json.loads, told)
        code = process.wait()
    finally:
        withdraw()
        process.kill()
        with contextlib.suppress(OSError):
            asked.close()
        told.close()
        process.wait()
    if stop.is_set():
        raise CancelledError("the run was stopped")
    if code:
        raise InternalServerError(f"`{module}` ended with code {code}; is memory short?")
