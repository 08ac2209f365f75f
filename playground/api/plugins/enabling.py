"""A namespace has the plugins of the server unless it disables one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.context import Core, context, core
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.plugins.entry import Entry, entry
from playground.api.plugins.parcels import EnableOrgPluginRequest, OrgPluginDisabled, OrgPluginEnabled
from playground.api.plugins.place import PluginId, Space, open_for_uploads
from playground.api.reply import Reply
from playground.plugins.registry import Plugins
from playground.plugins.uploads import EVERYWHERE

router = APIRouter(dependencies=[Depends(admit), Depends(open_for_uploads)], tags=["Plugin uploads"])

FAILURES = failures(400, 401, 403, 404, 429, 500)


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/org/{plugin_id}/enable",
    summary="Enable a plugin of the server",
    response_model=OrgPluginEnabled,
    responses=FAILURES,
    openapi_extra=body(EnableOrgPluginRequest, required=False),
    dependencies=[Depends(reader(EnableOrgPluginRequest, optional=True))],
)
async def enable_org_plugin(
    plugin_id: PluginId, namespace: Space, core: Annotated[Core, Depends(core)], request: Request
) -> Response:
    """Let the namespace have it again after it was disabled."""
    found = await context(request).work(_enable, core.runs.plugins, plugin_id, namespace, True)
    return Reply(
        OrgPluginEnabled(
            plugin_id=found.id,
            namespace_id=namespace,
            feature_uri=found.plugin.manifest.feature_uri,
            message=f"the namespace `{namespace}` has the plugin `{found.id}`",
            deployment_status="deployed" if found.deployed else "not_deployed",
        )
    )


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/org/{plugin_id}/disable",
    summary="Disable a plugin of the server",
    response_model=OrgPluginDisabled,
    responses=FAILURES,
)
async def disable_org_plugin(
    plugin_id: PluginId, namespace: Space, core: Annotated[Core, Depends(core)], request: Request
) -> Response:
    """Let the namespace do without it; others keep it."""
    found = await context(request).work(_enable, core.runs.plugins, plugin_id, namespace, False)
    return Reply(
        OrgPluginDisabled(
            plugin_id=found.id,
            namespace_id=namespace,
            message=f"the namespace `{namespace}` does without the plugin `{found.id}`",
        )
    )


def _enable(plugins: Plugins, plugin_id: str, namespace: str, enabled: bool) -> Entry:
    found = entry(plugins, plugin_id, EVERYWHERE)
    plugins.uploads.enable(found.id, namespace, enabled)
    return found
