"""RawInferenceRequest -> Plan: who answers, which task, which inputs.

Three ways lead to who answers. `provider` with `model`. `inference_name`, the id of a plugin, with or without
`custom_plugin_` before it. `feature_uri`: a row of `playground.features.TABLE` names provider, model and parameters of
a builtin extractor's index; any other address is a plugin's name and version, and the index it names reaches the plugin
as `inputs["vector_index"]`. A plugin that is asked by name gets inputs and parameters as they were sent, unread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.call import Call, Media, Message, Model, Provider, Stop, Task
from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, NotFoundError
from playground.features import TABLE
from playground.inputs import Inputs, read
from playground.media import MAX_BYTES
from playground.plugins.names import Uri
from playground.structured import check_schema

ALIASES = {"gemini": "google"}

_NEEDS: Mapping[Task, str] = {
    "chat": "`inputs.prompts` or `inputs.messages`",
    "embedding": "`inputs.text` or `inputs.texts`",
    "transcription": "`inputs.audio_base64` or `inputs.audio_url`",
    "plugin": "what it takes",
}
_VERBS: Mapping[Task, str] = {
    "chat": "chat",
    "embedding": "make embeddings",
    "transcription": "transcribe",
    "plugin": "be asked by its name",
}
PLUGIN = "plugin"
"""The provider that plugins answer for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A request made concrete: one call per answer; `plural` says whether the answer is a list.

    `media` has the files of all calls by where they stand in `inputs`.
    """

    provider: Provider
    model: str
    task: Task
    calls: tuple[Call, ...]
    plural: bool
    media: Mapping[str, Media] = field(default_factory=dict)

    def unopened(self) -> "Plan":
        """The plan with those of its `media` that are only addresses so far."""
        return replace(self, media={place: media for place, media in self.media.items() if not media.data})

    def emptied(self) -> "Plan":
        """The plan without its calls and files, for who only has to know what kind of run it was."""
        return replace(self, calls=(), media={})


def resolve(
    request: RawInferenceRequest,
    providers: Mapping[str, Provider],
    *,
    stream: bool,
    stop: Stop,
    max_bytes: int = MAX_BYTES,
) -> Plan:
    """Who answers what; `max_bytes` is for all files together. Addresses of files are checked, not fetched.

    Raises BadRequestError, NotFoundError and PayloadTooLargeError with the next step in the sentence.
    """
    target = _select(request, providers)
    provider, model = target.provider, target.model
    if target.raw:
        named = {"vector_index": target.index} if target.index else {}
        sent = dict(request.parameters or {})
        call = Call("plugin", model, inputs=request.inputs | named, parameters=sent, stream=stream, stop=stop)
        return Plan(provider, model, "plugin", (call,), plural=False)
    inputs = read(request.inputs, max_bytes)
    known = provider.model(model)
    task = _task(inputs, known)
    given = {key: value for key, value in (request.parameters or {}).items() if value is not None}
    parameters = {**target.parameters, **given}
    if known is not None:
        _check(known, task, inputs)
    schema = parameters.pop("schema", None)
    if schema is not None and task != "chat":
        raise BadRequestError(f"`parameters.schema` is for chat; to {_VERBS[task]} there is one form, leave it out")
    call = Call(
        task,
        model,
        parameters=parameters,
        schema=check_schema(schema) if schema is not None else None,
        stream=stream,
        stop=stop,
    )
    calls = _calls(call, inputs)
    vectors = len(inputs.texts) + len(inputs.files) if task == "embedding" else 0
    return Plan(provider, model, task, calls, inputs.plural or vectors > 1 or len(calls) > 1, inputs.media)


def named(request: RawInferenceRequest, providers: Mapping[str, Provider]) -> Model | None:
    """What is known of the model that a request names, whatever its inputs. Raises BadRequestError, NotFoundError."""
    target = _select(request, providers)
    return target.provider.model(target.model)


@dataclass(frozen=True, slots=True)
class _Target:
    """Who answers. `raw`: a plugin, with the inputs as they were sent, for the vector index `index`."""

    provider: Provider
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    raw: bool = False
    index: str = ""


def _select(request: RawInferenceRequest, providers: Mapping[str, Provider]) -> _Target:
    given = [name for name in ("inference_name", "feature_uri") if getattr(request, name)]
    if request.provider or request.model:
        given.insert(0, "provider+model")
    if len(given) != 1:
        what = f"{' and '.join(f'`{name}`' for name in given)} were given" if given else "none was given"
        raise BadRequestError(
            f"give exactly one of `provider` with `model`, `inference_name`, `feature_uri`; {what}",
            code="selector",
            details={"given": given},
        )
    if request.inference_name:
        name = request.inference_name.strip()
        return _plugin(name, name, "", providers)
    if request.feature_uri:
        return _feature(request.feature_uri, providers)
    return _model(request, providers)


def _feature(text: str, providers: Mapping[str, Provider]) -> _Target:
    """Who makes the vectors of an address: a builtin, else a plugin."""
    try:
        uri = Uri.parse(text)
    except ValueError as error:
        raise BadRequestError(f"{error}", code="feature_uri", details={"id": text}) from None
    row = TABLE.get(uri)
    if row is not None and row.provider not in providers:
        raise NotFoundError(
            f"`{text}` is answered by the provider `{row.provider}`, which is not here",
            code="provider_not_found",
            details={"resource": "provider", "id": row.provider},
        )
    if row is not None:
        return _Target(providers[row.provider], row.model, row.parameters)
    return _plugin(text, uri.plugin_id, uri.index, providers)


def _plugin(asked: str, name: str, index: str, providers: Mapping[str, Provider]) -> _Target:
    """The plugin of a name. Raises NotFoundError that lists what there is."""
    provider = providers.get(PLUGIN)
    known = provider.model(name) if provider else None
    if provider is None or known is None:
        there = [model.id for model in provider.models()] if provider else []
        if index:
            there += map(str, TABLE)
        listed = ", ".join(f"`{each}`" for each in there) or "none; put one into the plugins folder"
        raise NotFoundError(
            f"no plugin answers to `{asked}`; there are: {listed}",
            code="plugin_not_found",
            details={"resource": "plugin", "id": asked, "there": there},
        )
    return _Target(provider, known.id, raw=True, index=index)


def _model(request: RawInferenceRequest, providers: Mapping[str, Provider]) -> _Target:
    """A model of a provider; a plugin that has no form of ours is asked as by its name."""
    if not request.provider or not request.model:
        missing = "provider" if not request.provider else "model"
        raise BadRequestError(f"`{missing}` is missing; `provider` and `model` go together", code="selector")
    name = request.provider.strip().lower()
    name = ALIASES.get(name, name)
    if name not in providers:
        there = ", ".join(f"`{known}`" for known in providers)
        raise BadRequestError(
            f"no provider `{request.provider}`; there are {there}", code="provider_not_found", details={"id": name}
        )
    provider, model = providers[name], request.model.strip()
    if name != PLUGIN:
        return _Target(provider, model)
    known = provider.model(model)
    if known is None:
        return _plugin(model, model, "", providers)
    return _Target(provider, known.id, raw=known.tasks == ("plugin",))


def _task(inputs: Inputs, known: Model | None) -> Task:
    """What the inputs ask for. A sound alone is transcribed, except by a model that only makes embeddings."""
    if inputs.prompts or inputs.messages:
        return "chat"
    sound = all(file.modality == "audio" for file in inputs.files)
    if inputs.texts or not sound or (known is not None and known.tasks == ("embedding",)):
        return "embedding"
    return "transcription"


def _check(known: Model, task: Task, inputs: Inputs) -> None:
    """Refuse what a model is known not to do."""
    if task not in known.tasks:
        can = " and ".join(_VERBS[each] for each in known.tasks)
        needs = " or ".join(_NEEDS[each] for each in known.tasks)
        raise BadRequestError(
            f"`{known.id}` cannot {_VERBS[task]}; it can {can}: give it {needs}, or choose another model",
            code="task_not_supported",
        )
    for place, file in inputs.media.items():
        if file.modality not in known.inputs:
            takes = ", ".join(known.inputs)
            instead = known.refuses.get(file.modality, "ask another model")
            raise BadRequestError(
                f"`{known.id}` takes {takes}, not {file.modality}; leave out `inputs.{place}`, or {instead}",
                code="modality_not_supported",
                details={"modality": file.modality, "model": known.id},
            )
    if task == "embedding":
        _check_space(known, inputs)


def _check_space(known: Model, inputs: Inputs) -> None:
    if inputs.texts and "text" not in known.inputs:
        takes = ", ".join(known.inputs)
        raise BadRequestError(
            f"`{known.id}` embeds {takes}, not text; {known.refuses.get('text', 'ask another model')}",
            code="modality_not_supported",
            details={"modality": "text", "model": known.id},
        )
    kinds = dict.fromkeys((*(("text",) if inputs.texts else ()), *(file.modality for file in inputs.files)))
    if len(kinds) > 1 and not known.one_space:
        raise BadRequestError(
            f"`{known.id}` does not put {' and '.join(kinds)} into one space, so their vectors cannot be compared; "
            "send a request for each kind, or ask a model with one space",
            code="spaces_not_shared",
            details={"modalities": list(kinds), "model": known.id},
        )


def _calls(call: Call, inputs: Inputs) -> tuple[Call, ...]:
    """One call per prompt, or one; files beside a conversation belong to its last message."""
    if inputs.prompts:
        asked = (Message("user", prompt, inputs.files) for prompt in inputs.prompts)
        return tuple(replace(call, messages=(message,), system=inputs.system) for message in asked)
    if inputs.messages:
        *before, last = inputs.messages
        last = replace(last, media=inputs.files + last.media)
        return (replace(call, messages=(*before, last), system=inputs.system),)
    if call.task == "transcription" and len(inputs.files) != 1:
        raise BadRequestError("one sound is transcribed at a time; send a request for each")
    return (replace(call, texts=inputs.texts, media=inputs.files),)
