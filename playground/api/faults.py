"""Faults: every failure leaves in the contract's shape; an unforeseen one with an incident id and nothing else."""

import logging
import math
import secrets
import traceback
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground import errors
from playground.api.context import Context
from playground.api.reply import Reply, stamps

logger = logging.getLogger("playground.api")

FIXED_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def response(error: errors.PlaygroundError) -> Response:
    """The HTTP form of an error. `Retry-After` is at least 1: published clients spin on 0."""
    body, headers = error.body(), {}
    details = body["error"].setdefault("details", {}) if error.status in (429, 503) else {}
    if error.status == 503:
        details.setdefault("retryable", True)
    if error.retry_after is not None or error.status == 429:
        wait = max(1, math.ceil(error.retry_after or 0))
        headers["Retry-After"] = str(wait)
        body["error"].setdefault("details", {})["retry_after_seconds"] = wait
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Reply(body, error.status, headers)


def unfit(failures: list[Any]) -> errors.ValidationError:
    """Pydantic's list of failures as our error; what was sent is not repeated."""
    found = [(tuple(each["loc"]), str(each["msg"]), str(each["type"])) for each in failures]
    said = "; ".join(f"`{'.'.join(map(str, loc))}`: {text}" for loc, text, _ in found[:3])
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    return errors.ValidationError(f"the request does not fit the contract: {said}{more}", found)


async def on_unfit(_: Request, error: Exception) -> Response:
    """FastAPI found query parameters that do not fit."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type only
    return response(unfit(list(error.errors())))


async def on_routing(request: Request, error: Exception) -> Response:
    """Starlette's router found no such path, or not this verb."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type only
    path, verb = request.url.path, request.method
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        answer = response(errors.MethodNotAllowedError(f"`{verb}` is not possible on `{path}`; use {allowed}"))
        answer.headers["Allow"] = allowed
        return answer
    return response(
        errors.NotFoundError(
            f"there is nothing at `{path}`; `/openapi.json` lists what there is",
            details={"resource": "path", "id": path},
        )
    )


class Faults:
    """Outermost: turns whatever is raised into a response and puts the stamped headers on every answer."""

    def __init__(self, app: ASGIApp, context: Context) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; nothing is raised to the server, so nothing of it is logged there."""
        started = False

        async def stamped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in (FIXED_HEADERS | stamps(scope)).items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except ClientDisconnect:
            return  # it went before it had sent its body; there is nobody to tell
        except Exception as error:  # noqa: BLE001 - the last door before the server
            answer = response(explained(error, self._context))
            if not started:  # else the connection is cut, which is all that can be said now
                await answer(scope, receive, stamped)


def explained(error: Exception, context: Context) -> errors.PlaygroundError:
    """The error itself when it is one of ours; else an incident, whose cause goes to the log without secrets."""
    if isinstance(error, errors.PlaygroundError):
        return error
    incident = f"inc_{secrets.token_hex(8)}"
    logger.error("incident %s\n%s", incident, _trace(error, context))
    return errors.InternalServerError(
        f"the playground failed; the server's log has the cause under `{incident}`", details={"incident": incident}
    )


def _trace(error: Exception, context: Context) -> str:
    """The traceback without secrets; while they are not known, without the error's own words."""
    if context.opened is None:
        return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
    return context.opened.masked("".join(traceback.format_exception(error)))
