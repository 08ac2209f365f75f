"""Who may come in: `Authorization: Bearer` with a known key, within its allowance, in namespaces that are its own."""

from typing import Annotated

from fastapi import Depends, Request

from playground.api.caller import Caller, may_use
from playground.api.context import Context, Core, context, core
from playground.api.reply import stamp
from playground.errors import BadRequestError, TooManyRequestsError, UnauthorizedError
from playground.namespace import FORM, fits

_WHERE = "the Settings page shows the key and a ready command"


async def admit(
    request: Request, core: Annotated[Core, Depends(core)], context: Annotated[Context, Depends(context)]
) -> Caller:
    """Let a request in, and say whose it is.

    Whatever endpoint it is for: the namespaces in its `X-Namespace` and in its path (`{namespace_id}`) must be the
    caller's, which need not exist yet. Raises UnauthorizedError, TooManyRequestsError when the key has no requests
    left, BadRequestError and ForbiddenError.
    """
    caller = await _caller(_token(request), core, context)
    standing = core.allowance.take(caller.id, caller.limit)
    if standing is not None:
        stamp(request, standing.headers())
        if standing.wait:
            raise TooManyRequestsError(
                f"the key `{caller.name}` may send {standing.limit:,} requests a minute; wait and send it again, "
                "or have its limit raised (`PLAYGROUND_RATE_LIMIT` for keys without one of their own)",
                retry_after=standing.wait,
                details={"limit": standing.limit, "window": 60},
            )
    for name in (_named(request), request.path_params.get("namespace_id")):
        if name is not None:
            may_use(caller, name)
    return caller


Identity = Annotated[Caller, Depends(admit)]
"""Whose request it is, in an endpoint's arguments; asked for twice in a request it is found once."""


async def namespace(request: Request, caller: Identity) -> str:
    """The namespace that `X-Namespace` names, the caller's home without it. Raises BadRequestError, ForbiddenError."""
    return _named(request) or caller.home


Namespace = Annotated[str, Depends(namespace)]


def _named(request: Request) -> str | None:
    name = request.headers.get("x-namespace")
    if name is not None and not fits(name):
        raise BadRequestError(f"`X-Namespace` must be {FORM}", code="namespace_invalid")
    return name


def _token(request: Request) -> str:
    header = request.headers.get("authorization")
    if header is None:
        raise UnauthorizedError(f"the `Authorization` header is missing; send `Authorization: Bearer <key>`; {_WHERE}")
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthorizedError(f"the `Authorization` header must read `Bearer <key>`; {_WHERE}")
    return token.strip().encode("latin-1").decode("utf-8", "surrogateescape")  # as the server decoded it


async def _caller(token: str, core: Core, context: Context) -> Caller:
    found = core.keyring.fixed(token) or await context.work(core.keyring.made, token)
    if found is None:
        raise UnauthorizedError(f"this API key is not known here; {_WHERE}")
    return found
