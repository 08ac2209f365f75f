"""Parameters that a model is known to refuse, and its own control instead.

From the vendors' pages and SDK types of November 2026: OpenAI's reasoning models take sampling parameters only while
they do not reason; Anthropic refuses them from Opus 4.7 and generation 5 on; Google has them removed from its newer
Flash models. A parameter that is not in the table is passed on: the provider knows best.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playground.errors import BadRequestError

Parameters = Mapping[str, Any]


def _never(parameters: Parameters) -> bool:  # noqa: ARG001 - the shape of Rule.unless
    return False


def _thoughtless(parameters: Parameters) -> bool:
    """Reasoning is switched off; an effort that is not said is taken as on."""
    reasoning = parameters.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, Mapping) else None
    return "none" in (effort, parameters.get("reasoning_effort"))


def _neutral(parameters: Parameters) -> bool:
    return parameters.get("temperature") == 1 or _thoughtless(parameters)


def _not_thinking(parameters: Parameters) -> bool:
    thinking = parameters.get("thinking")
    kind = thinking.get("type") if isinstance(thinking, Mapping) else None
    return kind in (None, "disabled")


def _adaptive(parameters: Parameters) -> bool:
    thinking = parameters.get("thinking")
    return not isinstance(thinking, Mapping) or thinking.get("type") != "enabled"


def _without(name: str) -> Callable[[Parameters], bool]:
    return lambda parameters: name not in parameters


def _within(name: str, *values: Any) -> Callable[[Parameters], bool]:
    return lambda parameters: parameters.get(name) in values


@dataclass(frozen=True, slots=True)
class Rule:
    """Models of a provider (`model` is searched in the id) refuse `parameters`; `control` says what to use instead.

    Where `unless` holds for the parameters of a request they are taken. `always` False means that this depends on
    values or other parameters, so that a picker cannot rule them out beforehand.
    """

    provider: str
    model: re.Pattern[str]
    parameters: tuple[str, ...]
    control: str
    unless: Callable[[Parameters], bool] = _never
    always: bool = True


_SOL = re.compile(r"^gpt-6\.1-sol")
_REASONS = re.compile(r"^(gpt-[5-9](?!.*-chat)|o\d)")
_O_SERIES = re.compile(r"^o\d")
_SPEECH = re.compile(r"^gpt-(4o-(mini-)?)?transcribe(?!-diarize)")
_DIARIZE = re.compile(r"^gpt-4o-transcribe-diarize")
_CLAUDE_NEW = re.compile(r"^claude-(opus-4-[789]|(opus|sonnet|haiku|fable)-[5-9]|mythos)")
_CLAUDE_OLD = re.compile(r"^claude-(opus|sonnet|haiku)-4-[0-6](-|$)")
_CLAUDE_4_5 = re.compile(r"^claude-(opus|sonnet|haiku)-4-5")
_GEMINI_NEW = re.compile(r"^gemini-3\.(5-flash-lite|[678]-flash)")

_PENALTIES = ("presence_penalty", "frequency_penalty")
_EFFORT = 'set `reasoning: {"effort": …}` and `text: {"verbosity": …}` instead'
_ADAPTIVE = 'set `output_config: {"effort": …}` instead'
_LEVEL = 'set `thinkingConfig: {"thinkingLevel": …}` instead, and describe the style in `inputs.system`'
_TIMES = "choose `whisper-1` for subtitles and for times of words and segments"

RULES: tuple[Rule, ...] = (
    Rule("openai", _SOL, ("temperature",), f"it always reasons; {_EFFORT}", _within("temperature", 1)),
    Rule("openai", _SOL, ("top_p", "logprobs", "top_logprobs"), f"it always reasons; {_EFFORT}"),
    Rule(
        "openai",
        _O_SERIES,
        ("temperature",),
        "it always reasons; set `reasoning_effort` instead",
        _within("temperature", 1),
    ),
    Rule(
        "openai", _O_SERIES, ("top_p", "logprobs", "top_logprobs"), "it always reasons; set `reasoning_effort` instead"
    ),
    Rule("openai", re.compile(r"^(o3|o4-mini)"), ("stop",), "set `max_tokens`, or say in the prompt where to end"),
    Rule(
        "openai",
        _REASONS,
        ("temperature",),
        f'it is taken only with `reasoning: {{"effort": "none"}}`; {_EFFORT}',
        _neutral,
    ),
    Rule(
        "openai",
        _REASONS,
        ("top_p", "logprobs", "top_logprobs"),
        f'it is taken only with `reasoning: {{"effort": "none"}}`; {_EFFORT}',
        _thoughtless,
    ),
    Rule("openai", re.compile(r"^text-embedding-ada-002"), ("dimensions",), "choose `text-embedding-3-small` instead"),
    Rule("openai", _SPEECH, ("timestamp_granularities",), _TIMES),
    Rule("openai", _SPEECH, ("response_format",), _TIMES, _within("response_format", "json", "text"), always=False),
    Rule("openai", _DIARIZE, ("timestamp_granularities", "prompt"), 'set `response_format: "diarized_json"` instead'),
    Rule("anthropic", _CLAUDE_NEW, ("temperature", "top_p", "top_k"), _ADAPTIVE),
    Rule(
        "anthropic",
        _CLAUDE_NEW,
        ("thinking",),
        'fixed budgets are gone; set `thinking: {"type": "adaptive"}` and `output_config: {"effort": …}` instead',
        _adaptive,
        always=False,
    ),
    Rule(
        "anthropic",
        _CLAUDE_OLD,
        ("temperature",),
        "not while it thinks; leave `thinking` out",
        _not_thinking,
        always=False,
    ),
    Rule(
        "anthropic",
        _CLAUDE_4_5,
        ("top_p",),
        "not beside `temperature`; leave one of them out",
        _without("temperature"),
        always=False,
    ),
    Rule("anthropic", re.compile(""), ("seed",), "it has no seed; repeat a run to see how much answers vary"),
    Rule("anthropic", re.compile(""), _PENALTIES, "it has no penalties; say in `inputs.system` what not to repeat"),
    Rule("anthropic", re.compile(""), ("detail",), "it looks at images as they are; send smaller ones"),
    Rule("google", _GEMINI_NEW, ("temperature", "top_p", "top_k", "topP", "topK"), _LEVEL),
    Rule("google", re.compile(r"^gemini-[3-9]"), ("candidateCount",), "repeat the prompt in `inputs.prompts` instead"),
)


def refused(model: str, provider: str) -> dict[str, str]:
    """{parameter: what to use instead} for a picker: what a model does not take as it usually runs."""
    found: dict[str, str] = {}
    for rule in _rules(model, provider):
        if rule.always:
            found = dict.fromkeys(rule.parameters, rule.control) | found
    return found


def lifted(model: str, provider: str, parameters: Parameters) -> set[str]:
    """Those of `refused` that are taken beside these other parameters, as sampling is while nothing is reasoned."""
    rules = [rule for rule in _rules(model, provider) if rule.always]
    names = {name for rule in rules for name in rule.parameters}
    return {
        name
        for name in names
        if all(rule.unless({**parameters, name: None}) for rule in rules if name in rule.parameters)
    }


def check(model: str, provider: str, parameters: Parameters) -> None:
    """Raise BadRequestError for the first parameter that the model refuses in this request."""
    for rule in _rules(model, provider):
        for name in rule.parameters:
            if name in parameters and not rule.unless(parameters):
                raise BadRequestError(
                    f"`{model}` does not take `{name}`: {rule.control}",
                    code="parameter_refused",
                    details={"parameter": name, "model": model},
                )


def _rules(model: str, provider: str) -> list[Rule]:
    return [rule for rule in RULES if rule.provider == provider and rule.model.search(model)]
