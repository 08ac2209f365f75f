"""Astray: an address that is no page leads to the page that says so; Streamlit would draw another page, or nothing."""

from collections.abc import Collection
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.ui.firstpaint import ROOT, is_document


class Astray:
    """ASGI middleware. `pages` are the names of the pages, `base` is Streamlit's base path without slashes around it.

    Addresses of the API, of files and of the login are not looked at: only an empty document is turned away.
    """

    def __init__(self, app: ASGIApp, pages: Collection[str], base: str = "") -> None:
        self._app = app
        self._pages = {"", *pages}
        self._base = f"/{base}" if base else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but documents at addresses that name no page."""
        html = scope["type"] == "http" and "text/html" in Headers(scope=scope).get("accept", "")
        home = scope.get("root_path", "").rstrip("/") + self._base
        wanted = scope["path"].removeprefix(home) if html else ""
        if wanted.strip("/") in self._pages:
            await self._app(scope, receive, send)
            return
        start: Message | None = None
        turned = False

        async def turning(message: Message) -> None:
            nonlocal start, turned
            if message["type"] == "http.response.start" and is_document(message):
                start = message
            elif start is None:
                await send(message)
            elif not turned and ROOT in message.get("body", b""):  # it is small: all of it is in the first piece
                turned = True
                asked = f"&{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
                await RedirectResponse(f"{home}/lost?address={quote(wanted, safe='/')}{asked}")(scope, receive, send)
            elif not turned:
                await send(start)
                await send(message)
                start = None

        await self._app(scope, receive, turning)
