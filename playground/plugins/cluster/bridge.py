"""The process that speaks with Ray. Commands come on stdin, answers go out on stdout, the end of stdin ends it.

A command is a table with a number `n` and what to `do`: `deploy`, `ask`, `warm`, `delete`, or `cancel`, which ends the
command of that number. An answer has the number and `reply`, or `lost` with why the cluster gave none. The first
message is the cluster's address.

A replica that dies takes no request with it: what it was asked is asked again, of another or of its successor.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playground.plugins.cluster.host import Host, Order
from playground.plugins.cluster.parcel import packed
from playground.plugins.pipe import parsed, receive, send, written
from playground.plugins.process import Limits

TRIES = 5
"""How often a request is asked whose replica died meanwhile."""
PAUSE = 1.0
"""Seconds before the second of these; each later one waits longer."""


class Bridge:
    """The commands under way. One event loop, on which Ray's answers are awaited too."""

    def __init__(self, serve: Any, lost: type[Exception]) -> None:
        self._serve = serve
        self._lost = lost
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._handles: dict[str, Any] = {}

    def take(self, command: dict[str, Any], answer: Callable[[dict[str, Any]], None]) -> None:
        """Begin a command, or end one."""
        number = command["n"]
        if command["do"] == "cancel":
            if number in self._tasks:
                self._tasks[number].cancel()
            return
        self._tasks[number] = asyncio.ensure_future(self._done(command, answer))

    async def _done(self, command: dict[str, Any], answer: Callable[[dict[str, Any]], None]) -> None:
        try:
            reply = await getattr(self, f"_{command['do']}")(command)
            answer({"n": command["n"], "reply": reply})
        except asyncio.CancelledError:
            answer({"n": command["n"], "lost": "cancelled"})
        except Exception as error:  # noqa: BLE001 - whatever Ray raises, the server is to hear of it
            answer({"n": command["n"], "lost": f"{type(error).__name__}: {str(error).strip()[:500]}"})
        finally:
            self._tasks.pop(command["n"], None)

    async def _deploy(self, command: dict[str, Any]) -> None:
        """Have the application of a plugin on the cluster; one of that name is the same code."""
        if command["app"] not in self._serve.status().applications:
            await asyncio.wait_for(asyncio.to_thread(self._run, command), command["seconds"])
        self._handles[command["app"]] = self._serve.get_app_handle(command["app"])

    def _run(self, command: dict[str, Any]) -> None:
        path, limits = Path(command["path"]), Limits(**command["limits"])
        single = path.name if path.is_file() else ""
        order = Order(command["id"], packed(path), single, command["module"], tuple(command["coded"]), limits)
        made = self._serve.deployment(Host).options(
            autoscaling_config={
                "min_replicas": 1,
                "max_replicas": command["replicas"],
                "target_ongoing_requests": 1,
                "upscale_delay_s": 1,
            },
            max_ongoing_requests=1,
            ray_actor_options={"num_cpus": command["cpus"]},
            health_check_period_s=2,
        )
        self._serve.run(made.bind(order), name=command["app"], route_prefix=None)

    async def _ask(self, command: dict[str, Any]) -> Any:
        message = written(command["message"])
        return await self._insisted(lambda handle: handle.ask.remote(message), command["app"])

    async def _warm(self, command: dict[str, Any]) -> Any:
        return await self._insisted(lambda handle: handle.warm.remote(), command["app"])

    async def _insisted(self, asked: Callable[[Any], Any], app: str) -> Any:
        for tried in range(1, TRIES + 1):
            response = asked(self._handles[app])
            try:
                return await response
            except asyncio.CancelledError:
                response.cancel()
                raise
            except self._lost:
                if tried == TRIES:
                    raise
                await asyncio.sleep(PAUSE * tried)
        return None

    async def _delete(self, command: dict[str, Any]) -> None:
        self._handles.pop(command["app"], None)
        await asyncio.to_thread(self._serve.delete, command["app"])


async def relay(bridge: Bridge, replies: Any) -> None:
    """Take commands until there are no more."""
    loop = asyncio.get_running_loop()

    def answer(told: dict[str, Any]) -> None:
        send(replies, written(told))

    while (message := await loop.run_in_executor(None, receive, sys.stdin.buffer)) is not None:
        bridge.take(parsed(message), answer)


def main() -> None:
    """Join the cluster, say so, and relay."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what Ray prints must not get between the answers
    address = parsed(receive(sys.stdin.buffer) or b"{}")["address"]
    try:
        import ray
        from ray import serve

        ray.init(address=address, namespace="playground", log_to_driver=False, logging_level="ERROR")
        serve.start(http_options={"location": "NoServer"})
    except ImportError:
        send(replies, written({"failed": "Ray is not installed; install the extra `ray`"}))
        return
    except Exception as error:  # noqa: BLE001 - Ray's own, of a cluster that is not there
        send(replies, written({"failed": f"{type(error).__name__}: {str(error).strip()[:300]}"}))
        return
    send(replies, written({"joined": address}))
    asyncio.run(relay(Bridge(serve, ray.exceptions.RayActorError), replies))


if __name__ == "__main__":
    main()
