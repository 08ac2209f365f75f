"""What a browser may load for our pages: nothing from other hosts, whatever a model writes into its answer.

An answer is Markdown and may hold an image; its address would carry text of the conversation to anybody.
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(
    (
        "default-src 'self' data: blob:",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:",  # Streamlit's charts compile what they draw
        "style-src 'self' 'unsafe-inline' data: blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "frame-ancestors 'self'",
    )
)


class Policy:
    """ASGI middleware that states the policy with every document."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; documents with the policy in their headers."""

        async def stating(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("content-security-policy", POLICY)
                    headers.setdefault("x-content-type-options", "nosniff")
                    headers.setdefault("referrer-policy", "same-origin")
            await send(message)

        await self._app(scope, receive, stating if scope["type"] == "http" else send)
