"""Inference Playground: one inference core for a browser, an HTTP API and Python.

from playground import Playground

Playground().run(provider="local", model="handbook", inputs={"prompts": ["What is TTFT?"]})
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playground.contract import RawInferenceRequest, RawInferenceResponse
    from playground.errors import PlaygroundError
    from playground.notebook import Playground

__all__ = ["Playground", "PlaygroundError", "RawInferenceRequest", "RawInferenceResponse"]

_HOMES = {
    "Playground": "playground.notebook",
    "PlaygroundError": "playground.errors",
    "RawInferenceRequest": "playground.contract",
    "RawInferenceResponse": "playground.contract",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `playground` has no `{name}`; it has {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
