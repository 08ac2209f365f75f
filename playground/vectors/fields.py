"""The fields of payloads, found by looking at some: what a form can filter by, and the filter that it says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["choice", "number", "truth", "words"]
"""Few different texts; numbers; true or false; texts that are searched for words."""
FEW = 24
"""Most different texts of a field that are offered one by one."""
_LONG = 60  # characters of a text that nobody picks from a list
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Field:
    """One field by its dotted path. `values` are a choice's, the most frequent first; `low` and `high` a number's."""

    path: str
    kind: Kind
    values: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0


def fields(payloads: Iterable[Mapping[str, Any]]) -> list[Field]:
    """The fields of these payloads in the order they appear; values of mixed kinds are taken as words."""
    held: dict[str, list[Any]] = {}
    for payload in payloads:
        for path, value in _leaves(payload, "", _DEPTH):
            held.setdefault(path, []).append(value)
    return [_field(path, values) for path, values in held.items()]


def condition(field: Field, said: Any) -> dict[str, Any] | None:
    """The condition in JSON that a form's value means; None where nothing was said.

    `said` is a list of texts for a choice, (low, high) with None for an open end, a truth, or words.
    """
    match field.kind, said:
        case "choice", [only]:
            return _condition(field, "eq", only)
        case "choice", [_, *_]:
            return _condition(field, "in", list(said))
        case "number", (low, high) if low is not None or high is not None:
            ends = [
                _condition(field, operator, end) for operator, end in (("gte", low), ("lte", high)) if end is not None
            ]
            return ends[0] if len(ends) == 1 else {"AND": ends}
        case "truth", bool():
            return _condition(field, "eq", said)
        case "words", str() if said.strip():
            return _condition(field, "text", said.strip())
    return None


def unsaid(fields: Sequence[Field], said: Any) -> tuple[dict[str, Any], list[Any]]:
    """What the form's values have to be for a filter in JSON, by path, and the conditions that no form can say."""
    values: dict[str, Any] = {}
    rest: list[Any] = []
    known = {field.path: field for field in fields}
    for each in _flat(said):
        field = known.get(str(each.get("field"))) if isinstance(each, Mapping) else None
        value = None if field is None else _value(field, each, values.get(field.path))
        if field is None or value is None:
            rest.append(each)
        else:
            values[field.path] = value
    return values, rest


def _flat(said: Any) -> list[Any]:
    """The conditions that all have to hold."""
    if isinstance(said, Mapping) and set(said) == {"AND"} and isinstance(said["AND"], list):
        return [part for each in said["AND"] for part in _flat(each)]
    return [said] if said else []


def _value(field: Field, condition: Mapping[str, Any], before: Any) -> Any:
    """The form's value of a condition beside what earlier ones made of it, None where it has none."""
    match field.kind, condition.get("operator", "eq"), condition.get("value"):
        case "choice", "eq", str() as only if before is None and only in field.values:
            return [only]
        case "choice", "in", list() as several if before is None and set(several) <= set(field.values):
            return several
        case "number", "gte", int() | float() as low:
            return (low, before[1] if before else None)
        case "number", "lte", int() | float() as high:
            return (before[0] if before else None, high)
        case "truth", "eq", bool() as truth:
            return truth
        case "words", "text", str() as words if before is None:
            return words
    return None


def joined(conditions: Sequence[Any]) -> dict[str, Any] | None:
    """All conditions together, as `filters` of a request; None of none."""
    return {"AND": list(conditions)} if conditions else None


def _condition(field: Field, operator: str, value: Any) -> dict[str, Any]:
    return {"field": field.path, "operator": operator, "value": value}


def _leaves(payload: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, Any]]:
    """Paths and what stands there; each element of a list by itself, for conditions look through lists."""
    for name, value in payload.items():
        path = f"{before}{name}"
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping):
                if depth > 1:
                    yield from _leaves(each, f"{path}.", depth - 1)
            elif each is not None and not isinstance(each, list):
                yield path, each


def _field(path: str, values: Sequence[Any]) -> Field:
    if all(isinstance(value, bool) for value in values):
        return Field(path, "truth")
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return Field(path, "number", low=float(min(values)), high=float(max(values)))
    if not all(isinstance(value, str) for value in values):
        return Field(path, "words")
    counts = Counter(values)
    few = len(counts) <= FEW and max(map(len, counts)) <= _LONG and len(counts) < max(len(values), 2)
    return Field(path, "choice", tuple(value for value, _ in counts.most_common())) if few else Field(path, "words")
