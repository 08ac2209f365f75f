"""What changes in a cache, as values: a store writes them in one transaction, another server applies them.

Every id is a random 63-bit integer, so that two servers never make the same one. Applying a change twice changes
nothing.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from playground.cache.decision import Answer


@dataclass(frozen=True, slots=True)
class Remembered:
    """A fresh answer came in. `vector` is float32, little endian, unit length; None is found by its exact prompt only.

    `created` and `expires` are seconds since 1970.
    """

    entry: int
    scope: str
    prompt: str = field(repr=False)
    vector: bytes | None = field(repr=False)
    answer: Answer = field(repr=False)
    created: float
    expires: float | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """An entry belongs to a group from now on, and similar prompts find it.

    A group has the id and the answer of the entry that founded it (`group == entry` there); the group outlives it.
    """

    entry: int
    group: int


@dataclass(frozen=True, slots=True)
class Judged:
    """A label: whether the group's answer was right for a request that the model answered afresh, or a person saw.

    `features` are in the order of `features.NAMES`; `apart` are the words that only one of the two prompts has; `score`
    is the log-odds of right that the model gave before it knew, None when there was no model yet; `surprise` is 1 or 0
    less what had been predicted; `weight` is how many requests like it the label stands for; `audited` when it would
    have been served; `person` when a person said so.
    """

    label: int
    group: int
    features: tuple[float, ...]
    apart: tuple[str, ...]
    right: bool
    score: float | None
    surprise: float
    weight: float
    audited: bool
    person: bool
    at: float


@dataclass(frozen=True, slots=True)
class Learned:
    """The model after a fit, all of it: JSON. Only the newest counts; without it a start fits again from labels."""

    state: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Spent:
    """The ledger of the error budget and of the watch, all of it: JSON. A server has its own; only the newest counts.

    Budgets add up: where every server keeps delta over its own requests, all of them do together.
    """

    state: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Forgot:
    """Entries that are gone; a group goes with its last entry."""

    entries: tuple[int, ...]


Change: TypeAlias = Remembered | Joined | Judged | Learned | Spent | Forgot
Changes: TypeAlias = tuple[Change, ...]


def new_id() -> int:
    """A random positive 63-bit integer."""
    return secrets.randbits(63) | 1
