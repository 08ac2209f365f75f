"""The plugins of a namespace and of the server: listed, looked at, and whether they can be asked."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.context import Core, context, core
from playground.api.openapi import failures
from playground.api.plugins.entry import entries, entry
from playground.api.plugins.place import SERVER, PluginId, Space
from playground.api.plugins.shapes import (
    AvailablePlugins,
    OrgPluginList,
    PluginDetail,
    PluginList,
    PluginStatus,
)
from playground.api.plugins.view import available, document, item, status
from playground.api.reply import Reply
from playground.errors import PlaygroundError
from playground.plugins.registry import Plugins
from playground.plugins.uploads import EVERYWHERE

router = APIRouter(dependencies=[Depends(admit)], tags=["Plugins"])

FAILURES = failures(400, 401, 403, 404, 429, 500)


@router.get(
    "/v1/namespaces/{namespace_id}/plugins",
    summary="List the plugins of a namespace",
    response_model=PluginList,
    responses=FAILURES,
)
async def list_plugins(request: Request, namespace: Space, core: Annotated[Core, Depends(core)]) -> Response:
    """Its own plugins and those of the server that it has not disabled, broken ones and undeployed ones too."""
    found = await context(request).work(entries, core.runs.plugins, namespace)
    return Reply(PluginList(plugins=[item(each) for each in found], total=len(found), namespace_id=namespace))


@router.get(
    "/v1/namespaces/{namespace_id}/plugins/available",
    summary="List the plugins that a namespace may have",
    response_model=AvailablePlugins,
    responses=FAILURES,
)
async def list_available_org_plugins(
    request: Request, namespace: Space, core: Annotated[Core, Depends(core)]
) -> Response:
    """The plugins of the server, and whether this namespace has them."""
    return Reply(await context(request).work(_available, core.runs.plugins, namespace))


@router.get(
    "/v1/namespaces/{namespace_id}/plugins/{plugin_id}",
    summary="Look at a plugin",
    response_model=PluginDetail,
    responses=FAILURES,
)
async def get_plugin(
    plugin_id: PluginId,
    namespace: Space,
    core: Annotated[Core, Depends(core)],
    request: Request,
    return_presigned_urls: Annotated[bool, Query(description="Makes no difference: archives are not kept")] = False,  # noqa: ARG001
) -> Response:
    """Its manifest, what is wrong with it, and where it is asked."""
    return Reply(await context(request).work(_detail, core.runs.plugins, plugin_id, namespace))


@router.get(
    "/v1/namespaces/{namespace_id}/plugins/{plugin_id}/status",
    summary="See whether a plugin can be asked",
    response_model=PluginStatus,
    responses=FAILURES,
)
async def get_deployment_status(
    plugin_id: PluginId, namespace: Space, core: Annotated[Core, Depends(core)], request: Request
) -> Response:
    """`deployed`, `not_deployed`, or `failed` with the reason; deploying takes no time here, so nothing is queued."""
    return Reply(await context(request).work(_status, core.runs.plugins, plugin_id, namespace))


@router.get(
    "/v1/plugins",
    name="list_plugins",
    summary="List the plugins of the server",
    response_model=OrgPluginList,
    responses=FAILURES,
)
async def list_org_plugins(request: Request, core: Annotated[Core, Depends(core)]) -> Response:
    """Those that are there for every namespace."""
    found = await context(request).work(entries, core.runs.plugins, EVERYWHERE)
    return Reply(OrgPluginList(plugins=[item(each) for each in found], total=len(found), organization_id=SERVER))


@router.get(
    "/v1/plugins/{plugin_id}",
    name="get_plugin",
    summary="Look at a plugin of the server",
    response_model=PluginDetail,
    responses=FAILURES,
)
async def get_org_plugin(plugin_id: PluginId, core: Annotated[Core, Depends(core)], request: Request) -> Response:
    """Its manifest, what is wrong with it, and where it is asked."""
    return Reply(await context(request).work(_detail, core.runs.plugins, plugin_id, EVERYWHERE))


def _detail(plugins: Plugins, plugin_id: str, namespace: str) -> PluginDetail:
    found = entry(plugins, plugin_id, namespace)
    manifest = found.plugin.manifest
    if found.deployed:
        with suppress(PlaygroundError):  # schemas that only running it can tell, where it runs
            manifest = plugins.described(found.id, namespace)
    return PluginDetail(plugin=document(found, manifest))


def _available(plugins: Plugins, namespace: str) -> AvailablePlugins:
    disabled = plugins.uploads.disabled(namespace)
    found = [available(each, each.id not in disabled) for each in entries(plugins, EVERYWHERE)]
    return AvailablePlugins(plugins=found, total=len(found), organization_id=SERVER, namespace_id=namespace)


def _status(plugins: Plugins, plugin_id: str, namespace: str) -> PluginStatus:
    found = entry(plugins, plugin_id, namespace)
    return status(found, namespace, plugins.health(found.id, namespace) if found.deployed else None)
