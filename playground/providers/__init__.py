"""Who can answer: one table of rows, and one file for each way of speaking."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playground.call import Provider
    from playground.plugins.registry import Plugins
    from playground.providers.capabilities import Capability
    from playground.settings import Settings
    from playground.transport import Transport


def providers(settings: "Settings", transport: "Transport", plugins: "Plugins | None" = None) -> "dict[str, Provider]":
    """Everybody who can answer, by name and in the order of the picker: this machine's own models first, then plugins.

    Raises ValueError when a server of one's own takes another provider's name.
    """
    from playground.providers.custom import Custom
    from playground.providers.local import Local
    from playground.providers.remote import Remote
    from playground.providers.table import rows

    here: dict[str, Provider] = {"local": Local(settings)}
    if plugins is not None:
        here["plugin"] = Custom(plugins)
    return here | {row.name: Remote(row, settings, transport) for row in rows(settings)}


def within(providers: "Mapping[str, Provider]", namespace: str) -> "Mapping[str, Provider]":
    """The providers as a namespace sees them: plugins may belong to one."""
    from playground.providers.custom import Custom

    custom = providers.get("plugin")
    return {**providers, "plugin": custom.within(namespace)} if isinstance(custom, Custom) else providers


def capability(provider: "Provider", model: str) -> "Capability":
    """What goes into a model, what comes out, and how it is told: the one row for picker and engine."""
    from playground.providers.capabilities import capability

    return capability(provider, model)
