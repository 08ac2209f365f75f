"""Which runs are meant: filters and the search text as SQL conditions with bound values."""

from typing import Any, TypedDict

from playground.record import Door, Kind, Status
from playground.store.excerpt import folded
from playground.store.row import bound

WORDS = 64
"""Words of a search text that are looked for; a pasted book is found by its longest ones."""
LETTERS = 500
"""Letters of a word that are looked for."""


class Filters(TypedDict, total=False):
    """What runs have in common. `text`: every word of it stands in the question, the answer, the error or the ids.

    `since` and `until` are Unix seconds, `until` itself left out; None and an empty text mean: any.
    """

    text: str
    provider: str | None
    model: str | None
    task: Kind | None
    status: Status | None
    door: Door | None
    since: float | None
    until: float | None


_CONDITIONS = {
    "provider": "runs.provider = ?",
    "model": "runs.model = ?",
    "task": "runs.task = ?",
    "status": "runs.status = ?",
    "door": "runs.door = ?",
    "since": "runs.created_at >= ?",
    "until": "runs.created_at < ?",
}
ESCAPES = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


def where(namespace: str, filters: Filters) -> tuple[str, list[Any]]:
    """The conditions after `FROM runs`, and the values bound in them.

    Text is found by LIKE over all texts of the namespace, newest first: 0.1 to 0.2 s for 100,000 runs when nothing is
    found, and nothing to pay when a run is written. A trigram index answers in 1 ms and costs 0.4 to 0.8 ms of CPU for
    every run written, twice what all the rest of the history costs.
    """
    conditions, values = ["runs.namespace = ?"], [bound(namespace)]
    for name, condition in _CONDITIONS.items():
        value = filters.get(name)
        if value is not None:
            conditions.append(condition)
            values.append(bound(value) if isinstance(value, str) else value)  # type: ignore[arg-type]
    words = sorted(set(folded(filters.get("text", "")).split()), key=len, reverse=True)[:WORDS]
    if words:
        found = " AND ".join([r"texts.text LIKE ? ESCAPE '\'"] * len(words))
        conditions.append(f"EXISTS (SELECT 1 FROM texts WHERE texts.run = runs.number AND {found})")
        values += [f"%{word[:LETTERS].translate(ESCAPES)}%" for word in words]
    return f" WHERE {' AND '.join(conditions)}", values
