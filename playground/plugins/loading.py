"""A plugin's code becomes something that answers. Runs in the plugin's own process and nowhere else.

In a folder, `realtime.py` has a factory `get_inference_service()`, or a class derived from `BaseInferenceService`, or
one whose name ends so, or a function `run_inference`. Files of the folder are imported as it suits the plugin:
`from .processors import x`, `from processors import x`, `import manifest`. The working folder is the plugin's own.
"""

import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from playground.plugins import author

Answer = Callable[[dict[str, Any], dict[str, Any]], Any]
"""Takes inputs and parameters, gives the answer or something to await."""


class UnfitError(Exception):
    """The code was loaded, and nothing in it answers."""


def load(path: Path, module: str = "") -> tuple[Answer, Callable[[Iterable[str]], dict[str, Any]]]:
    """What answers, and what gives the JSON Schemas of the words asked for.

    Raises UnfitError, and whatever the plugin's code raises.
    """
    author.provide()
    single = path.suffix == ".py"
    os.chdir(path.parent if single else path)
    if module:  # installed, maybe at a place that only the server was told of
        sys.path.append(str(path.parents[module.count(".")]))
    entry = _file(path, module) if single else _folder(path, module)
    return _answering(entry), lambda words: _schemas(entry, words)


def _file(path: Path, module: str) -> ModuleType:
    if module:
        return importlib.import_module(module)
    spec = importlib.util.spec_from_file_location(f"plugin_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise UnfitError(f"`{path.name}` is no Python file")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


def _folder(path: Path, module: str) -> ModuleType:
    if not (path / "realtime.py").is_file():
        raise UnfitError("there is no `realtime.py`; without it a plugin is for pipelines only")
    if module:
        return importlib.import_module(f"{module}.realtime")
    sys.path.insert(0, str(path))
    package = importlib.util.module_from_spec(ModuleSpec("plugin_code", None, is_package=True))
    package.__path__ = [str(path)]
    sys.modules["plugin_code"] = package
    return importlib.import_module("plugin_code.realtime")


def _answering(entry: ModuleType) -> Answer:
    """What of a module answers."""
    for each in vars(entry).values():
        if hasattr(each, author.WORDS):
            return _asked(each() if isinstance(each, type) else each)
    factory = getattr(entry, "get_inference_service", None)
    if factory is not None:
        return _asked(factory())
    service = _service(entry)
    if service is not None:
        return _asked(service())
    if callable(function := getattr(entry, "run_inference", None)):
        return _asked(function)
    raise UnfitError(
        "nothing in it answers: derive a class from `BaseInferenceService`, or put `@plugin(…)` before a function"
    )


def _service(entry: ModuleType) -> type | None:
    """The class that answers: the last one derived from ours, else the last whose name says so."""
    own = [each for each in vars(entry).values() if isinstance(each, type) and each.__module__ == entry.__name__]
    derived = [each for each in own if issubclass(each, author.BaseInferenceService)]
    named = [each for each in own if each.__name__.endswith("InferenceService")]
    return next(iter(reversed(derived)), None) or next(iter(reversed(named)), None)


def _asked(service: Any) -> Answer:
    """`run_inference` of a service where it is written, else the service itself."""
    method = getattr(type(service), "run_inference", None)
    if method is not None and method is not author.BaseInferenceService.run_inference:
        answer: Answer = service.run_inference
        return answer
    if not callable(service) or type(service).__call__ is author.BaseInferenceService.__call__:
        raise UnfitError(f"`{type(service).__name__}` has no `run_inference(inputs, parameters)`")
    called: Answer = service
    return called


def _schemas(entry: ModuleType, words: Iterable[str]) -> dict[str, Any]:
    """What the words of a manifest are as JSON Schema, of those that can be told."""
    words = tuple(words)
    if not words:
        return {}
    marked = [
        vars(each)[author.WORDS] for each in vars(entry).values() if author.WORDS in getattr(each, "__dict__", {})
    ]
    told: Mapping[str, Any] = marked[0] if marked else _manifest(entry.__name__.rpartition(".")[0])
    found = ((word, told.get(word)) for word in words)
    made = {word: each.model_json_schema() if isinstance(each, type) else each for word, each in found}  # type: ignore[attr-defined]
    return {word: each for word, each in made.items() if isinstance(each, dict)}


def _manifest(package: str) -> dict[str, Any]:
    manifest = importlib.import_module(f"{package}.manifest")
    return {**vars(manifest), **getattr(manifest, "metadata", {})}
