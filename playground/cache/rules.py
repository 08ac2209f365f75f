"""Rules: what the user decides about the cache, by settings, and judges and guarantee for each namespace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, get_args

from playground.cache.decision import Guarantee
from playground.cache.judges import DEFAULT, checked
from playground.errors import BadRequestError
from playground.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules:
    """`delta` is the limit where a request names none; `days` after which an answer is stale, 0 for never; `size` the
    most entries of a namespace; `judges` the chain of `judges.judge`.
    """

    delta: float = 0.02
    guarantee: Guarantee = "average"
    judges: tuple[str, ...] = DEFAULT
    days: float = 30.0
    size: int = 50_000

    def expires(self, now: float) -> float | None:
        """When an answer of now is stale."""
        return now + self.days * 86_400 if self.days > 0 else None

    def given(self, own: Mapping[str, Any]) -> "Rules":
        """These rules with what a namespace has set for itself."""
        changes: dict[str, Any] = {}
        if "judges" in own:
            changes["judges"] = checked(own["judges"])
        if "guarantee" in own:
            changes["guarantee"] = _guarantee(own["guarantee"])
        return replace(self, **changes)


def of_settings(settings: Settings) -> Rules:
    """The rules of every namespace that has set nothing. Raises ValueError naming the setting."""
    delta = settings.number("PLAYGROUND_CACHE_DELTA")
    if not 0 <= delta <= 1:
        raise ValueError(f"`PLAYGROUND_CACHE_DELTA` must be from 0 to 1; it is `{delta:g}`")
    return Rules(
        delta=delta,
        guarantee=_set(settings, "PLAYGROUND_CACHE_GUARANTEE", _guarantee, "average"),
        judges=_set(settings, "PLAYGROUND_CACHE_JUDGES", lambda text: checked(text.split(",")), DEFAULT),
        days=settings.number("PLAYGROUND_CACHE_DAYS"),
        size=max(1, int(settings.number("PLAYGROUND_CACHE_SIZE"))),
    )


def _set(settings: Settings, name: str, read: Callable[[str], T], usual: T) -> T:
    text = settings.get(name)
    try:
        return usual if text is None else read(text)
    except BadRequestError as error:
        raise ValueError(f"`{name}`: {error.message}") from error


def _guarantee(value: Any) -> Guarantee:
    if value not in get_args(Guarantee):
        raise BadRequestError(f"the cache's guarantee is `average` or `per_request`; `{value}` is neither")
    return value  # type: ignore[no-any-return]
