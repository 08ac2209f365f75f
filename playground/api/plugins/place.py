"""Where a request about plugins stands: the namespace in its path, and what is needed to change anything."""

from typing import Annotated

from fastapi import Depends, Path

from playground.api.auth import Identity
from playground.api.context import Core, core
from playground.errors import BadRequestError, ForbiddenError, InferenceServiceUnavailableError, NotEnabledError
from playground.namespace import FORM, fits
from playground.plugins.names import PREFIX

SERVER = "server"
"""What stands for the organization: the plugins that are there for every namespace."""
_SETTING = "PLAYGROUND_PLUGINS_UPLOADS"


async def place(namespace_id: Annotated[str, Path(description=f"A namespace: {FORM}")]) -> str:
    """The namespace in the path; whether the caller may use it was asked before. Raises BadRequestError."""
    if not fits(namespace_id):
        raise BadRequestError(f"a namespace must be {FORM}", code="namespace_invalid")
    return namespace_id


async def named(plugin_id: Annotated[str, Path(description="`my_plugin_1_0_0`, also after `custom_plugin_`")]) -> str:
    """The id of the plugin in the path."""
    return plugin_id.removeprefix(PREFIX)


async def open_for_uploads(core: Annotated[Core, Depends(core)]) -> None:
    """Raise NotEnabledError unless the operator lets plugins be uploaded."""
    try:
        on = core.runs.settings.flag(_SETTING)
    except ValueError as error:
        raise InferenceServiceUnavailableError(str(error), retryable=False) from error
    if not on:
        raise NotEnabledError(
            f"plugins cannot be uploaded or changed over HTTP here; put them into the plugins folder, or let the "
            f"operator set `{_SETTING}=true`",
            code="uploads_disabled",
            details={"setting": _SETTING},
        )


async def for_all(caller: Identity) -> None:
    """Raise ForbiddenError unless the caller may change what every namespace has."""
    if caller.namespaces is not None:
        raise ForbiddenError(
            f"the key `{caller.name}` is for some namespaces only; what all have needs a key for all of them, "
            "or use `/v1/namespaces/{namespace_id}/plugins`",
            code="namespace_forbidden",
        )


Space = Annotated[str, Depends(place)]
PluginId = Annotated[str, Depends(named)]
