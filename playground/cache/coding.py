"""Decisions and labels as JSON and back: for the store, and for a person's verdict on an old receipt."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from playground.cache.decision import Candidate, Decision
from playground.cache.features import NAMES
from playground.cache.journal import Judged

_FIELDS = ("status", "reason", "delta", "guarantee", "chance", "allowed", "audit", "labels", "needed")


def write_decision(decision: Decision) -> str:
    """A decision as JSON text; its candidates' answers are numbers."""
    return json.dumps(asdict(decision) | {"features": dict(decision.features)})


def read_decision(text: str) -> Decision:
    """The decision in a JSON text."""
    values = json.loads(text)
    candidates = tuple(Candidate(**each) for each in values.pop("candidates"))
    return Decision(**values, candidates=candidates)


def of_receipt(receipt: Mapping[str, Any]) -> Decision | None:
    """The decision behind a receipt's JSON; None when it compared the request with nothing."""
    if not receipt.get("decision") or not receipt.get("entry"):
        return None
    entry = int(receipt["entry"])
    nearest = Candidate(int(receipt["group"]), entry, receipt["prompt"], entry, receipt["similarity"])
    values = {name: receipt[name] for name in _FIELDS}
    return Decision(int(receipt["decision"]), **values, candidates=(nearest,), features=_features(receipt["features"]))


def write_label(label: Judged) -> str:
    """A label as JSON text, its features by name."""
    return json.dumps(asdict(label) | {"features": dict(zip(NAMES, label.features, strict=True))})


def read_label(text: str) -> Judged:
    """The label in a JSON text."""
    values = json.loads(text)
    features = tuple(_features(values.pop("features")).values())
    return Judged(features=features, apart=tuple(values.pop("apart")), **values)


def _features(known: Mapping[str, float]) -> dict[str, float]:
    """Features as they are computed now: one that another version knew is left out, one it did not know is 0."""
    return {name: known.get(name, 0.0) for name in NAMES} if known else {}
