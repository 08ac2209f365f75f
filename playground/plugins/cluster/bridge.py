"""The process that speaks with Ray. Commands come on stdin, answers go out on stdout, the end of stdin ends it.

The first message is the cluster's `address`. A command is a table with a number `n` and what to `do`: `deploy`, `ask`,
`warm`, `delete`, or `cancel`, which ends the command of that number. An answer has the number and `result`, or `error`
(`host.told`), or `lost` with why the cluster gave none. Commands wait until the cluster is joined; where it cannot be,
`unreached` says why to all of them, without a number, and the process ends.

A replica that dies takes no request with it: what it was asked is asked again, of another or of its successor.
"""

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any

from playground.errors import InferenceServiceUnavailableError
from playground.plugins.cluster.host import Host, told
from playground.plugins.cluster.parcel import Parcel, packed
from playground.plugins.failures import busy
from playground.plugins.pipe import parsed, receive, send, written
from playground.plugins.process import Limits

REACHING, JOINING = 10.0, 120.0
"""Seconds until somebody listens at the cluster's address, and that joining it may take."""
DEPLOYING = 180.0
"""Seconds until a plugin has its first replica; the cluster may have to find a machine for it."""
CPUS = 0.1
"""Processors that the cluster sets aside for each replica: plugins wait more than they work."""
PAUSES = (1.0, 2.0, 3.0, 4.0)
"""Seconds before a request whose replica died is asked again, each time that happens; after the last it is lost."""


