"""Custom plugins: what others wrote, each in a process of its own, addressed by name or by feature URI.

A plugin's code imports `BaseInferenceService` or `plugin` from here; see `playground.plugins.author`. The server's side
is `playground.plugins.registry.Plugins`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.plugins.author import BaseInferenceService, plugin

__all__ = ["BaseInferenceService", "plugin"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `playground.plugins` has no `{name}`")
    from playground.plugins import author

    return getattr(author, name)
