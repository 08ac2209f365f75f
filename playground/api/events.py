"""Events: a run as server-sent events: `delta` while it speaks, then one `response` or one `error`."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from playground.api.context import Context
from playground.api.reply import encode, stamps
from playground.call import Chunk
from playground.errors import InternalServerError
from playground.run import Run

GRACE = 2.0
"""Seconds before the first event in which a failure still gets its own HTTP status."""
SOON = 0.5
"""Seconds that the first event waits until the cache has decided about every prompt, for `X-Cache`."""
HEARTBEAT = 10.0
"""Seconds of silence after which a comment keeps proxies from closing the connection."""

HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


class EventStream(Response):
    """The answer to a request that accepts `text/event-stream`. A client that hangs up stops the run."""

    media_type = "text/event-stream"

    def __init__(self, run: Run, context: Context) -> None:
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]  # Starlette's, for the empty body of the constructor
        self._run = run
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Relay the run. Raises its PlaygroundError when it failed before anything was sent."""
        feed, run = Feed(self._run), self._run
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hang_up, receive, run.cancel)
            tasks.start_soon(self._context.wait, feed.pump)
            try:
                started = await self._relay(feed, scope, send)
            finally:
                run.cancel()  # nobody reads on; does nothing to a run that has ended
                tasks.cancel_scope.cancel()
        if not started:
            raise run.error or InternalServerError("the run ended without a response")

    async def _relay(self, feed: "Feed", scope: Scope, send: Send) -> bool:
        """Send everything; False when the run failed before anything was sent."""
        await feed.news(GRACE)
        if feed.ended and not feed.arrived and self._run.response is None:
            return False
        await feed.decision(SOON)
        stamps(scope)["X-Cache"] = decided(self._run)
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        while not feed.drained:
            frames = b"".join(map(delta, feed.take())) or b": still working\n\n"
            await send({"type": "http.response.body", "body": frames, "more_body": True})
            await feed.news(HEARTBEAT)
        await send({"type": "http.response.body", "body": self._last()})
        return True

    def _last(self) -> bytes:
        if self._run.response is not None:
            return frame("response", self._run.response)
        return frame("error", (self._run.error or InternalServerError("the run ended without a response")).body())


class Feed:
    """Chunks on their way from the thread that follows a run to the event loop: many at once when they come fast."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._loop = asyncio.get_running_loop()
        self._bell = asyncio.Event()
        self._rung = False
        self.arrived: deque[Chunk] = deque()
        self.ended = False

    def pump(self) -> None:
        """Follow the run to its end; in a thread."""
        try:
            for chunk in self._run.follow():
                if chunk.text or chunk.reasoning:
                    self.arrived.append(chunk)
                    self._ring()
                elif chunk.cache is not None:
                    self._ring()
        finally:
            self.ended = True
            self._ring()

    async def news(self, patience: float) -> None:
        """Wait for a chunk or the end, at most `patience` seconds."""
        await self._until(lambda: bool(self.arrived), patience)

    async def decision(self, patience: float) -> None:
        """Wait until the cache, if it is asked, has decided about every prompt, at most `patience` seconds."""
        await self._until(lambda: all(self._run.receipts) or not any(self._run.receipts), patience)

    async def _until(self, happened: Callable[[], bool], patience: float) -> None:
        with anyio.move_on_after(patience):
            while not happened() and not self.ended:
                self._bell.clear()
                self._rung = False
                if not happened() and not self.ended:  # what came before the bell was reset did not ring it
                    await self._bell.wait()

    def take(self) -> Iterable[Chunk]:
        """What has arrived, oldest first."""
        while self.arrived:
            yield self.arrived.popleft()

    @property
    def drained(self) -> bool:
        """Whether the run has ended and everything was taken."""
        return self.ended and not self.arrived

    def _ring(self) -> None:
        if not self._rung:
            self._rung = True
            self._loop.call_soon_threadsafe(self._bell.set)


def decided(run: Run) -> str:
    """`X-Cache`: what the cache did with each prompt, in order; `off` where it was not asked, `pending` if not yet."""
    receipts = run.receipts
    if not any(receipts):
        return "off"
    return ", ".join(each["status"] if each else "pending" for each in receipts)


async def hang_up(receive: Receive, cancel: Callable[[], object]) -> None:
    """Stop what the client waits for when it has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
    cancel()


def delta(chunk: Chunk) -> bytes:
    """One piece of text, of reasoning, or both."""
    pieces = {"text": chunk.text, "reasoning": chunk.reasoning}
    return frame("delta", {"index": chunk.index} | {name: piece for name, piece in pieces.items() if piece})


def frame(event: str, value: Any) -> bytes:
    """One server-sent event; JSON has no line breaks of its own."""
    return b"event: %s\ndata: %s\n\n" % (event.encode(), encode(value))
