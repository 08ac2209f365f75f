"""One call of a plugin, answered with just what the plugin gave: to see it before anything is built on it."""

from collections.abc import Callable
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.context import Core, context, core
from playground.api.events import hang_up
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.plugins.entry import entry
from playground.api.plugins.place import PluginId, Space
from playground.api.plugins.shapes import PluginRealtimeTestRequest, PluginRealtimeTestResponse
from playground.api.reply import Reply
from playground.call import Stop
from playground.errors import BadRequestError, PayloadTooLargeError, PlaygroundError
from playground.plugins.names import inference_name

router = APIRouter(dependencies=[Depends(admit)], tags=["Plugins"])

_THE_CALLERS = (BadRequestError, PayloadTooLargeError)
"""What is wrong with the request and not with the plugin."""


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/{plugin_id}/realtime/test",
    summary="Test plugin realtime inference",
    response_model=PluginRealtimeTestResponse,
    responses=failures(400, 401, 403, 404, 413, 429, 500),
    openapi_extra=body(PluginRealtimeTestRequest),
)
async def test_realtime_inference(
    plugin_id: PluginId,
    namespace: Space,
    core: Annotated[Core, Depends(core)],
    asked: Annotated[PluginRealtimeTestRequest, Depends(reader(PluginRealtimeTestRequest, optional=True))],
    request: Request,
) -> Response:
    """Call a plugin and answer with what it gave, as it gave it.

    A plugin that raises, crashes, takes too long or is not deployed is an answer too: `status` is `error` and `error`
    says why; the plugin's traceback is on the Plugins page. Numbers that are none (NaN) are such an error.
    """
    found = await context(request).work(entry, core.runs.plugins, plugin_id, namespace)
    name, stop = inference_name(found.id), Stop()
    if not found.deployed:
        return Reply(_failed(name, found.why_not))
    given = await _waited(
        request,
        stop,
        lambda: core.runs.plugins.call(found.id, asked.inputs or {}, asked.parameters, stop, namespace),
    )
    if isinstance(given, _THE_CALLERS):
        raise given
    if isinstance(given, PlaygroundError):
        return Reply(_failed(name, core.masked(given.message)))
    return Reply(_succeeded(name, given))


async def _waited(request: Request, stop: Stop, call: Callable[[], dict[str, Any]]) -> dict[str, Any] | PlaygroundError:
    """What a call gives or raises; it is stopped when the client goes first."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hang_up, request.receive, stop.set)
        given = await context(request).wait(_ended, call)
        tasks.cancel_scope.cancel()
    return given


def _ended(call: Callable[[], dict[str, Any]]) -> dict[str, Any] | PlaygroundError:
    """Its error as a value: a group of tasks would wrap it."""
    try:
        return call()
    except PlaygroundError as error:
        return error


def _succeeded(name: str, given: dict[str, Any]) -> PluginRealtimeTestResponse:
    return PluginRealtimeTestResponse(
        status="success",
        inference_name=name,
        raw_response=given,
        response_type=type(given).__name__,
        response_keys=list(given),
        message=f"Inference call to '{name}' succeeded",
    )


def _failed(name: str, why: str) -> PluginRealtimeTestResponse:
    return PluginRealtimeTestResponse(
        status="error", inference_name=name, error=why, message=f"Inference call to '{name}' failed"
    )
