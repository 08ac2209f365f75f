"""The words for what the cache decided: a chip of word, icon and colour, and how ages and shares are said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Colour = Literal["green", "blue", "violet", "orange", "gray", "red"]


@dataclass(frozen=True, slots=True)
class Chip:
    """How a status looks. `meaning` is for who has not seen it before."""

    word: str
    icon: str
    colour: Colour
    meaning: str

    @property
    def badge(self) -> str:
        """The chip in Markdown."""
        return f":{self.colour}-badge[:material/{self.icon}: {self.word}]"


ASKED = ("exact", "hit", "audited", "learning", "guarded", "miss")
"""Statuses of requests that were looked up."""
CHIPS: Mapping[str, Chip] = {
    "exact": Chip("Exact", "equal", "green", "The same prompt was answered before; its answer was reused."),
    "hit": Chip("Hit", "bolt", "green", "A similar prompt was answered before, surely enough to reuse its answer."),
    "audited": Chip("Audited", "fact_check", "blue", "Would have been a hit; the model was asked anyway as a check."),
    "learning": Chip(
        "Learning", "school", "violet", "Something similar is there, but too little is known to reuse it."
    ),
    "guarded": Chip("Guarded", "shield", "orange", "Something similar is there, but not surely enough for the limit."),
    "miss": Chip("Miss", "close", "gray", "Nothing similar was there."),
    "refresh": Chip("Asked afresh", "sync", "blue", "The cache was not looked into; the fresh answer was kept."),
    "no_store": Chip("Kept out", "visibility_off", "gray", "The cache was not looked into, and nothing was kept."),
    "off": Chip("Cache off", "power_settings_new", "gray", "The request did not ask for the cache."),
}


def chip(status: str) -> Chip:
    """The chip of a status; one that is not known here says its own name."""
    return CHIPS.get(status) or Chip(status.replace("_", " ").capitalize(), "info", "gray", "")


def percent(share: float) -> str:
    """A share for people: `0%`, `under 0.1%`, `0.42%`, `1.6%`, `37%`."""
    if 0 < share < 0.001:
        return "under 0.1%"
    digits = 2 if share < 0.01 else 1 if share < 0.1 else 0
    shown = f"{share * 100:.{digits}f}"
    return f"{shown.rstrip('0').rstrip('.') if digits else shown}%"


def in_a_hundred(delta: float) -> str:
    """A limit as a count: 0.02 is `2 in 100`, 0.005 is `5 in 1,000`."""
    for whole in (100, 1_000, 10_000):
        if abs(delta * whole - round(delta * whole)) < 1e-9:
            return f"{round(delta * whole)} in {whole:,}"
    return f"{delta:.4%}"


def age(seconds: float) -> str:
    """How long ago: `just now`, `5 minutes ago`, `3 hours ago`, `12 days ago`."""
    said = span(seconds)
    return f"{said} ago" if said else "just now"


def span(seconds: float) -> str:
    """A stretch of time for people: `5 minutes`, `3 hours`, `12 days`; empty below a minute."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // length)
        if count:
            return f"{count:,} {unit}{'s' * (count != 1)}"
    return ""
