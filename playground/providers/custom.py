"""Plugins as a provider: one model for each, in the pickers and requests like anybody's.

By `inference_name` or `feature_uri` (the task `plugin`) a plugin gets what was sent, and `data` is what it returned. As
a model of the provider `plugin` it is asked in our words and its answer is read: one that embeds gets `{"text"}` or
`{"texts"}`, or a file as `{"image_base64"}` and so on, and gives `embedding` or `embeddings`; one that generates gets
`{"prompts": [one]}` or `{"messages"}`, with `system`, and gives `text`. Others are asked as by their name.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from playground.call import Call, Chunk, Media, Message, Modality, Model, Readiness, Task, Usage
from playground.errors import NotFoundError, PlaygroundError, ProviderError
from playground.namespace import DEFAULT
from playground.plugins.manifest import Kind, Manifest
from playground.plugins.registry import Plugin, Plugins

BATCH = 256
"""Texts that a plugin gets at once."""
_TASKS: Mapping[Kind, Task] = {"embedding": "embedding", "generate": "chat"}
_MODALITIES: tuple[Modality, ...] = ("text", "image", "video", "audio", "document")


class Custom:
    """The plugins of this server. Nothing is started before it is asked."""

    name = "plugin"
    title = "Plugins"

    def __init__(self, plugins: Plugins, namespace: str = DEFAULT) -> None:
        self._plugins = plugins
        self._namespace = namespace

    def within(self, namespace: str) -> "Custom":
        """The same plugins as a namespace sees them, its own among them."""
        return Custom(self._plugins, namespace)

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What the plugins that are there can be asked for."""
        return tuple(dict.fromkeys(task for model in self.models() for task in model.tasks))

    def answer(self, call: Call) -> Iterator[Chunk]:
        """Answer one call. Raises what `Plugins.call` raises, and ProviderError for an answer of another kind."""
        if self._plugins.health(call.model, self._namespace).state in ("idle", "failing"):
            yield Chunk(progress=0.0, doing="starting the plugin")
        match call.task:
            case "embedding":
                yield from self._embed(call)
            case "chat":
                yield from self._chat(call)
            case _:
                yield Chunk(data=self._ask(call, call.inputs), progress=1.0, doing="")

    def vet(self, call: Call) -> None:
        """Raise what asking raises before a plugin is started."""
        self._plugins.check(call.model, self._namespace)

    def count(self, call: Call) -> int | None:  # noqa: ARG002 - the protocol's
        """None: only a plugin knows its tokens."""
        return None

    def models(self) -> tuple[Model, ...]:
        """Those that can be asked, by name, newest version first."""
        return tuple(_model(plugin) for plugin in self._plugins.all(self._namespace) if not plugin.refusal)

    def model(self, id: str) -> Model | None:  # noqa: A002 - the field's name
        """One by any of its names, also one that cannot be asked; `id` is then the name that counts."""
        try:
            return _model(self._plugins.find(id, self._namespace))
        except NotFoundError:
            return None

    def fetches(self, model: str, media: Media) -> bool:  # noqa: ARG002 - the protocol's
        """Never: what a plugin is given by us is loaded."""
        return False

    def readiness(self) -> Readiness:
        """Ready when a plugin is there that can be asked."""
        plugins = self._plugins.all(self._namespace)
        if any(not plugin.refusal for plugin in plugins):
            return Readiness(ready=True, source="the plugins folder")
        if plugins:
            return Readiness(ready=False, advice=f"plugin `{plugins[0].id}` cannot be asked: {plugins[0].refusal}")
        return Readiness(ready=False, advice="make one on the Plugins page, or set `PLAYGROUND_PLUGINS_DIR`")

    def _ask(self, call: Call, inputs: Mapping[str, Any]) -> dict[str, Any]:
        parameters = dict(call.parameters) | ({"schema": dict(call.schema)} if call.schema is not None else {})
        return self._plugins.call(call.model, inputs, parameters, call.stop, self._namespace)

    def _embed(self, call: Call) -> Iterator[Chunk]:
        manifest = self._plugins.described(call.model, self._namespace)
        name = manifest.features[0].name if manifest.features else "embedding"
        vectors: list[list[float]] = []
        things = [*_batches(call.texts, 1 if _single(manifest) else BATCH), *map(_enclosed, call.media)]
        for done, inputs in enumerate(things, 1):
            several = inputs.get("texts")
            found = _vectors(self._ask(call, inputs), name)
            if len(found) != (len(several) if several else 1):
                raise _unlike(call, f"{len(found)} vectors for {len(several) if several else 1} things")
            vectors += found
            yield Chunk(progress=done / len(things), doing="")
        if len({len(each) for each in vectors}) > 1 or not all(map(_sound, vectors)):
            raise _unlike(call, "vectors of different lengths, or that are no lists of numbers")
        yield Chunk(data={"embeddings": vectors})

    def _chat(self, call: Call) -> Iterator[Chunk]:
        *before, last = call.messages
        asked = {"messages": list(map(_said, call.messages))} if before else {"prompts": [last.content]}
        system = {"system": call.system} if call.system else {}
        found = self._ask(call, asked | system | _beside(last.media))
        match found:
            case {"text": str(text)} | {"texts": [str(text)]}:
                finish = found.get("finish_reason", "stop")
                yield Chunk(text=text, usage=_usage(found), finish_reason=str(finish), progress=1.0, doing="")
            case _:
                raise _unlike(call, "no `text`")


