"""The store: the protocol's methods as transactions on one database, with what its engine does in its own way."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from playground.store.database import Database
from playground.store.place import Connection, Place, Where, placed
from playground.store.row import bound, unbound
from playground.vectors import keys, spaces, tables
from playground.vectors.filter import Filter
from playground.vectors.parcel import Parcel
from playground.vectors.schema import EMBEDDED, PREPARE, SERVED
from playground.vectors.spaces import Key, Space
from playground.vectors.store import Document, Hit, Index, Mode, Namespace, Payload, Query, Written
from playground.vectors.tables import Engine, Selection
from playground.vectors.turns import Turns

_T = TypeVar("_T")


class Shelf:
    """As a `Store`."""

    def __init__(self, where: Where) -> None:
        self._engine, place = _engine(where)
        self._database = Database(place)
        self._turns = Turns()

    def create(self, namespace: Namespace) -> Namespace:
        """Make a namespace."""

        def work(connection: Connection) -> Namespace:
            space = spaces.create(connection, namespace)
            tables.make(self._engine, connection, space)
            return space.namespace

        return self._write(work)

    def namespace(self, owner: str, id: str) -> Namespace:  # noqa: A002 - the protocol's name
        """One namespace."""
        with self._reading((owner, id)) as connection:
            return spaces.find(connection, owner, id).namespace

    def namespaces(self, owner: str) -> list[Namespace]:
        """An owner's."""
        with self._database.reading() as connection:
            return spaces.listed(connection, owner)

    def update(
        self,
        owner: str,
        id: str,  # noqa: A002
        *,
        mode: Mode | None = None,
        indexes: Sequence[Index] = (),
        services: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> Namespace:
        """Change a namespace."""

        def work(connection: Connection) -> Namespace:
            space = spaces.touched(connection, spaces.find(connection, owner, id))
            space = self._widened(connection, space, indexes)
            return spaces.altered(connection, space, mode, services, config).namespace

        return self._write(work)

    def delete(self, owner: str, id: str) -> None:  # noqa: A002
        """Forget a namespace."""
        self._write(lambda connection: tables.drop(self._engine, connection, spaces.find(connection, owner, id)))

    def upsert(
        self, owner: str, namespace: str, documents: Sequence[Document], *, key: str = "", said: str = ""
    ) -> Written:
        """Write documents."""
        parcel = Parcel.of(documents)
        keys.check(key)
        digest = (said or parcel.digest) if key else ""

        def work(connection: Connection) -> tuple[Space, Written]:
            space = spaces.find(connection, owner, namespace)
            before = keys.answered(connection, space, key, digest) if key else None
            if before:
                return space, before
            there = space.namespace
            made = parcel.fitted(there.indexes, open=there.open)
            space = self._widened(connection, spaces.touched(connection, space), made)
            self._engine.write(connection, space, parcel)
            written = Written(tuple(parcel.documents), space.namespace.changes)
            if key:
                keys.keep(connection, space, key, digest, written)
            return space, written

        with self._turns.taken(len(parcel.documents)):
            space, written = self._write(work)
        self._engine.settle(space)
        return written

    def document(self, owner: str, namespace: str, id: str) -> Document:  # noqa: A002
        """One document."""
        with self._reading((owner, namespace)) as connection:
            return tables.get(self._engine, connection, spaces.find(connection, owner, namespace), id)

    def documents(
        self,
        owner: str,
        namespace: str,
        *,
        after: str = "",
        offset: int = 0,
        limit: int = 100,
        filter: Filter | None = None,  # noqa: A002
        vectors: bool = False,
    ) -> list[Document]:
        """A page of them."""
        with self._reading((owner, namespace)) as connection:
            selection = self._engine.where(connection, (owner, namespace), filter)
            page = Selection(
                selection.space,
                f"{selection.condition} AND id > ? ORDER BY id LIMIT ? OFFSET ?",
                (*selection.values, bound(after), limit, offset),
            )
            return tables.read(self._engine, connection, page, vectors=vectors)

    def count(self, owner: str, namespace: str, filter: Filter | None = None) -> int:  # noqa: A002
        """How many there are."""
        with self._reading((owner, namespace)) as connection:
            return tables.count(connection, self._engine.where(connection, (owner, namespace), filter))

    def erase(
        self,
        owner: str,
        namespace: str,
        ids: Sequence[str] = (),
        filter: Filter | None = None,  # noqa: A002
    ) -> int:
        """Delete documents."""
        key = owner, namespace
        selection = None
        if filter is not None and not ids:
            with self._reading(key) as connection:
                selection = self._engine.where(connection, key, filter)

        def work(connection: Connection) -> int:
            space = spaces.touched(connection, spaces.find(connection, *key))
            chosen = [selection] if selection else [Selection(space, "id = ?", (bound(id_),)) for id_ in ids]
            return sum(tables.erase(self._engine, connection, space, each) for each in chosen)

        return self._write(work)

    def search(self, owner: str, namespace: str, query: Query) -> list[Hit]:
        """The best first."""
        with self._reading((owner, namespace)) as connection:
            return self._engine.search(connection, (owner, namespace), query)

    def keep(self, owner: str, namespace: str, kind: str, id: str, body: Payload) -> None:  # noqa: A002
        """Keep an object."""
        text = json.dumps(dict(body))

        def work(connection: Connection) -> None:
            space = spaces.touched(connection, spaces.find(connection, owner, namespace))
            connection.execute(
                "INSERT INTO kept (namespace, kind, id, body) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (namespace, kind, id) DO UPDATE SET body = excluded.body",
                (space.number, kind, bound(id), text),
            )

        self._write(work)

    def kept(self, owner: str, namespace: str, kind: str, id: str | None = None) -> dict[str, Payload]:  # noqa: A002
        """The objects of a kind, or the one of an id."""
        only, values = ("", ()) if id is None else (" AND id = ?", (bound(id),))
        with self._reading((owner, namespace)) as connection:
            space = spaces.find(connection, owner, namespace)
            rows = connection.execute(
                f"SELECT id, body FROM kept WHERE namespace = ? AND kind = ?{only} ORDER BY number",
                (space.number, kind, *values),
            )
            return {unbound(id_): json.loads(body) for id_, body in rows}

    def forget(self, owner: str, namespace: str, kind: str, id: str) -> None:  # noqa: A002
        """Delete an object."""

        def work(connection: Connection) -> None:
            space = spaces.touched(connection, spaces.find(connection, owner, namespace))
            connection.execute(
                "DELETE FROM kept WHERE namespace = ? AND kind = ? AND id = ?", (space.number, kind, bound(id))
            )

        self._write(work)

    def close(self) -> None:
        """Finish."""
        self._engine.close()
        self._database.close()

    def _widened(self, connection: Connection, space: Space, indexes: Sequence[Index]) -> Space:
        """Add indexes to a namespace that was touched, with their columns."""
        if not indexes:
            return space
        wider = spaces.widened(connection, space, indexes)
        new = [index for index in wider.namespace.indexes if index not in space.namespace.indexes]
        tables.widen(self._engine, connection, wider, new)
        return wider

    def _write(self, work: Callable[[Connection], _T]) -> _T:
        """What `work` returned in the transaction that was kept."""
        results: list[_T] = []

        def attempt(connection: Connection) -> None:
            results.clear()
            results.append(work(connection))

        self._database.write(attempt)
        return results[0]

    @contextmanager
    def _reading(self, key: Key) -> Iterator[Connection]:
        """A look at one moment. Raises NotFoundError where another server deletes the namespace meanwhile."""
        with self._database.reading() as connection:
            try:
                yield connection
            except self._engine.vanished:
                raise spaces.missing("namespace", key[1]) from None


def _engine(where: Where) -> tuple[Engine, Place]:
    """The engine, and the place that it works in. Raises InternalServerError when a driver is not installed."""
    if isinstance(where, Path):
        from playground.vectors.embedded import Embedded

        return Embedded(), placed(where, "vectors", EMBEDDED)
    server = placed(where, "vectors", SERVED, PREPARE)
    from playground.store.postgres import Server
    from playground.vectors.pgvector import Pgvector

    return Pgvector(cast("Server", server).aside), server