class Bridge:
    """The commands under way. One event loop, on which Ray's answers are awaited too."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._joined = asyncio.Event()
        self._serve: Any = None
        self._died: type[Exception] = Exception
        self._tasks: dict[int, asyncio.Task[Any]] = {}
        self._apps: dict[str, App] = {}

    async def join(self, address: str) -> None:
        """Reach the cluster, or tell everybody why not and end."""
        try:
            self._serve, self._died = await asyncio.wait_for(asyncio.to_thread(_joined, address), JOINING)
        except ImportError:
            self._tell({"unreached": "Ray is not installed; install the extra `ray`", "retryable": False})
        except TimeoutError:
            self._tell({"unreached": f"it did not answer within {JOINING:g} s"})
        except Exception as error:  # noqa: BLE001 - Ray's own, of a cluster that is not there
            self._tell({"unreached": _said(error)})
        else:
            self._joined.set()
            return
        os._exit(1)  # a thread of Ray's may be waiting for ever

    def take(self, command: dict[str, Any]) -> None:
        """Begin a command, or end one."""
        number = command["n"]
        if command["do"] != "cancel":
            self._tasks[number] = asyncio.ensure_future(self._reply(command))
            self._tasks[number].add_done_callback(partial(self._done, number))
        elif number in self._tasks:
            self._tasks[number].cancel()

    async def _reply(self, command: dict[str, Any]) -> Any:
        await self._joined.wait()
        return await getattr(self, f"_{command['do']}")(command)

    def _done(self, number: int, task: asyncio.Task[Any]) -> None:
        """Tell the end of a command; one that is ended before it began has one too."""
        del self._tasks[number]
        if task.cancelled():
            self._tell({"n": number, "lost": "cancelled"})
        elif error := task.exception():
            self._tell({"n": number, "lost": _said(error)})
        else:
            self._tell({"n": number, **task.result()})

    async def _deploy(self, command: dict[str, Any]) -> dict[str, Any]:
        """Have a plugin on the cluster; the name of its application."""
        path, limits = Path(command["path"]), Limits(**command["limits"])
        single = path.name if path.is_file() else ""
        parcel = Parcel(command["id"], packed(path), single, command["module"], tuple(command["coded"]), limits)
        try:
            handle = await asyncio.wait_for(asyncio.to_thread(self._deployed, parcel), DEPLOYING)
        except TimeoutError:
            return {"error": told(_crowded(parcel.id))}
        self._apps.setdefault(parcel.app, App(handle, self._died, parcel))
        return {"result": parcel.app}

    def _deployed(self, parcel: Parcel) -> Any:
        """The handle of an application, which another server may have put there."""
        before = self._serve.status().applications.get(parcel.app)
        if before is None or before.status in ("DEPLOY_FAILED", "DELETING"):
            made = self._serve.deployment(Host).options(
                autoscaling_config={
                    "min_replicas": 1,
                    "max_replicas": parcel.limits.processes,
                    "target_ongoing_requests": 1,
                    "upscale_delay_s": 1,
                },
                max_ongoing_requests=1,
                ray_actor_options={"num_cpus": CPUS},
                health_check_period_s=2,
            )
            self._serve.run(made.bind(parcel), name=parcel.app, route_prefix=None)
        return self._serve.get_app_handle(parcel.app)

    async def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        message = command["message"].encode()
        return await self._apps[command["app"]].reply(lambda handle: handle.ask.remote(message))

    async def _warm(self, command: dict[str, Any]) -> dict[str, Any]:
        return await self._apps[command["app"]].reply(lambda handle: handle.warm.remote())

    async def _delete(self, command: dict[str, Any]) -> dict[str, Any]:
        self._apps.pop(command["app"], None)
        await asyncio.to_thread(self._serve.delete, command["app"])
        return {"result": None}


class App:
    """One plugin on the cluster, as this process asks it."""

    def __init__(self, handle: Any, died: type[Exception], parcel: Parcel) -> None:
        self._handle = handle
        self._died = died
        self._id = parcel.id
        self._patience = 2 * parcel.limits.seconds + parcel.limits.start
        self._answered = 0.0

    async def reply(self, ask: Callable[[Any], Any]) -> dict[str, Any]:
        """What a replica answers, or that all are busy: it waits for as long as others get answers."""
        task = asyncio.ensure_future(self._insisted(ask))
        came = time.monotonic()
        try:
            while (left := max(came, self._answered) + self._patience - time.monotonic()) > 0:
                if (await asyncio.wait({task}, timeout=left))[0]:
                    self._answered = time.monotonic()
                    return task.result()
        finally:
            task.cancel()
        return {"error": told(busy(self._id, self._patience))}

    async def _insisted(self, ask: Callable[[Any], Any]) -> dict[str, Any]:
        for pause in (*PAUSES, None):
            response = ask(self._handle)
            try:
                answer: dict[str, Any] = await response
                return answer
            except asyncio.CancelledError:
                response.cancel()
                raise
            except self._died:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")


def _joined(address: str) -> tuple[Any, type[Exception]]:
    """Ray Serve of a cluster, and what is raised when a replica dies."""
    import ray
    from ray import serve

    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():  # where nobody listens, Ray itself looks for minutes
        socket.create_connection((host, int(port)), timeout=REACHING).close()
    ray.init(address=address, namespace="playground", log_to_driver=False, logging_level="ERROR")
    start = partial(serve.start, http_options={"location": "NoServer"})
    try:
        start()
    except ValueError:  # its name is taken: another server has started it at the same moment
        start()
    return serve, ray.exceptions.RayActorError


def _crowded(id_: str) -> InferenceServiceUnavailableError:
    return InferenceServiceUnavailableError(
        f"plugin `{id_}` has no replica on the cluster after {DEPLOYING:g} s; see whether it has processors to spare",
        code="plugin_start",
        details={"plugin": id_},
        retry_after=5,
    )


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).strip()[:500]}"


def _listen(commands: IO[bytes], loop: asyncio.AbstractEventLoop, bridge: Bridge) -> None:
    """Take commands in; at their end, end everything."""
    while (message := receive(commands)) is not None:
        loop.call_soon_threadsafe(bridge.take, parsed(message))
    os._exit(0)


async def relay(commands: IO[bytes], replies: IO[bytes]) -> None:
    """Join the cluster, and do what is asked."""
    address = parsed(receive(commands) or b"{}")["address"]

    def tell(answer: dict[str, Any]) -> None:
        numbers = answer.pop("numbers", b"")
        send(replies, written(answer) + b"\0" + numbers if numbers else written(answer))

    bridge = Bridge(tell)
    threading.Thread(target=_listen, args=(commands, asyncio.get_running_loop(), bridge), daemon=True).start()
    await bridge.join(address)
    await asyncio.Event().wait()  # the end of the commands ends it


if __name__ == "__main__":
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what Ray prints must not get between the answers
    asyncio.run(relay(sys.stdin.buffer, answers))
