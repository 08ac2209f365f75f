"""Pre-flight: what is known of a request before it is sent: what refuses it, how large it is, what it may cost.

Nothing is sent to a provider, fetched or recorded. What only the provider knows is a range, or is not said.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import time
from typing import Any

from playground.call import Call, Modality, Task, Usage
from playground.errors import BadRequestError, PlaygroundError
from playground.pricing import LOCAL, cost
from playground.providers import capability
from playground.resolve import Plan
from playground.tokens import MESSAGE, estimate

_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `stops`: the request would fail, as far as can be known. `code` is for programs."""

    code: str
    message: str
    stops: bool = True


@dataclass(frozen=True, slots=True)
class Range:
    """At least `low`, at most `high`; None where there is no upper end that is known. Equal when it is exact."""

    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Preflight:
    """What a request would meet. `tokens` go in: counted here where `exact`, otherwise a guess by letters (`how`).

    `uncounted` are the kinds of files whose tokens only the provider knows, so that `tokens` and `dollars` begin there
    and have no upper end. `output` is the most tokens that may come back, None where nobody says; `dollars` are US
    dollars, None where the price is not known; `context` is what the model takes in. `cache` has one receipt per
    prompt, as a dry look-up gives it; empty where the cache is not asked for.
    """

    provider: str
    model: str
    task: Task | None = None
    problems: tuple[Problem, ...] = ()
    tokens: Range | None = None
    exact: bool = False
    how: str = ""
    uncounted: tuple[Modality, ...] = ()
    output: int | None = None
    context: int | None = None
    dollars: Range | None = None
    cache: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def ready(self) -> bool:
        """Whether nothing is known that would make the request fail."""
        return not any(problem.stops for problem in self.problems)


def refused(provider: str, model: str, error: PlaygroundError) -> Preflight:
    """The pre-flight of a request that cannot even be resolved."""
    return Preflight(provider, model, problems=(_problem(error),))


def preflight(plan: Plan, seconds: float | None = None, problems: tuple[Problem, ...] = ()) -> Preflight:
    """What awaits a resolved request. `seconds` is the length of its sound, where it was measured; `problems` are those
    that were found with its files.
    """
    provider, calls = plan.provider, plan.calls
    known = capability(provider, plan.model).model
    sizes, exact = _sizes(plan)
    uncounted = tuple(dict.fromkeys(file.modality for file in plan.media.values()))
    output = _output(calls[0], known.max_output) if plan.task == "chat" else 0
    found = Preflight(
        provider.name,
        plan.model,
        plan.task,
        tokens=_sum(sizes, uncounted) if plan.task in ("chat", "embedding") else None,
        exact=exact and not uncounted,
        how="counted here" if exact else "guessed: a token is a word, or three letters of it",
        uncounted=uncounted,
        output=output or None,
        context=known.context,
        dollars=_dollars(plan, sizes, seconds, output, open_ended=bool(uncounted)),
    )
    return replace(found, problems=(*_setup(plan, known.retires), *_refusals(plan), *problems, *_size(found, sizes)))


def _setup(plan: Plan, retires: str | None) -> Iterator[Problem]:
    readiness = plan.provider.readiness()
    if not readiness.ready:
        yield Problem("not_ready", readiness.advice)
    if retires and retires <= datetime.now(UTC).date().isoformat():
        yield Problem("retired", f"`{plan.model}` was retired on {retires}; choose another model", stops=False)


def _refusals(plan: Plan) -> Iterator[Problem]:
    """Everything that the provider would refuse: each parameter, then the rest."""
    call = _without_addresses(plan)
    while True:
        try:
            plan.provider.vet(call)
        except PlaygroundError as error:
            yield _problem(error)
            name = error.details.get("parameter")
            if not isinstance(error, BadRequestError) or name not in call.parameters:
                return
            call = replace(call, parameters={key: each for key, each in call.parameters.items() if key != name})
        else:
            return


def _without_addresses(plan: Plan) -> Call:
    """The first call without the files that have yet to be fetched: nobody knows what they are."""
    far = {id(file) for file in plan.media.values() if not file.data and not plan.provider.fetches(plan.model, file)}
    call = plan.calls[0]
    messages = tuple(
        replace(each, media=tuple(file for file in each.media if id(file) not in far)) for each in call.messages
    )
    return replace(call, messages=messages, media=tuple(file for file in call.media if id(file) not in far))


def _sizes(plan: Plan) -> tuple[list[tuple[int, int]], bool]:
    """(at least, at most) tokens for each call, for embeddings for each text, and whether they are exact."""
    if plan.task == "embedding":
        calls = [replace(plan.calls[0], texts=(text,), media=()) for text in plan.calls[0].texts]
    else:
        calls = list(plan.calls)
    counts = [plan.provider.count(call) for call in calls]
    exact = [(count, count) for count in counts if count is not None]
    return (exact, True) if len(exact) == len(calls) else (list(map(_guess, calls)), False)


def _guess(call: Call) -> tuple[int, int]:
    schema = json.dumps(call.schema) if call.schema else ""
    texts = (call.system or "", schema, *call.texts, *(message.content for message in call.messages))
    parts = list(map(estimate, texts))
    turns = len(call.messages) + bool(call.system)
    return sum(low for low, _ in parts), sum(high for _, high in parts) + MESSAGE * turns


def _sum(sizes: list[tuple[int, int]], uncounted: tuple[Modality, ...]) -> Range:
    return Range(sum(low for low, _ in sizes), None if uncounted else sum(high for _, high in sizes))


def _output(call: Call, known: int | None) -> int | None:
    """The most tokens of one answer: what was asked for, else what the model can."""
    for name in _LIMITS:
        limit = call.parameters.get(name)
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0:
            return min(limit, known or limit)
    return known


def _size(found: Preflight, sizes: list[tuple[int, int]]) -> Iterator[Problem]:
    """What is longer than the model takes; each call is sent alone."""
    if found.context is None or found.task == "transcription" or not sizes:
        return
    low, high = max(sizes)
    limit = f"`{found.model}` takes {found.context:,} tokens"
    if found.exact and found.task == "embedding":
        if low >= found.context:  # a text that was cut counts as many as fit
            yield Problem("too_long", f"{limit} of a text; what comes after is cut off", stops=False)
    elif low > found.context:
        yield Problem("too_long", f"{limit}, and there are at least {low:,}; shorten it or choose another model")
    elif high > found.context:
        yield Problem("too_long", f"{limit}, and there may be {high:,}; it may be refused or cut off", stops=False)


def _dollars(
    plan: Plan, sizes: list[tuple[int, int]], seconds: float | None, output: int | None, *, open_ended: bool
) -> Range | None:
    def price(**usage: float | None) -> float | None:
        return cost(plan.provider.name, plan.model, Usage(**usage), plan.task, time())  # type: ignore[arg-type]

    if plan.task == "transcription":
        sound = price(seconds=seconds) if seconds is not None else None
        return None if sound is None else Range(sound, sound)
    lows = [price(prompt=low, completion=0) for low, _ in sizes or [(0, 0)]]
    if None in lows:
        return None
    highs = [None if output is None else price(prompt=high, completion=output) for _, high in sizes]
    least = sum(each or 0.0 for each in lows)
    free = plan.provider.name == LOCAL
    if not free and (open_ended or None in highs):
        return Range(least, None)
    return Range(least, sum(each or 0.0 for each in highs))


def _problem(error: PlaygroundError) -> Problem:
    return Problem(error.code or error.type, error.message)
