"""Who may come in: `Authorization: Bearer` with a known key, within the key's allowance, for one namespace."""

import hashlib
import hmac
import re
from typing import Annotated

from fastapi import Depends, Request

from playground.api.context import Core, core
from playground.api.reply import stamp
from playground.errors import BadRequestError, TooManyRequestsError, UnauthorizedError

NAMESPACE = "default"
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_WHERE = "the Settings page shows the key and a ready command"


async def admit(request: Request, core: Annotated[Core, Depends(core)]) -> None:
    """Let a request in or not. Raises UnauthorizedError, and TooManyRequestsError when the key has no requests left."""
    key = _key(_token(request), core.keys)
    standing = core.allowance.take(hashlib.sha256(key).hexdigest())
    if standing is None:
        return
    stamp(request, standing.headers())
    if standing.wait:
        raise TooManyRequestsError(
            f"this key may send {standing.limit:,} requests a minute; wait and send it again, "
            "or raise `PLAYGROUND_RATE_LIMIT`",
            retry_after=standing.wait,
            details={"limit": standing.limit, "window": 60},
        )


async def namespace(request: Request) -> str:
    """The namespace that `X-Namespace` names, `default` without it. Raises BadRequestError."""
    name = request.headers.get("x-namespace", NAMESPACE)
    if not _NAMESPACE.fullmatch(name):
        raise BadRequestError(
            "`X-Namespace` must be 1 to 128 letters, digits, `_` or `-`, and start with a letter or digit",
            code="namespace_invalid",
        )
    return name


Namespace = Annotated[str, Depends(namespace)]


def _token(request: Request) -> bytes:
    header = request.headers.get("authorization")
    if header is None:
        raise UnauthorizedError(f"the `Authorization` header is missing; send `Authorization: Bearer <key>`; {_WHERE}")
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthorizedError(f"the `Authorization` header must read `Bearer <key>`; {_WHERE}")
    return token.strip().encode("latin-1")  # as the server decoded it


def _key(token: bytes, keys: tuple[bytes, ...]) -> bytes:
    """The key that was sent. Every key is compared, in constant time, so that time tells nothing."""
    matches = [key for key in keys if hmac.compare_digest(token, key)]
    if not matches:
        raise UnauthorizedError(f"this API key is not known here; {_WHERE}")
    return matches[0]
