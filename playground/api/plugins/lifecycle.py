"""Plugins that were uploaded are deployed, undeployed and deleted; it takes effect with the next request."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.context import Core, context, core
from playground.api.openapi import failures
from playground.api.plugins.entry import Entry, entry
from playground.api.plugins.parcels import PluginDeleted, PluginDeployed
from playground.api.plugins.place import PluginId, Space, for_all, open_for_uploads
from playground.api.plugins.view import ROUTE, message
from playground.api.reply import Reply
from playground.errors import BadRequestError
from playground.plugins.names import inference_name
from playground.plugins.registry import Plugins
from playground.plugins.uploads import EVERYWHERE

router = APIRouter(dependencies=[Depends(admit), Depends(open_for_uploads)], tags=["Plugin uploads"])

FAILURES = failures(400, 401, 403, 404, 429, 500)


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/{plugin_id}/deploy",
    summary="Deploy a plugin",
    response_model=PluginDeployed,
    responses=FAILURES,
)
async def deploy_plugin(
    plugin_id: PluginId,
    namespace: Space,
    core: Annotated[Core, Depends(core)],
    request: Request,
    deployment_type: Annotated[  # noqa: ARG001 - clients send it
        Literal["batch_only", "realtime"] | None, Query(description="Makes no difference: what can answer answers")
    ] = None,
) -> Response:
    """Let requests reach an uploaded plugin. One without `realtime.py` cannot answer any: `batch_only`."""
    return Reply(await context(request).work(_deploy, core.runs.plugins, plugin_id, namespace, True))


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/{plugin_id}/undeploy",
    summary="Undeploy a plugin",
    response_model=PluginDeployed,
    responses=FAILURES,
)
async def undeploy_plugin(
    plugin_id: PluginId, namespace: Space, core: Annotated[Core, Depends(core)], request: Request
) -> Response:
    """Let no more requests reach it, and end its processes; it can be deployed again."""
    return Reply(await context(request).work(_deploy, core.runs.plugins, plugin_id, namespace, False))


@router.delete(
    "/v1/namespaces/{namespace_id}/plugins/{plugin_id}",
    summary="Delete a plugin",
    response_model=PluginDeleted,
    responses=FAILURES,
)
async def delete_plugin(
    plugin_id: PluginId, namespace: Space, core: Annotated[Core, Depends(core)], request: Request
) -> Response:
    """Undeploy it and delete its code."""
    return Reply(await context(request).work(_delete, core.runs.plugins, plugin_id, namespace))


@router.delete(
    "/v1/plugins/{plugin_id}",
    name="delete_plugin",
    summary="Delete a plugin of the server",
    response_model=PluginDeleted,
    responses=FAILURES,
    dependencies=[Depends(for_all)],
)
async def delete_org_plugin(plugin_id: PluginId, core: Annotated[Core, Depends(core)], request: Request) -> Response:
    """Delete one that was uploaded for all namespaces, with its code."""
    return Reply(await context(request).work(_delete, core.runs.plugins, plugin_id, EVERYWHERE))


def _deploy(plugins: Plugins, plugin_id: str, namespace: str, wanted: bool) -> PluginDeployed:
    found = _uploaded(plugins, plugin_id, namespace)
    if not wanted:
        _end(plugins, found, namespace)
    plugins.uploads.deploy(found.id, namespace, wanted)
    found = entry(plugins, found.id, namespace)
    realtime = found.plugin.realtime
    return PluginDeployed(
        plugin_id=found.id,
        namespace_id=namespace,
        status=("deployed" if realtime else "batch_only") if found.deployed else "not_deployed",
        deployment_type="realtime" if realtime else "batch_only",
        route_prefix=f"{ROUTE}/{inference_name(found.id)}" if realtime and found.deployed else None,
        feature_uri=found.plugin.manifest.feature_uri,
        message=message(found),
    )


def _delete(plugins: Plugins, plugin_id: str, scope: str) -> PluginDeleted:
    found = _uploaded(plugins, plugin_id, scope)
    deployed = found.deployed
    _end(plugins, found, scope)
    plugins.uploads.delete(found.id, scope)
    return PluginDeleted(plugin_id=found.id, message=f"plugin `{found.id}` is gone", deployment_removed=deployed)


def _uploaded(plugins: Plugins, plugin_id: str, scope: str) -> Entry:
    """A plugin that came over HTTP to this scope. Raises NotFoundError, and BadRequestError for others."""
    found = entry(plugins, plugin_id, scope)
    if found.upload is None:
        raise BadRequestError(
            f"plugin `{plugin_id}` is in the plugins folder or installed; the operator changes it there",
            code="plugin_not_uploaded",
        )
    if found.upload.scope != scope:
        raise BadRequestError(
            f"plugin `{plugin_id}` is there for all namespaces; disable it for this one with "
            f"`POST …/plugins/org/{plugin_id}/disable`",
            code="plugin_for_all",
        )
    return found


def _end(plugins: Plugins, found: Entry, scope: str) -> None:
    if found.deployed:
        plugins.rest(found.id, scope)
