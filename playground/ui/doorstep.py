"""Doorstep: a connection that came in by an address of the network is sent away where the server may not listen there.

The start is refused already (`playground.reach`) where Streamlit's options say such an address; this holds under any
other server (`uvicorn app:app --host …`).
"""

from collections.abc import Callable
from functools import cache

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.reach import is_local, refusal
from playground.settings import Settings


class Doorstep:
    """ASGI middleware, outermost. `settings` are asked for by the first connection from elsewhere."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app = app
        self._reason = cache(lambda address: refusal(settings(), address))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in; send the rest away with 403 and the sentence."""
        server = scope.get("server")
        reason = "" if server is None or is_local(str(server[0])) else self._reason(str(server[0]))
        if not reason or scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(f"{reason}.\n", 403)(scope, receive, send)
