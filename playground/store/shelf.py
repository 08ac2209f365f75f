"""The cache in a database: what cores remember and have learned, and the answers themselves."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from playground.cache.coding import read_label, write_label
from playground.cache.journal import (
    Change,
    Changes,
    Forgot,
    Joined,
    Judged,
    Learned,
    Remembered,
    Spent,
)
from playground.cache.learner import KEPT
from playground.cache.shelf import Book, Deed, Evidence, Kept, Line, Pending, Size, Tally, Wanted
from playground.store import stock
from playground.store.cache_schema import MIGRATIONS
from playground.store.database import Database
from playground.store.place import Connection, Where, placed
from playground.store.row import bound, unbound

JOURNAL = 20_000
"""Changes that are told to other servers one by one; who has missed more reads everything again."""

_REMEMBERED = "SELECT entry, scope, prompt, vector, entry, created, expires FROM entries"
_NOTE = "INSERT INTO journal (book, kind, id) VALUES (?, ?, ?)"


class Shelf:
    """`playground.cache.shelf.Shelf` in a database. Nothing is opened or made before the first use."""

    def __init__(self, place: Where) -> None:
        self._database = Database(placed(place, "cache", MIGRATIONS))

    def book(self, namespace: str, name: str, embedder: str) -> Book:
        """The book of a namespace, made where there is none."""
        key = (bound(namespace), name, embedder)
        query = "SELECT book FROM books WHERE namespace = ? AND name = ? AND embedder = ?"
        found = self._rows(query, key)
        if not found:
            insert = "INSERT INTO books (namespace, name, embedder) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
            self._execute(insert, key)
            found = self._rows(query, key)
        return Book(found[0][0], namespace, name, embedder)

    def books(self, namespace: str | None = None) -> list[Book]:
        """The books there are, of one namespace or of all."""
        only, values = ("", ()) if namespace is None else (" WHERE namespace = ?", (bound(namespace),))
        rows = self._rows(f"SELECT book, namespace, name, embedder FROM books{only} ORDER BY book", values)
        return [Book(id_, unbound(owner), name, embedder) for id_, owner, name, embedder in rows]

    def write(self, deed: Deed) -> None:
        """Write a deed; it is on disk when this returns."""

        def work(connection: Connection) -> None:
            for change in deed.changes:
                _note(connection, deed.book, change)
                _write(connection, deed.book, change, deed.kept)
            for wait in deed.pending:
                row = (wait.decision, wait.book, wait.entry, bound(wait.run), wait.text, time.time())
                connection.execute("INSERT INTO pending VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
            connection.executemany("DELETE FROM pending WHERE decision = ?", [(each,) for each in deed.done])
            stock.testify(connection, deed.evidence)

        self._database.write(work)

    def everything(self, book: int) -> tuple[Changes, int]:
        """What brings an empty core to where the book stands, and the number to go on from."""
        with self._database.reading() as connection:
            return tuple(_all(connection, book)), _newest(connection)

    def since(self, book: int, number: int) -> tuple[Changes, int] | None:
        """What was written after `number`; None when everything must be read again."""
        with self._database.reading() as connection:
            newest = _newest(connection)
            if newest == number:
                return (), number
            first = connection.execute("SELECT min(number) FROM journal").fetchone()[0]
            if first is None or first > number + 1:
                return None
            query = "SELECT kind, id FROM journal WHERE book = ? AND number > ? ORDER BY number"
            notes = connection.execute(query, (book, number)).fetchall()
            if ("dropped", 0) in notes:
                return None
            return tuple(_told(connection, book, notes)), newest

    def answer(self, entry: int) -> bytes | None:
        """A stored answer; None when it is gone."""
        rows = self._rows("SELECT payload FROM answers WHERE entry = ?", (entry,))
        return rows[0][0] if rows else None

    def pending(self, limit: int, after: Pending | None = None) -> list[Pending]:
        """What waits to be compared, oldest first: at most `limit` of it, behind the last of an earlier look."""
        query = """SELECT decision, book, entry, run, payload, made FROM pending
            WHERE (made, decision) > (?, ?) ORDER BY made, decision LIMIT ?"""
        last = (after.made, after.decision) if after else (0.0, 0)
        return [Pending(*map(unbound, row)) for row in self._rows(query, (*last, limit))]

    def count(
        self, tallies: Iterable[Tally], used: Mapping[int, int], watches: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """Add to counts and hits, replace the watches of this hour, and drop what is old in the journal."""
        hour = int(time.time() // 3600)

        def work(connection: Connection) -> None:
            stock.add(connection, tallies)
            hits = [(count, entry) for entry, count in used.items()]
            connection.executemany("UPDATE entries SET hits = hits + ? WHERE entry = ?", hits)
            for book, watch in watches.items():
                row = (book, hour, json.dumps(watch))
                connection.execute(f"{_PUT.format('watches', 'book, hour')} payload = excluded.payload", row)
            connection.execute("DELETE FROM journal WHERE number < ?", (_newest(connection) - JOURNAL,))

        self._database.write(work)

    def drop(self, book: int) -> None:
        """Forget a book with everything in it."""
        tables = ("labels", "states", "pending", "evidence", "tallies", "watches")

        def work(connection: Connection) -> None:
            connection.execute("DELETE FROM answers WHERE entry IN (SELECT entry FROM entries WHERE book = ?)", (book,))
            connection.execute(_NOTE, (book, "dropped", 0))
            for table in ("entries", *tables):
                connection.execute(f"DELETE FROM {table} WHERE book = ?", (book,))

        self._database.write(work)

    def find(self, books: Sequence[int], wanted: Wanted) -> list[Line]:
        """Entries, newest first."""
        with self._database.reading() as connection:
            return stock.find(connection, books, wanted)

    def vectors(self, books: Sequence[int], limit: int) -> list[tuple[int, bytes]]:
        """Entries and their vectors, newest first."""
        only = f"book IN ({stock.marks(books)}) AND vector IS NOT NULL"
        return self._rows(
            f"SELECT entry, vector FROM entries WHERE {only} ORDER BY created DESC LIMIT ?", (*books, limit)
        )

    def evidence(
        self, books: Sequence[int], *, group: int | None = None, decision: int | None = None
    ) -> list[Evidence]:
        """Comparisons with a group's answer, or of one decision, newest first."""
        with self._database.reading() as connection:
            return stock.evidence(connection, books, group, decision)

    def size(self, books: Sequence[int]) -> Size:
        """How much there is."""
        with self._database.reading() as connection:
            return stock.size(connection, books)

    def tallies(self, books: Sequence[int], since: float, until: float) -> list[Tally]:
        """The hours' counts, oldest first."""
        return [Tally(*row) for row in self._hours("tallies", books, since, until)]

    def watches(self, books: Sequence[int], since: float, until: float) -> list[tuple[int, int, dict[str, Any]]]:
        """(book, hour, watch), oldest first."""
        rows = self._hours("watches", books, since, until)
        return [(book, hour, json.loads(payload)) for book, hour, payload in rows]

    def rules(self, namespace: str) -> dict[str, Any]:
        """What was set for a namespace."""
        rows = self._rows("SELECT payload FROM rules WHERE namespace = ?", (bound(namespace),))
        found: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
        return found

    def set_rules(self, namespace: str, rules: Mapping[str, Any]) -> None:
        """Keep what was set for a namespace."""
        row = (bound(namespace), json.dumps(dict(rules)))
        put = "INSERT INTO rules VALUES (?, ?) ON CONFLICT (namespace) DO UPDATE SET payload = excluded.payload"
        self._execute(put, row)

    def close(self) -> None:
        """Finish what was begun; later uses are refused."""
        self._database.close()

    def _execute(self, statement: str, values: Sequence[Any]) -> None:
        def work(connection: Connection) -> None:
            connection.execute(statement, values)

        self._database.write(work)

    def _hours(self, table: str, books: Sequence[int], since: float, until: float) -> list[tuple[Any, ...]]:
        only = f"book IN ({stock.marks(books)}) AND hour >= ? AND hour * 3600 < ?"
        return self._rows(f"SELECT * FROM {table} WHERE {only} ORDER BY hour", (*books, int(since // 3600), until))

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()


_PUT = "INSERT INTO {0} VALUES (?, ?, ?) ON CONFLICT ({1}) DO UPDATE SET"


def _note(connection: Connection, book: int, change: Change) -> None:
    """Tell other servers; a ledger is this server's own."""
    match change:
        case Remembered(entry=id_):
            notes = [("remembered", id_)]
        case Joined(entry=id_):
            notes = [("joined", id_)]
        case Judged(label=id_):
            notes = [("judged", id_)]
        case Learned():
            notes = [("learned", 0)]
        case Forgot(entries=gone):
            notes = [("forgot", id_) for id_ in gone]
        case Spent():
            notes = []
    connection.executemany(_NOTE, [(book, kind, id_) for kind, id_ in notes])


def _write(connection: Connection, book: int, change: Change, kept: Mapping[int, Kept]) -> None:
    match change:
        case Remembered():
            _remember(connection, book, change, kept[change.entry])
        case Joined(entry=entry, group=group):
            connection.execute("UPDATE entries SET grp = ? WHERE entry = ? AND grp IS NULL", (group, entry))
        case Judged():
            row = (change.label, book, change.group, change.right, write_label(change))
            columns = "(label, book, grp, correct, payload)"
            connection.execute(f"INSERT INTO labels {columns} VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", row)
        case Learned(state=state) | Spent(state=state):
            kind = "learned" if isinstance(change, Learned) else "spent"
            put = f"{_PUT.format('states', 'book, kind')} payload = excluded.payload"
            connection.execute(put, (book, kind, json.dumps(dict(state))))
        case Forgot(entries=gone):
            stock.forget(connection, gone)


def _remember(connection: Connection, book: int, change: Remembered, kept: Kept) -> None:
    size = len(change.prompt) + len(change.vector or b"") + len(kept.answer)
    asked = (
        change.entry,
        book,
        change.scope,
        bound(change.prompt),
        change.vector,
        None,
        change.created,
        change.expires,
    )
    row = (*asked, kept.provider, kept.model, bound(kept.excerpt), size, 0)
    connection.execute(f"INSERT INTO entries VALUES ({stock.marks(row)}) ON CONFLICT DO NOTHING", row)
    connection.execute("INSERT INTO answers VALUES (?, ?) ON CONFLICT DO NOTHING", (change.entry, kept.answer))


def _all(connection: Connection, book: int) -> Iterator[Change]:
    """Everything of a book, in the order in which a core takes it."""
    for row in connection.execute(f"{_REMEMBERED} WHERE book = ? ORDER BY created, entry", (book,)):
        yield _remembered(row)
    joined = "SELECT entry, grp FROM entries WHERE book = ? AND grp IS NOT NULL ORDER BY entry <> grp, created, entry"
    for row in connection.execute(joined, (book,)):
        yield Joined(*row)
    labels = f"SELECT payload FROM labels WHERE book = ? ORDER BY number DESC LIMIT {KEPT}"
    for (payload,) in reversed(connection.execute(labels, (book,)).fetchall()):
        yield read_label(payload)
    states = dict(connection.execute("SELECT kind, payload FROM states WHERE book = ?", (book,)).fetchall())
    if "learned" in states:
        yield Learned(json.loads(states["learned"]))
    if "spent" in states:
        yield Spent(json.loads(states["spent"]))


def _told(connection: Connection, book: int, notes: Iterable[tuple[str, int]]) -> Iterator[Change]:
    """The changes that notes of the journal point to; what is gone again by now is left out."""
    for kind, id_ in notes:
        match kind:
            case "remembered":
                yield from map(_remembered, connection.execute(f"{_REMEMBERED} WHERE entry = ?", (id_,)).fetchall())
            case "joined":
                query = "SELECT entry, grp FROM entries WHERE entry = ? AND grp IS NOT NULL"
                yield from (Joined(*row) for row in connection.execute(query, (id_,)).fetchall())
            case "judged":
                query = "SELECT payload FROM labels WHERE label = ?"
                yield from (read_label(row[0]) for row in connection.execute(query, (id_,)).fetchall())
            case "learned":
                query = "SELECT payload FROM states WHERE book = ? AND kind = 'learned'"
                yield from (Learned(json.loads(row[0])) for row in connection.execute(query, (book,)).fetchall())
            case "forgot":
                yield Forgot((id_,))


def _remembered(row: tuple[Any, ...]) -> Remembered:
    entry, scope, prompt, *rest = row
    return Remembered(entry, scope, unbound(prompt), *rest)


def _newest(connection: Connection) -> int:
    """The number of the last change."""
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM journal").fetchone()[0])
