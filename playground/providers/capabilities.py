"""Capability: what goes into a model, what comes out, how it is told; one row for picker and refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from playground.call import Modality, Model, Provider, Task
from playground.providers import catalogue, intakes, kinds, reasoning
from playground.providers.intake import Intake, taken
from playground.providers.remote import Remote

_COMES_OUT: Mapping[Task, tuple[str, ...]] = {
    "chat": ("text", "json"),
    "embedding": ("vectors",),
    "transcription": ("transcript",),
    "plugin": ("json",),
}
_WORDS: Mapping[Task, tuple[str, ...]] = {
    "chat": (
        "max_tokens",
        "temperature",
        "top_p",
        "stop",
        "seed",
        "schema",
        reasoning.EFFORT,
        reasoning.BUDGET,
        "detail",
    ),
    "embedding": ("dimensions",),
    "transcription": ("language", "prompt"),
}


@dataclass(frozen=True, slots=True)
class Capability:
    """What is known of one model of one provider without asking anybody.

    `files` has the MIME types of each modality that is taken, `most` how many files of it one request may have;
    `outputs` are `text`, `json`, `vectors`, `transcript`; `parameters` the common words that are taken and `refuses`
    what to use instead of the others; `as_of` the day the catalogue was true, None where the model is not in it.
    """

    provider: str
    model: Model
    files: Mapping[Modality, tuple[str, ...]] = field(default_factory=dict)
    most: Mapping[Modality, int] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None


def capability(provider: Provider, id: str) -> Capability:  # noqa: A002 - the field's name
    """The row of a model; one that nobody knows takes what the provider's wire takes. Never touches the network."""
    known = provider.model(id)
    if not isinstance(provider, Remote):
        model = known or Model(id, ())
        files = taken(intakes.LOCAL, model.inputs)
        return Capability(provider.name, model, files=files, outputs=_outputs(model), refuses=model.refuses)
    intake = provider.takes(id) or Intake()
    model = known or Model(id, kinds.tasks(id), inputs=("text", *intake.kinds))
    model = replace(model, inputs=tuple(each for each in model.inputs if each == "text" or each in intake.kinds))
    refuses = {**(reasoning.refused(id, provider.name) if "chat" in model.tasks else {}), **model.refuses}
    words = dict.fromkeys(word for task in model.tasks for word in _WORDS[task] if word not in refuses)
    if "image" not in model.inputs:
        words.pop("detail", None)
    return Capability(
        provider.name,
        model,
        files=taken(intake, model.inputs),
        most={sense: most for sense in model.inputs if sense in intake.kinds and (most := intake.kinds[sense].most)},
        outputs=_outputs(model),
        parameters=tuple(words),
        refuses=refuses,
        as_of=catalogue.as_of() if known else None,
    )


def _outputs(model: Model) -> tuple[str, ...]:
    return tuple(word for task in model.tasks for word in _COMES_OUT[task])
