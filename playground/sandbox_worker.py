"""The sandbox's worker: a file comes in on stdin, what was found goes out on stdout, the end of stdin ends it.

A message is 4 bytes of length and JSON, 8 bytes of length and bytes: nothing that comes from here is ever unpickled.
Before a job the process gives up time and memory for good or for the job, where the system has such limits.
"""

import json
import os
import sys
from importlib import import_module
from typing import IO, Any

from playground.errors import BadRequestError, PayloadTooLargeError

MEMORY = 3 * 2**29
"""Bytes of address space a worker may have; an image at its limit takes a quarter of a GiB."""
Message = tuple[dict[str, Any], bytes]


def send(stream: IO[bytes], head: dict[str, Any], data: bytes = b"") -> None:
    """Write one message and flush."""
    text = json.dumps(head).encode()
    stream.write(len(text).to_bytes(4, "big") + text + len(data).to_bytes(8, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """Read one message; None when the other side has ended, even in the middle of one."""
    text = _exactly(stream, _size(stream, 4))
    data = _exactly(stream, _size(stream, 8)) if text else None
    return None if text is None or data is None else (json.loads(text), data)


def _size(stream: IO[bytes], width: int) -> int:
    head = _exactly(stream, width)
    return -1 if head is None else int.from_bytes(head, "big")


def _exactly(stream: IO[bytes], count: int) -> bytes | None:
    data = stream.read(count) if count >= 0 else b""
    return data if len(data) == count else None


def confine(memory: int) -> None:
    """Give up, for good: memory beyond `memory`, files beyond a few, writing to any, core dumps."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    for name, limit in (("AS", memory), ("FSIZE", 0), ("CORE", 0), ("NOFILE", 64)):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def ration(seconds: int) -> None:
    """Let the next job have `seconds` of CPU; the system ends the process after that."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


def main() -> None:
    """Confine oneself as the first message says, then answer until there is nothing more to answer."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    from playground.decoding import JOBS, READERS

    for module in READERS:
        import_module(module)
    first = receive(sys.stdin.buffer)
    if first is None:
        return
    confine(first[0]["memory"])
    send(replies, {})
    while (message := receive(sys.stdin.buffer)) is not None:
        head, data = message
        ration(head["cpu"])
        try:
            facts, found = JOBS[head["job"]](data, **head["wants"])
        except (BadRequestError, PayloadTooLargeError) as error:
            facts, found = {"error": error.type, "message": error.message}, b""
        except MemoryError:
            facts, found = {"error": "MemoryError"}, b""
        del message, data
        send(replies, facts, found)


if __name__ == "__main__":
    main()
