"""What the code of a plugin imports: a class to derive from, or a decorator for one function.

    from playground.plugins import BaseInferenceService

    class Embedder(BaseInferenceService):
        async def run_inference(self, inputs, parameters):
            return {"embedding": [0.1, 0.2]}

The same class is found where plugins for the platform look for it, `shared.plugins.inference.serve`. The short form is
one function in a file of its own; its words are those of a manifest:

    from playground.plugins import plugin

    @plugin(name="letter_counts", version="1.0.0", dim=26)
    def letters(inputs, parameters):
        return {"embedding": [inputs["text"].count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]}

Inputs and parameters arrive as they were sent. The answer is a dict of what JSON can hold: `embedding` for `text`,
`embeddings` for `texts`, `text` for a plugin that generates, or anything else.
"""

import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])
WORDS = "__plugin__"
"""Where the decorator leaves its words."""
_HOME = "shared.plugins.inference.serve"


class BaseInferenceService:
    """What a plugin derives from: made once in its process, then called for each request."""

    def __init__(self, **options: Any) -> None:
        """Load what calls need; `options` are kept."""
        self.options = options

    async def run_inference(self, inputs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
        """Answer one request. To be written by the plugin; it may be a plain function too."""
        raise NotImplementedError(f"`{type(self).__name__}` has no `run_inference`")

    async def __call__(self, inputs: dict[str, Any], parameters: dict[str, Any] | None = None) -> Any:
        """The same under another name."""
        found = self.run_inference(inputs, parameters or {})
        return await found if hasattr(found, "__await__") else found


def plugin(*, name: str = "", version: str, **words: Any) -> Callable[[Function], Function]:
    """Make a plugin of a function `(inputs, parameters) -> dict`, async or not, or of a class.

    `words` are those of a manifest: `description`, `dim` (length of its one vector) or `features`, `inference_type`,
    `input_schema`, `output_schema`, `parameter_schema`, `supported_input_types`. They are read without running the
    file, so they stand there as literals. The name is the function's where none is given.
    """

    def mark(function: Function) -> Function:
        told: Mapping[str, Any] = {"name": name or function.__name__, "version": version, **words}
        setattr(function, WORDS, told)
        return function

    return mark


def provide() -> None:
    """Let `from shared.plugins.inference.serve import BaseInferenceService` find the class."""
    parts = _HOME.split(".")
    above: ModuleType | None = None
    for depth in range(1, len(parts) + 1):
        module = ModuleType(".".join(parts[:depth]))
        module.__path__ = []
        if above is not None:
            setattr(above, parts[depth - 1], module)
        sys.modules[module.__name__] = above = module
    setattr(above, "BaseInferenceService", BaseInferenceService)  # noqa: B010 - a module made by hand
