"""Contract checks: whether callers can rely on a plugin's answers, judged from a handful of its calls.

`calls` says what to ask, `judge` what the answers show. Asking is others' work: each call is a run like any other.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.plugins.fields import TEXTS, example, inputs_schema
from playground.plugins.manifest import Manifest

Verdict = Literal["pass", "fail", "not applicable"]
NEAR = 1e-4
"""Difference of two numbers that counts as none: what the order of additions may do to a float32."""
_FIRST, _AGAIN, _BATCH = "first", "again", "batch"
_SINGLES = (_FIRST, "second", "third")
_UNSEEN = "There is no answer to look at."


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a call: the plugin's answer, or the `error` of an error body."""

    data: Any = None
    error: Mapping[str, Any] | None = None

    @property
    def fault(self) -> str:
        """What was wrong with an answer that could not be sent: `shape`, `size`, `nan`, `json`; else empty."""
        return str(((self.error or {}).get("details") or {}).get("fault", ""))

    @property
    def said(self) -> str:
        """The error's words."""
        return str((self.error or {}).get("message", ""))


@dataclass(frozen=True, slots=True)
class Check:
    """One finding as a sentence; `call` is the call that shows it, empty where none does."""

    name: str
    verdict: Verdict
    sentence: str
    call: str = ""


