"""A set of runs: one question for several panes, over one row of values or many; what each run of it asks.

An A/B of embeddings is a set too. Its items are in the requests of its runs and not a second time in the set, whose
rows say what they are, how many, and their SHA-256: row 0 is the items, row 1, where there was a retrieval check, the
queries.
"""

import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal, NamedTuple, assert_never

from playground.call import Modality, Task
from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.template import names, render

LETTERS = "ABCDEF"
"""What panes are called; there are as many as six."""
Kind = Literal["comparison", "scorecard", "embeddings"]
ITEMS, QUERIES = 0, 1
"""Rows of an A/B of embeddings."""


class Cell(NamedTuple):
    """One place in a set: which row of values (from 0), which pane, which repeat. Below 0 it is a warm-up."""

    row: int
    pane: str
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Pane:
    """Who answers under a letter, and how. `system` is a template; `schema` the JSON Schema, None for none."""

    letter: str
    provider: str
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    system: str | None = None
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file of the question as it is kept: `media:<sha256>`, or an address without what opens it."""

    modality: Modality
    name: str
    reference: str


@dataclass(frozen=True, slots=True)
class Set:
    """What is asked of whom. `prompt` is a template; where texts are embedded it holds one per line, and of an A/B of
    embeddings it says what the items are called.

    `rows` are the values of its variables, at least one row, which is empty where there are none. `cache` is the
    limit of the semantic cache, None while it is off.
    """

    id: str
    namespace: str
    created_at: float
    kind: Kind
    task: Task
    prompt: str
    panes: tuple[Pane, ...]
    rows: tuple[Mapping[str, Any], ...] = ({},)
    files: tuple[File, ...] = ()
    cache: float | None = None

    def pane(self, letter: str) -> Pane | None:
        """The pane of this letter, None when there is none."""
        return next((pane for pane in self.panes if pane.letter == letter), None)

    def row(self, number: int) -> str:
        """What a row is called: its number from 1 on, or what is embedded."""
        embedded = self.rows[number].get("embedded") if number < len(self.rows) else None
        return str(embedded) if self.kind == "embeddings" and embedded else f"{number + 1}"

    def cells(self) -> list[Cell]:
        """A run for each row and pane, row by row."""
        return [Cell(row, pane.letter) for row in range(len(self.rows)) for pane in self.panes]


def restored(kept: Mapping[str, Any]) -> Set:
    """The set whose `asdict` this is, also after it has been JSON."""
    panes = tuple(Pane(**pane) for pane in kept["panes"])
    files = tuple(File(**file) for file in kept["files"])
    return Set(**{**kept, "panes": panes, "files": files, "rows": tuple(kept["rows"])})


def new_id() -> str:
    """The id of a set: sorts by time to the millisecond, 64 random bits behind it."""
    return f"set_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def id_of(runs: Mapping[Cell, str], created_at: float) -> str:
    """The id of a set of runs that were there before it, always the same for the same runs in the same places.

    `created_at`, Unix seconds, is the first run's, so that it sorts with the others.
    """
    places = json.dumps(sorted([*cell, run] for cell, run in runs.items()))
    return f"set_{int(created_at * 1000):012x}{sha256(places.encode()).hexdigest()[:16]}"


def variables(prompt: str, panes: Sequence[Pane]) -> tuple[str, ...]:
    """The variables of a question and of its system prompts, each once."""
    texts = [prompt, *(pane.system or "" for pane in panes)]
    return tuple(dict.fromkeys(name for text in texts for name in names(text)))


def request(asked: Set, cell: Cell, parts: Sequence[Mapping[str, str]]) -> RawInferenceRequest:
    """What one cell asks; `parts` are the files as parts of a message, `{"type", "base64" | "url"}`.

    Raises BadRequestError for a variable without a value, a pane that is not there, and no question.
    """
    pane, row = asked.pane(cell.pane), asked.rows[cell.row]
    if pane is None:
        raise BadRequestError(f"the set has no pane `{cell.pane}`")
    try:
        inputs = _inputs(asked, pane, row, parts)
    except BadRequestError as error:
        if len(asked.rows) == 1:
            raise
        raise BadRequestError(f"row {cell.row + 1}: {error.message}") from None
    extra = {} if pane.schema is None else {"schema": dict(pane.schema)}
    return RawInferenceRequest(
        provider=pane.provider,
        model=pane.model,
        inputs=inputs,
        parameters={**pane.parameters, **extra} or None,
        enable_semantic_cache=asked.cache is not None and asked.task == "chat",
        cache_delta=asked.cache if asked.task == "chat" else None,
    )


def _inputs(asked: Set, pane: Pane, row: Mapping[str, Any], parts: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    match asked.task:
        case "chat":
            text = render(asked.prompt, row)
            system = render(pane.system or "", row)
            message = {"role": "user", "content": _content(text, parts)}
            return {"messages": [message]} | ({"system": system} if system.strip() else {})
        case "embedding":
            texts = [line.strip() for line in render(asked.prompt, row).splitlines() if line.strip()]
            if not texts:
                raise BadRequestError("there is no text to embed yet; write one per line")
            return {"texts": texts}
        case "transcription":
            if len(parts) != 1:
                raise BadRequestError("one sound is transcribed at a time; attach exactly one")
            form = "base64" if "base64" in parts[0] else "url"
            return {f"audio_{form}": parts[0][form]}
        case "plugin":
            raise BadRequestError("plugins are compared by what they make: embeddings or chat")
        case _:
            assert_never(asked.task)


def _content(text: str, parts: Sequence[Mapping[str, str]]) -> str | list[Mapping[str, str]]:
    """A user's message: files before the text, as providers want it."""
    if not text.strip() and not parts:
        raise BadRequestError("there is no question yet; write one, or attach a file")
    if not parts:
        return text
    return [*parts, *([{"type": "text", "text": text}] if text.strip() else [])]