def _model(plugin: Plugin) -> Model:
    manifest = plugin.manifest
    said = set(manifest.supported_input_types) | ({"document"} if "pdf" in manifest.supported_input_types else set())
    return Model(
        plugin.id,
        (_TASKS.get(manifest.inference_type, "plugin"),),
        title=f"{manifest.name} {manifest.version}",
        note=manifest.description.partition("\n")[0],
        inputs=tuple(each for each in _MODALITIES if each in said) or ("text",),
        dimensions=manifest.features[0].dim if manifest.features else None,
        revision=plugin.code,
    )


def _single(manifest: Manifest) -> bool:
    """Whether it says that it takes `text` and does not say that it takes `texts`."""
    properties = (manifest.input_schema or {}).get("properties") or {}
    return "text" in properties and "texts" not in properties


def _batches(texts: tuple[str, ...], size: int) -> list[dict[str, Any]]:
    if len(texts) == 1 or size == 1:
        return [{"text": text} for text in texts]
    return [{"texts": list(texts[start : start + size])} for start in range(0, len(texts), size)]


def _enclosed(file: Media) -> dict[str, Any]:
    return {f"{file.modality}_base64": b64encode(file.data).decode()}


def _beside(files: tuple[Media, ...]) -> dict[str, Any]:
    """The files of a message as inputs beside it; of several of a kind a list."""
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(f"{file.modality}_base64", []).append(b64encode(file.data).decode())
    return {key if len(each) == 1 else f"{key}s": each[0] if len(each) == 1 else each for key, each in found.items()}


def _said(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": message.content}


def _vectors(found: Mapping[str, Any], name: str) -> list[list[float]]:
    """The vectors of an answer: `embeddings`, or the one in `embedding` or under the name of the feature."""
    if isinstance(several := found.get("embeddings"), list):
        return several
    one = found.get("embedding", found.get(name))
    return [] if one is None else [one]


def _sound(vector: Any) -> bool:
    """Whether it is a list of numbers and not empty."""
    return (
        isinstance(vector, list)
        and bool(vector)
        and all(isinstance(each, int | float) and not isinstance(each, bool) and isfinite(each) for each in vector)
    )


def _usage(found: Mapping[str, Any]) -> Usage | None:
    match found.get("tokens_used"):
        case {"prompt": int(prompt), "completion": int(completion)}:
            return Usage(prompt=prompt, completion=completion)
    return None


def _unlike(call: Call, what: str) -> PlaygroundError:
    needs = "`embedding`, or `embeddings` with one for each text" if call.task == "embedding" else "`text`"
    return ProviderError(
        f"plugin `{call.model}` gave {what}; to be asked for {call.task} it must return {needs}",
        code="plugin_answer",
        details={"plugin": call.model},
        retryable=False,
    )
