"""Drift: what has changed between two runs of the same request."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from playground.metrics import tokens_per_second
from playground.record import RunRecord

Unit = Literal["ms", "tokens", "tokens/s", "$"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of both runs; None where a run does not have it."""

    name: str
    unit: Unit
    before: float | None
    after: float | None

    @property
    def change(self) -> float | None:
        """After over before, less 1: 0.5 is half as much again. None where that means nothing."""
        if not self.before or self.after is None:
            return None
        return self.after / self.before - 1


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs. `texts` are the answers of both runs, prompt by prompt; `cosines` one for each pair of vectors;
    `note` says why vectors cannot be compared. `models` are the two that answered, in the provider's words.
    """

    texts: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    cosines: tuple[float, ...] = ()
    note: str = ""
    models: tuple[str, str] = ("", "")

    @property
    def same(self) -> bool:
        """Whether the answers are the same, letter for letter; of vectors the last bits are noise."""
        return not self.note and all(a == b for a, b in self.texts) and all(each > 1 - 1e-7 for each in self.cosines)


def drift(before: RunRecord, after: RunRecord) -> Drift:
    """Two ended runs side by side. Vectors are compared in their order, as far as there are as many."""
    cosines, note = _cosines(_vectors(before), _vectors(after))
    first, second = answers(before), answers(after)
    width = max(len(first), len(second))
    pad = [""] * width
    texts = tuple(zip([*first, *pad][:width], [*second, *pad][:width], strict=True))
    return Drift(texts, _figures(before, after), cosines, note, (_model(before), _model(after)))


def answers(run: RunRecord) -> list[str]:
    """The texts of an answer, one per prompt, or what had arrived; none for vectors, JSON for what is `raw`."""
    data: Any = (run.response or {}).get("data")
    if run.raw:
        return [json.dumps(data, indent=2, ensure_ascii=False)] if data else []
    match data:
        case {"texts": [*texts]}:
            return [text or "" for text in texts]
        case {"text": str(text)}:
            return [text]
        case {"embedding": _} | {"embeddings": _}:
            return []
    return [text for text in run.partial if text]


def _figures(before: RunRecord, after: RunRecord) -> tuple[Figure, ...]:
    rows: tuple[tuple[str, Unit, float | None, float | None], ...] = (
        ("Total", "ms", before.timings.total, after.timings.total),
        ("First token", "ms", before.timings.ttft, after.timings.ttft),
        ("Speed", "tokens/s", tokens_per_second(before), tokens_per_second(after)),
        ("Tokens in", "tokens", before.prompt_tokens, after.prompt_tokens),
        ("Tokens out", "tokens", before.completion_tokens, after.completion_tokens),
        ("Cost", "$", before.cost, after.cost),
    )
    return tuple(Figure(*row) for row in rows if row[2] is not None or row[3] is not None)


def _model(run: RunRecord) -> str:
    return run.versions.get("model") or run.model


def _vectors(run: RunRecord) -> Any:
    data: Mapping[str, Any] = {} if run.raw else (run.response or {}).get("data") or {}
    return data.get("embeddings") or ([data["embedding"]] if data.get("embedding") else [])


def _cosines(before: Any, after: Any) -> tuple[tuple[float, ...], str]:
    """(cosines, why there are none)."""
    if not before or not after:
        return (), ""
    sizes = [(len(vectors), len(vectors[0])) for vectors in (before, after)]
    if sizes[0] != sizes[1]:
        (n, d), (m, e) = sizes
        return (), f"{n:,} vectors of {d:,} numbers cannot be compared with {m:,} of {e:,}"
    import numpy as np

    from playground.matrix import matrix, unit

    first, second = (unit(matrix(vectors)).astype(np.float64) for vectors in (before, after))
    return tuple((first * second).sum(axis=1).clip(-1, 1).tolist()), ""
