"""First paint: what stands in the window until Streamlit's script is there, which on a slow machine takes seconds."""

from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = b'<div id="root"></div>'
"""Where Streamlit draws; it clears what stands there."""
_PAINT = Path(__file__).with_name("firstpaint.html").read_bytes().strip()


class FirstPaint:
    """ASGI middleware that puts a sketch of the page into the empty document."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; a document with the sketch in it."""
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        MutableHeaders(scope=scope)["accept-encoding"] = "identity"  # a compressed one could not be painted on
        start: Message | None = None
        body = b""

        async def painting(message: Message) -> None:
            nonlocal start, body
            match message:
                case {"type": "http.response.start"} if is_document(message):
                    start = message
                case {"type": "http.response.body"} if start is not None:
                    body += message.get("body", b"")
                    if not message.get("more_body"):
                        painted = body.replace(ROOT, _PAINT, 1)
                        MutableHeaders(scope=start)["content-length"] = str(len(painted))
                        await send(start)
                        await send({"type": "http.response.body", "body": painted})
                case _:
                    await send(message)

        await self._app(scope, receive, painting)


def is_document(message: Message) -> bool:
    """Whether this is the start of a page of HTML that there is."""
    headers = Headers(scope=message)
    return message["status"] == 200 and headers.get("content-type", "").startswith("text/html")
