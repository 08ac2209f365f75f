"""What is known of models without asking anybody, from `catalogue.toml`, and what a live listing adds to it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from playground.call import Model
from playground.providers import refusals

_FILE = Path(__file__).with_name("catalogue.toml")
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8})$")
QUARTER = timedelta(days=92)
"""A model that retires within this time is offered last."""


def as_of() -> date:
    """The day the catalogue was true."""
    day: date = _file()["as_of"]
    return day


def models(provider: str, today: date) -> tuple[Model, ...]:
    """The models of a provider that are not retired yet, best first; empty for one that is not in the catalogue."""
    there = (known for known in _models(provider).values() if not known.retires or known.retires > today.isoformat())
    return _ranked(there, today)


def model(provider: str, id: str) -> Model | None:  # noqa: A002 - the field's name
    """One model; a dated snapshot (`gpt-5.5-2026-04-23`) is what its family is. None when it is not known."""
    known = _models(provider)
    found = known.get(id) or known.get(_SNAPSHOT.sub("", id))
    return replace(found, id=id) if found else None


def merge(provider: str, listed: Iterable[Model], today: date) -> tuple[Model, ...]:
    """A live listing, completed by the catalogue: what the listing says holds, its order behind the catalogue's."""
    places = {name: place for place, name in enumerate(_models(provider))}
    found = [_completed(provider, each) for each in listed]
    found.sort(key=lambda each: places.get(each.id, len(places)))
    return _ranked(found, today)


def _completed(provider: str, listed: Model) -> Model:
    known = model(provider, listed.id)
    if known is None:
        return replace(listed, refuses=refusals.refused(listed.id, provider))
    said = {name: value for name in ("note", "context", "max_output", "retires") if (value := getattr(listed, name))}
    return replace(known, **said)


def _ranked(found: Iterable[Model], today: date) -> tuple[Model, ...]:
    """The same order, with those that retire within a quarter at the end."""
    horizon = (today + QUARTER).isoformat()
    return tuple(sorted(found, key=lambda each: each.retires is not None and each.retires <= horizon))


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text("utf-8"))


@cache
def _models(provider: str) -> Mapping[str, Model]:
    rows = _file().get(provider, ())
    return {row["id"]: _model(provider, row) for row in rows} if isinstance(rows, list) else {}


def _model(provider: str, row: Mapping[str, Any]) -> Model:
    lists = {name: tuple(row[name]) for name in ("tasks", "inputs") if name in row}
    retires = row["retires"].isoformat() if "retires" in row else None
    facts = {"tasks": ("chat",)} | dict(row) | lists | {"retires": retires}
    return Model(**facts, refuses=refusals.refused(row["id"], provider))
