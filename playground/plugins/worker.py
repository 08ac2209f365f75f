"""A plugin's own process: requests come in on stdin, answers go out on stdout, the end of stdin ends it.

Messages are those of `playground.plugins.pipe`. The first names the plugin and its limits; the answer to it says that
it is loaded, or why it is not. What the plugin prints goes to stderr, where the server keeps the end of it; what it
reads from stdin is empty. It keeps one event loop for all its calls.
"""

import asyncio
import contextlib
import inspect
import json
import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from playground.plugins import loading
from playground.plugins.loading import Answer, UnfitError, load
from playground.plugins.pipe import MOST, BrokenError, answered, parsed, receive, send, written
from playground.plugins.unfit import unfit

_LONGEST = 8000
"""Characters of a traceback: its end, where the cause stands."""
_OURS = {__file__, loading.__file__, asyncio.runners.__file__, asyncio.base_events.__file__}
Failure = dict[str, Any]


def main() -> None:
    """Load the plugin that the first message names, then answer until there is nothing more to answer."""
    mine = os.getpid()
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.dont_write_bytecode = True  # what was compiled within one second of a change would be taken for it
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, asked), daemon=True).start()
    with asyncio.Runner() as runner:
        answer, reply = _loaded(asked.get())
        _tell(replies, reply, mine)
        while answer is not None:
            reply, last = _answered(answer, asked.get(), runner)
            _tell(replies, reply, mine)
            if last:
                break
    os._exit(0)  # whatever the plugin has left running ends too


def _listen(requests: IO[bytes], asked: "queue.SimpleQueue[dict[str, Any]]") -> None:
    """Take requests in; at their end, end everything, also a plugin that is in the middle of something."""
    with contextlib.suppress(BrokenError, OSError):
        while (message := receive(requests)) is not None:
            asked.put(parsed(message))
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _loaded(order: dict[str, Any]) -> tuple[Answer | None, bytes]:
    try:
        confine(order["memory"])
        answer, schemas = load(Path(order["path"]), order["module"])
        return answer, written({"ready": schemas(order["coded"])})
    except UnfitError as error:
        return None, written({"failure": {"kind": "load", "message": str(error)}})
    except BaseException as error:  # noqa: BLE001 - whatever a stranger's code does at its import
        return None, written({"failure": _failure(error) | {"kind": "load"}})


def _answered(answer: Answer, request: dict[str, Any], runner: asyncio.Runner) -> tuple[bytes, bool]:
    """The reply to one request, and whether it is the last: after some failures the process is not to be trusted."""
    try:
        found = answer(request["inputs"], request["parameters"])
        result = runner.run(_awaited(found)) if inspect.isawaitable(found) else found
        complaint, message = _packed(result)
        if complaint:
            failure = {"kind": "answer", "message": complaint, "fault": _fault(result)}
            return written({"failure": failure}), False
        return message, False
    except Exception as error:  # noqa: BLE001 - it is the plugin's
        return written({"failure": _failure(error)}), isinstance(error, MemoryError)
    except BaseException as error:  # noqa: BLE001 - `sys.exit` and its like
        return written({"failure": _failure(error) | {"kind": "exit"}}), True


async def _awaited(found: Any) -> Any:
    return await found


def _packed(result: Any) -> tuple[str, bytes]:
    """(what is wrong with an answer, the message that holds it)."""
    if not isinstance(result, dict):
        return f"it must be a dict, and is {_kind(result)}", b""
    try:
        message = answered(result)
    except (ValueError, TypeError, RecursionError):
        return unfit(result), b""
    if len(message) > MOST:
        return f"it has {len(message) / 2**20:.0f} MB; {MOST // 2**20} are allowed", b""
    return "", message


def _fault(result: Any) -> str:
    """What is wrong, as a word: `shape` for what is no dict, `size`, `nan` where JSON lacks only NaN, else `json`."""
    if not isinstance(result, dict):
        return "shape"
    for fault, finite in (("size", False), ("nan", True)):
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            json.dumps(result, allow_nan=finite, ensure_ascii=False).encode()
            return fault
    return "json"


def _kind(value: Any) -> str:
    return "None; is there a `return`?" if value is None else f"a {type(value).__name__}"


def _failure(error: BaseException) -> Failure:
    """What a failure was, for the server: its kind, the exception's name and words, and the plugin's own traceback."""
    kind = "memory" if isinstance(error, MemoryError) else "raised"
    with contextlib.suppress(Exception):  # an exception may fail to print
        text = "".join(traceback.format_exception(type(error), error, _theirs(error)))[-_LONGEST:]
        return {
            "kind": kind,
            "type": type(error).__name__,
            "message": _safe(str(error)[:500]),
            "traceback": _safe(text),
        }
    return {"kind": kind, "type": type(error).__name__, "message": "", "traceback": ""}


def _theirs(error: BaseException) -> TracebackType | None:
    """The traceback without our own part of it, which comes first."""
    place = error.__traceback__
    while place is not None and place.tb_frame.f_code.co_filename in _OURS and place.tb_next is not None:
        place = place.tb_next
    return place


def _safe(text: str) -> str:
    """Without halves of characters, which UTF-8 has no bytes for."""
    return text.encode("utf-8", "replace").decode()


def _tell(replies: IO[bytes], message: bytes, mine: int) -> None:
    """Send a reply; a copy of this process, made by a plugin that forks, must not."""
    if os.getpid() != mine:
        os._exit(0)
    try:
        send(replies, message)
    except OSError:  # the server is gone
        os._exit(0)


def confine(memory: int) -> None:
    """Give up, for good: more memory than `memory` bytes of its own, and core dumps."""
    try:
        import resource
    except ImportError:  # not a POSIX system
        return
    # DATA counts what the process writes, not the files of weights that it maps, as AS would
    for name, limit in (("DATA" if sys.platform == "linux" else "AS", memory), ("CORE", 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


if __name__ == "__main__":
    main()
