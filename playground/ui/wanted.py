"""Wanted: who logs in goes on to the page that was asked for, where Streamlit would show the first one.

Streamlit's way is `/auth/login`, the provider, `/oauth2callback`, and then the root, whatever was asked for.
"""

import re
from urllib.parse import quote, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "playground_wanted"
MINUTES = 15
"""How long somebody may take to log in."""
_PLACE = re.compile(r"/(?![/\\])[\x21-\x7e]*")
"""A path here, with what it asks; `//other.org` would lead away."""


class Wanted:
    """ASGI middleware that remembers in a cookie, from the login to its end, from where it was begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the two ends of a login with the cookie, and the place in it."""

        async def leaving(message: Message) -> None:
            if message["type"] == "http.response.start" and (place := _asked(Headers(scope=scope))):
                _set_cookie(message, quote(place, safe=""), MINUTES * 60)
            await send(message)

        async def coming(message: Message) -> None:
            place = unquote(Request(scope).cookies.get(COOKIE, ""))
            if message["type"] == "http.response.start" and message["status"] == 302 and _PLACE.fullmatch(place):
                MutableHeaders(scope=message)["location"] = place
                _set_cookie(message, "", 0)
            await send(message)

        ends = {"/auth/login": leaving, "/oauth2callback": coming}
        end = next((way for path, way in ends.items() if scope.get("path", "").endswith(path)), send)
        await self._app(scope, receive, end if scope["type"] == "http" else send)


def _asked(headers: Headers) -> str:
    """The page that leads to the login; empty where the browser does not say, or it is another's."""
    page = urlsplit(headers.get("referer", ""))
    place = f"{page.path}?{page.query}" if page.query else page.path
    return place if page.netloc == headers.get("host") and _PLACE.fullmatch(place) else ""


def _set_cookie(message: Message, value: str, seconds: int) -> None:
    cookie = f"{COOKIE}={value}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"
    MutableHeaders(scope=message).append("set-cookie", cookie)
