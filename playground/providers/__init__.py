"""Who can answer: one table of rows, and one file for each way of speaking."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playground.call import Provider
    from playground.providers.capabilities import Capability
    from playground.settings import Settings
    from playground.transport import Transport


def providers(settings: "Settings", transport: "Transport") -> "dict[str, Provider]":
    """Everybody who can answer, by name and in the order of the picker: this machine's own models first.

    Raises ValueError when a server of one's own takes another provider's name.
    """
    from playground.providers.local import Local
    from playground.providers.remote import Remote
    from playground.providers.table import rows

    return {"local": Local(settings)} | {row.name: Remote(row, settings, transport) for row in rows(settings)}


def capability(provider: "Provider", model: str) -> "Capability":
    """What goes into a model, what comes out, and how it is told: the one row for picker and engine."""
    from playground.providers.capabilities import capability

    return capability(provider, model)