def calls(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """The inputs of each call by its name, as the plugin says it takes them; `manifest` with all its schemas."""
    base = example(inputs_schema(manifest))
    if not _embeds(manifest):
        return {_FIRST: base, _AGAIN: base}
    taken = _taken(manifest)
    beside = {name: each for name, each in base.items() if name not in ("text", "texts")}
    ones = [beside | ({"text": text} if "text" in taken else {"texts": [text]}) for text in TEXTS]
    found = {_FIRST: ones[0], _AGAIN: ones[0], _BATCH: beside | {"texts": list(TEXTS)}}
    if "texts" not in taken:
        del found[_BATCH]
    return found | dict(zip(_SINGLES[1:], ones[1:], strict=True))


def judge(manifest: Manifest, replies: Mapping[str, Reply]) -> list[Check]:
    """What the replies to `calls` show; a call that is lacking was stopped."""
    first = replies.get(_FIRST, Reply(error={"message": "the call was stopped"}))
    return [
        _answers(first),
        _sendable(first),
        _finite(first),
        _has_embedding(manifest, first),
        _dimension(manifest, first),
        _deterministic(manifest, first, replies.get(_AGAIN)),
        _batched(manifest, replies),
    ]


def _answers(first: Reply) -> Check:
    name = "Returns a dict"
    if isinstance(first.data, Mapping):
        keys = ", ".join(f"`{key}`" for key in list(first.data)[:6]) or "no keys"
        return Check(name, "pass", f"It answers with {keys}.", _FIRST)
    if first.fault in ("nan", "json", "size"):
        return Check(name, "pass", "It returns a dict, but one that cannot be sent.", _FIRST)
    return Check(name, "fail", f"{_sentence(first.said)}", _FIRST)


def _sendable(first: Reply) -> Check:
    name = "JSON-safe"
    if first.fault in ("json", "size"):
        return Check(name, "fail", _sentence(first.said), _FIRST)
    if first.data is None and first.fault != "nan":
        return Check(name, "not applicable", _UNSEEN)
    return Check(name, "pass", "Everything in the answer can be written as JSON." if first.data else "Save for NaN.")


def _finite(first: Reply) -> Check:
    name = "No NaN"
    if first.fault == "nan":
        return Check(name, "fail", _sentence(first.said), _FIRST)
    if first.data is None:
        return Check(name, "not applicable", _UNSEEN)
    return Check(name, "pass", "Every number is finite.")


def _has_embedding(manifest: Manifest, first: Reply) -> Check:
    name = "Has `embedding`"
    if not _embeds(manifest):
        return Check(name, "not applicable", f"It is for {manifest.inference_type}, and promises no vector.")
    if first.data is None:
        return Check(name, "not applicable", _UNSEEN)
    if isinstance(first.data, Mapping) and _is_vector(first.data.get("embedding")):
        return Check(name, "pass", "The vector stands where retrievers look for it.", _FIRST)
    if _vector(manifest, first) is not None:
        where = "`embeddings`" if _is_vector(_first_of(first.data)) else f"`{manifest.features[0].name}`"
        return Check(name, "pass", f"The vector is under {where}; retrievers find it there too.", _FIRST)
    there = ", ".join(f"`{key}`" for key in first.data) if isinstance(first.data, Mapping) else "nothing"
    return Check(
        name, "fail", f"There is no list of numbers under `embedding`, only {there}: return the vector there.", _FIRST
    )


def _dimension(manifest: Manifest, first: Reply) -> Check:
    name = "Dimension as declared"
    declared = manifest.features[0].dim if manifest.features else None
    vector = _vector(manifest, first)
    if declared is None or vector is None:
        lacking = "The manifest declares none." if declared is None else "There is no vector to measure."
        return Check(name, "not applicable", lacking)
    if len(vector) == declared:
        return Check(name, "pass", f"{declared:,} numbers, as `embedding_dim` says.", _FIRST)
    return Check(
        name,
        "fail",
        f"The vector has {len(vector):,} numbers and the manifest says {declared:,}: an index of that size refuses it. "
        "Correct `embedding_dim`.",
        _FIRST,
    )


def _deterministic(manifest: Manifest, first: Reply, again: Reply | None) -> Check:
    name = "Deterministic"
    if first.data is None or again is None or again.data is None:
        return Check(name, "not applicable", _UNSEEN)
    if first.data == again.data:
        return Check(name, "pass", "The same input gave the same answer twice.", _AGAIN)
    one, other = _vector(manifest, first), _vector(manifest, again)
    if one is not None and other is not None:
        apart = _apart(one, other)
        if apart <= NEAR:
            return Check(name, "pass", f"Twice the same vector within {apart:.0e}.", _AGAIN)
        return Check(
            name,
            "fail",
            f"The same text gave two vectors (cosine {_cosine(one, other):.3f}): is there a random number, or a layer "
            "left in training mode?",
            _AGAIN,
        )
    if manifest.inference_type == "generate":
        return Check(name, "not applicable", "It said something else the second time, as those that generate may.")
    return Check(name, "fail", "The same input gave two different answers.", _AGAIN)


def _batched(manifest: Manifest, replies: Mapping[str, Reply]) -> Check:
    name = "Batch equals single"
    if not _embeds(manifest) or "texts" not in _taken(manifest):
        return Check(name, "not applicable", "It says that it takes one input at a time.")
    batch = replies.get(_BATCH)
    singles = [_vector(manifest, replies[each]) if each in replies else None for each in _SINGLES]
    if batch is None or None in singles:
        return Check(name, "not applicable", "Not all of the calls for this were answered.")
    if batch.error is not None:
        if manifest.input_schema is None:
            return Check(name, "not applicable", f"It does not take `texts`: {batch.said}.", _BATCH)
        return Check(name, "fail", _sentence(batch.said), _BATCH)
    found = batch.data.get("embeddings") if isinstance(batch.data, Mapping) else None
    if not isinstance(found, list) or len(found) != len(TEXTS) or not all(map(_is_vector, found)):
        return Check(
            name, "fail", f"{len(TEXTS)} `texts` must give `embeddings`, a list of {len(TEXTS)} vectors.", _BATCH
        )
    apart = max(_apart(one, other) for one, other in zip(found, singles, strict=True) if other is not None)
    if apart <= NEAR:
        return Check(name, "pass", f"{len(TEXTS)} texts together have the vectors that each has alone.", _BATCH)
    return Check(
        name,
        "fail",
        f"Together the texts get other vectors than alone (apart by up to {apart:.2g}): is padding counted in?",
        _BATCH,
    )


def _embeds(manifest: Manifest) -> bool:
    return manifest.inference_type == "embedding" or bool(manifest.features)


def _taken(manifest: Manifest) -> set[str]:
    """Which of `text` and `texts` it takes; both where it does not say."""
    said = set((manifest.input_schema or {}).get("properties") or {}) & {"text", "texts"}
    return said or {"text", "texts"}


def _vector(manifest: Manifest, reply: Reply) -> Sequence[float] | None:
    """The vector of an answer to one text."""
    if not isinstance(reply.data, Mapping):
        return None
    names = ("embedding", *(feature.name for feature in manifest.features))
    found: Iterator[Any] = (reply.data.get(name) for name in names)
    return next((each for each in (*found, _first_of(reply.data)) if _is_vector(each)), None)


def _first_of(data: Mapping[str, Any]) -> Any:
    several = data.get("embeddings")
    return several[0] if isinstance(several, list) and several else None


def _is_vector(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, int | float) and not isinstance(each, bool) for each in value)
    )


def _apart(one: Sequence[float], other: Sequence[float]) -> float:
    """The largest difference of two numbers in the same place; infinite for vectors of different length."""
    if len(one) != len(other):
        return math.inf
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = math.hypot(*one) * math.hypot(*other)
    if len(one) != len(other) or not lengths:
        return 0.0
    return math.fsum(a * b for a, b in zip(one, other, strict=True)) / lengths


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
