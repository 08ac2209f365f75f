"""Two common words for how much a model may think, in each provider's own control: a table.

`reasoning_effort` is a level, `reasoning_budget` a number of tokens. A model has one control or the other; a word is
never turned into a number nor a number into a word, for nobody could say which. Sources: the types of openai 3.52.0
(`reasoning.effort`), anthropic 2.11.0 (`output_config.effort`, `thinking`) and google-genai 3.4.0 (`thinkingConfig`);
Anthropic refuses fixed budgets from Opus 4.7 and generation 5 on, Google's levels begin with Gemini 3.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from playground.errors import BadRequestError

EFFORT, BUDGET = "reasoning_effort", "reasoning_budget"
Native = dict[str, Any]


def _thinking_level(effort: Any) -> Native:
    return {"thinkingConfig": {"thinkingLevel": effort.upper()}}


def _thinking_budget(tokens: Any) -> Native:
    return {"thinkingConfig": {"thinkingBudget": tokens}}


def _no_budget(_: Any) -> Native:
    return _thinking_budget(0)


def _adaptive(effort: Any) -> Native:
    if effort == "none":
        return {"thinking": {"type": "disabled"}}
    return {"thinking": {"type": "adaptive"}, "output_config": {"effort": effort}}


def _disabled(_: Any) -> Native:
    return {"thinking": {"type": "disabled"}}


def _enabled(tokens: Any) -> Native:
    return {"thinking": {"type": "enabled", "budget_tokens": tokens}}


def _as_it_is(effort: Any) -> Native:
    return {EFFORT: effort}


def _budget_as_it_is(tokens: Any) -> Native:
    return {BUDGET: tokens}


def _openrouter(tokens: Any) -> Native:
    return {"reasoning": {"max_tokens": tokens}}


@dataclass(frozen=True, slots=True)
class Control:
    """How models of a provider (`model` is searched in the id) are told how much to think.

    `levels` are the efforts they know, `effort` and `budget` make their own parameters of the common words (None: they
    have no such control), `own` are the parameters that say the same thing in the provider's words.
    """

    provider: str
    model: re.Pattern[str]
    levels: tuple[str, ...] = ()
    effort: Callable[[Any], Native] | None = None
    budget: Callable[[Any], Native] | None = None
    own: tuple[str, ...] = ()


_ALL = re.compile("")
_OPENAI = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_CLAUDE = ("none", "low", "medium", "high", "xhigh", "max")
_GEMINI = ("minimal", "low", "medium", "high", "xhigh")
_CONFIG = ("thinkingConfig", "thinking_config", "generationConfig.thinkingConfig", "generation_config.thinking_config")
_THINKING = ("thinking", "output_config.effort")
_BY_BUDGET = re.compile(r"^claude-(sonnet|haiku|opus)-4-[015](-|$)|^claude-(sonnet|opus)-4-20|^claude-3")

CONTROLS: tuple[Control, ...] = (
    Control("openai", _ALL, _OPENAI, _as_it_is, None, ("reasoning.effort",)),
    Control("anthropic", _BY_BUDGET, ("none",), _disabled, _enabled, _THINKING),
    Control("anthropic", re.compile(r"^claude-(opus|sonnet)-4-6"), _CLAUDE, _adaptive, _enabled, _THINKING),
    Control("anthropic", _ALL, _CLAUDE, _adaptive, None, _THINKING),
    Control("google", re.compile(r"^(models/)?gemini-2\.5-pro"), (), None, _thinking_budget, _CONFIG),
    Control("google", re.compile(r"^(models/)?gemini-2"), ("none",), _no_budget, _thinking_budget, _CONFIG),
    Control("google", _ALL, _GEMINI, _thinking_level, None, _CONFIG),
    Control("mixpeek", _ALL, (), _as_it_is, _budget_as_it_is),
    Control("openrouter", _ALL, (), _as_it_is, _openrouter, ("reasoning",)),
)
_COMPATIBLE = Control("", _ALL, (), _as_it_is)


def control(model: str, provider: str) -> Control:
    """The row of a model."""
    rows = (row for row in CONTROLS if row.provider == provider and row.model.search(model))
    return next(rows, _COMPATIBLE)


def mapped(model: str, provider: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """`parameters` with the common words in the model's own terms; without them, `parameters` itself.

    Raises BadRequestError for both words at once, a word beside the provider's own, and a control the model lacks.
    """
    given = [name for name in (EFFORT, BUDGET) if name in parameters]
    if not given:
        return parameters
    row = control(model, provider)
    _alone(given, row, parameters)
    word, value = given[0], parameters[given[0]]
    make = row.effort if word == EFFORT else row.budget
    if make is None:
        raise _lacking(model, word, row)
    _valid(word, value, row, model)
    own = make(value)
    return _joined({name: each for name, each in parameters.items() if name != word}, own)


def refused(model: str, provider: str) -> dict[str, str]:
    """{word: what to use instead} for a picker: the common words that a model does not take."""
    row = control(model, provider)
    lacks = [word for word, make in ((EFFORT, row.effort), (BUDGET, row.budget)) if make is None]
    return {word: _instead(word, row) for word in lacks}


def _alone(given: list[str], row: Control, parameters: Mapping[str, Any]) -> None:
    also = [*given[1:], *(name for name in row.own if _said(parameters, name))]
    if also:
        raise BadRequestError(
            f"`parameters.{given[0]}` and `parameters.{also[0]}` both say how much to think; give one of them",
            code="parameter_conflict",
            details={"parameters": [given[0], also[0]]},
        )


def _said(parameters: Mapping[str, Any], path: str) -> bool:
    value: Any = parameters
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True


def _valid(word: str, value: Any, row: Control, model: str) -> None:
    if word == BUDGET:
        if isinstance(value, bool) or not isinstance(value, int) or value < -1:
            raise BadRequestError(f"`parameters.{BUDGET}` must be a number of tokens; it is {value!r}")
    elif not isinstance(value, str) or (row.levels and value not in row.levels):
        levels = ", ".join(f"`{level}`" for level in row.levels) or "a level such as `low`"
        instead = f", or set `{BUDGET}`" if row.budget and row.levels else ""
        raise BadRequestError(
            f"`{model}` does not take `{EFFORT}` {value!r}; it takes {levels}{instead}",
            code="parameter_refused",
            details={"parameter": EFFORT, "model": model},
        )


def _lacking(model: str, word: str, row: Control) -> BadRequestError:
    return BadRequestError(
        f"`{model}` does not take `{word}`: {_instead(word, row)}",
        code="parameter_refused",
        details={"parameter": word, "model": model},
    )


def _instead(word: str, row: Control) -> str:
    other = BUDGET if word == EFFORT else EFFORT
    form = "a number of tokens" if other == BUDGET else " or ".join(f"`{level}`" for level in row.levels) or "a level"
    return f"set `{other}` instead ({form})"


def _joined(parameters: Native, own: Native) -> Native:
    """Objects are joined (`output_config` may hold more than the effort), everything else is set."""
    for name, value in own.items():
        held = parameters.get(name)
        parameters[name] = {**held, **value} if isinstance(held, Mapping) and isinstance(value, Mapping) else value
    return parameters
