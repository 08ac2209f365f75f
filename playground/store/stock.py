"""What people look at in a cache: entries as lines, verdicts, counts by hour; SQL over a connection."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from playground.cache.shelf import Evidence, Line, Size, Tally, Wanted
from playground.store.filters import ESCAPES
from playground.store.place import Connection
from playground.store.row import bound, unbound

EXCERPT = 400
"""Letters of a prompt that a line shows."""

_LINES = f"""SELECT entries.entry, entries.grp, books.name, entries.scope, substr(entries.prompt, 1, {EXCERPT}),
    entries.excerpt, entries.provider, entries.model, entries.created, entries.expires, entries.hits, entries.bytes,
    (SELECT count(*) FROM labels WHERE labels.grp = entries.grp AND correct = 1),
    (SELECT count(*) FROM labels WHERE labels.grp = entries.grp AND correct = 0)
    FROM entries JOIN books ON books.book = entries.book"""
_COLUMNS = {"decision": "decision", "grp": "group", "judge": "by", "book": "book", "entry": "entry", "made": "at"}


def find(connection: Connection, books: Sequence[int], wanted: Wanted) -> list[Line]:
    """Entries, newest first."""
    conditions, values = [f"entries.book IN ({marks(books)})"], list[Any](books)
    for column, value in (
        ("scope", wanted.scope),
        ("provider", wanted.provider),
        ("model", wanted.model),
        ("grp", wanted.group),
        ("entry", wanted.entry),
    ):
        if value is not None:
            conditions.append(f"entries.{column} = ?")
            values.append(value)
    for word in wanted.text.split()[:16]:
        conditions.append(
            r"(lower(entries.prompt) LIKE lower(?) ESCAPE '\' OR lower(entries.excerpt) LIKE lower(?) ESCAPE '\')"
        )
        values += [f"%{bound(word.translate(ESCAPES))}%"] * 2
    if wanted.before is not None:
        conditions.append("(entries.created, entries.entry) < (SELECT created, entry FROM entries WHERE entry = ?)")
        values.append(wanted.before)
    order = "ORDER BY entries.created DESC, entries.entry DESC LIMIT ?"
    query = f"{_LINES} WHERE {' AND '.join(conditions)} {order}"
    return [Line(*map(unbound, row)) for row in connection.execute(query, [*values, wanted.limit]).fetchall()]


def forget(connection: Connection, gone: Sequence[int]) -> None:
    """Delete entries and what was said of them; an answer stays while a group still gives it out."""
    for entry in gone:
        found = connection.execute("SELECT grp FROM entries WHERE entry = ?", (entry,)).fetchone()
        for table in ("entries", "pending", "evidence"):
            connection.execute(f"DELETE FROM {table} WHERE entry = ?", (entry,))
        for answer in {entry, found[0] if found and found[0] is not None else entry}:
            connection.execute(
                "DELETE FROM answers WHERE entry = ? AND NOT EXISTS (SELECT 1 FROM entries WHERE entry = ? OR grp = ?)",
                (answer, answer, answer),
            )


def testify(connection: Connection, evidence: Iterable[Evidence]) -> None:
    """Write comparisons; a newer word of the same judge on the same takes the older one's place."""
    for each in evidence:
        payload = asdict(each)
        row = [payload.pop(name) for name in _COLUMNS.values()]
        connection.execute(
            "INSERT INTO evidence (decision, grp, judge, book, entry, made, payload) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (decision, grp, judge) DO UPDATE SET made = excluded.made, payload = excluded.payload",
            [*row, json.dumps(payload)],
        )


def evidence(connection: Connection, books: Sequence[int], group: int | None, decision: int | None) -> list[Evidence]:
    """Comparisons with a group's answer, or of one decision, newest first."""
    conditions, values = [f"book IN ({marks(books)})"], list[Any](books)
    for column, value in (("grp", group), ("decision", decision)):
        if value is not None:
            conditions.append(f"{column} = ?")
            values.append(value)
    query = f"SELECT {', '.join(_COLUMNS)}, payload FROM evidence WHERE {' AND '.join(conditions)} ORDER BY made DESC"
    rows = connection.execute(f"{query} LIMIT 500", values).fetchall()
    return [Evidence(**dict(zip(_COLUMNS.values(), row, strict=False)), **json.loads(row[-1])) for row in rows]


def size(connection: Connection, books: Sequence[int]) -> Size:
    """How much there is."""
    only = f"WHERE book IN ({marks(books)})"
    query = f"SELECT count(*), count(DISTINCT grp), coalesce(sum(bytes), 0) FROM entries {only}"
    entries, groups, weight = connection.execute(query, books).fetchone()
    pending = connection.execute(f"SELECT count(*) FROM pending {only}", books).fetchone()[0]
    return Size(entries, groups, int(weight), pending)


def add(connection: Connection, tallies: Iterable[Tally]) -> None:
    """Add to the hours' counts."""
    sums = ("requests", "tokens", "cost", "ms")
    added = ", ".join(f"{name} = tallies.{name} + excluded.{name}" for name in sums)
    for each in tallies:
        connection.execute(
            f"INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (book, hour, status) DO UPDATE SET {added}",
            list(asdict(each).values()),
        )


def marks(values: Sequence[Any]) -> str:
    """As many question marks; for none of them NULL, which is in no list."""
    return ", ".join("?" * len(values)) or "NULL"
