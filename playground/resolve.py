"""RawInferenceRequest -> Plan: who answers, which task, which inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from playground.call import Call, Media, Message, Model, Provider, Stop, Task
from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, NotFoundError
from playground.inputs import Inputs, read
from playground.media import MAX_BYTES
from playground.structured import check_schema

ALIASES = {"gemini": "google"}

_NEEDS: Mapping[Task, str] = {
    "chat": "`inputs.prompts` or `inputs.messages`",
    "embedding": "`inputs.text` or `inputs.texts`",
    "transcription": "`inputs.audio_base64` or `inputs.audio_url`",
}
_VERBS: Mapping[Task, str] = {"chat": "chat", "embedding": "make embeddings", "transcription": "transcribe"}


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
    provider, model = _select(request, providers)
    inputs = read(request.inputs, max_bytes)
    known = provider.model(model)
    task = _task(inputs, known)
    parameters = {key: value for key, value in (request.parameters or {}).items() if value is not None}
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


def _select(request: RawInferenceRequest, providers: Mapping[str, Provider]) -> tuple[Provider, str]:
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
    if given[0] != "provider+model":
        name = getattr(request, given[0])
        raise NotFoundError(
            f"no plugin answers to `{name}`; give `provider` and `model` instead",
            details={"resource": "plugin", "id": name},
        )
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
    return providers[name], request.model.strip()


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
