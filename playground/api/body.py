"""BodyGuard: a request body over the limit is a 413 before it is read, whatever length was declared."""

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.api.context import Context
from playground.errors import PayloadTooLargeError

PATIENCE = 5.0
"""Seconds that an answered client may still be writing: most read the answer only when they have sent everything."""


class BodyGuard:
    """Outermost. Counts the bytes of each body as they come in and holds none of them."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        headers = Headers(scope=scope)
        if scope["type"] != "http" or not {"content-length", "transfer-encoding"} & set(headers):
            await self._app(scope, receive, send)
        else:
            body = Body(headers, receive, send, self._context)
            await self._app(scope, body.receive, body.send)


class Body:
    """The body of one request: `receive` counts, `send` drops what nobody read before it lets the answer end."""

    def __init__(self, headers: Headers, receive: Receive, send: Send, context: Context) -> None:
        length = headers.get("content-length", "")
        self._declared = int(length[:20]) if length.isascii() and length.isdigit() else 0
        self._invited = "100-continue" not in headers.get("expect", "").lower()
        self._receive = receive
        self._send = send
        self._context = context
        self._seen = 0
        self._complete = False

    async def receive(self) -> Message:
        """The next message. Raises PayloadTooLargeError."""
        limit = (await self._context.core()).max_bytes
        if self._declared > limit:
            raise _too_large(limit)
        message = await self._next()
        if self._seen > limit:
            raise _too_large(limit)
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on; a server that closes on a client which still writes would lose it."""
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if not last or self._complete or not self._invited:
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        with anyio.move_on_after(PATIENCE):
            while not self._complete:
                await self._next()
        await self._send({"type": "http.response.body", "body": b""})

    async def _next(self) -> Message:
        message = await self._receive()
        self._invited = True
        self._complete = self._complete or not message.get("more_body", False)
        self._seen += len(message.get("body", b""))
        return message


def _too_large(limit: int) -> PayloadTooLargeError:
    return PayloadTooLargeError(
        f"the request body is over {limit / 2**20:g} MB; send less, or raise `PLAYGROUND_MAX_BODY_MB`",
        details={"max_bytes": limit},
    )
