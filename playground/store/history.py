"""The run history: every run that ended, once, durable when `record` returns; namespaces never see each other."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Unpack

from playground.errors import NotFoundError
from playground.record import Kind, RunRecord
from playground.store import rollup
from playground.store.batches import Batches
from playground.store.database import Database
from playground.store.decks import Decks
from playground.store.filters import Filters, where
from playground.store.keys import Keys
from playground.store.place import Connection, Where, placed
from playground.store.presets import Presets
from playground.store.rollup import Period, Span
from playground.store.row import GLANCES, RECORDS, Glance, Row, bound, glance_of, record_of, unbound
from playground.store.schema import MIGRATIONS
from playground.store.sets import Sets
from playground.store.votes import Votes


@dataclass(frozen=True, slots=True)
class Facets:
    """What there is to filter by: names and how many runs each has, most used first."""

    providers: dict[str, int]
    models: dict[str, int]
    tasks: dict[str, int]


class History:
    """The ended runs, in a SQLite file or on a PostgreSQL server. Any thread and any number of processes may use it.

    Nothing is opened before the first use. Every method raises InternalServerError when the data are damaged, newer
    than this program, out of room or out of reach; its message says what to do.
    """

    def __init__(self, place: Where) -> None:
        self._database = Database(placed(place, "runs", MIGRATIONS))
        self.sets = Sets(self._database)
        self.presets = Presets(self._database)
        self.decks = Decks(self._database)
        self.votes = Votes(self._database)
        self.batches = Batches(self._database)
        self.keys = Keys(self._database)

    def record(self, run: RunRecord) -> None:
        """Keep one ended run; it is on disk when this returns. A second run of the same id changes nothing."""
        row = Row.of(run)

        def work(connection: Connection) -> None:
            if row.insert(connection):
                rollup.count(connection, run)

        self._database.write(work)

    def get(self, id: str, namespace: str) -> RunRecord | None:  # noqa: A002 - the field's name
        """The run of this id in this namespace, None when there is none."""
        rows = self._rows(f"{RECORDS} WHERE runs.id = ? AND runs.namespace = ?", [bound(id), bound(namespace)])
        return record_of(rows[0]) if rows else None

    def search(
        self, namespace: str, *, before: str | None = None, limit: int = 50, **filters: Unpack[Filters]
    ) -> list[RunRecord]:
        """Whole records, newest first; `before` is the id of the last run of the page before.

        Raises NotFoundError when there is no run `before`.
        """
        return [record_of(row) for row in self._page(RECORDS, namespace, filters, before=before, limit=limit)]

    def glance(
        self, namespace: str, *, before: str | None = None, limit: int = 50, **filters: Unpack[Filters]
    ) -> list[Glance]:
        """The same as `search` as lines of a list; payloads, which may be megabytes each, are not read."""
        return [glance_of(row) for row in self._page(GLANCES, namespace, filters, before=before, limit=limit)]

    def count(self, namespace: str, **filters: Unpack[Filters]) -> int:
        """How many runs there are."""
        conditions, values = where(namespace, filters)
        return int(self._rows(f"SELECT count(*) FROM runs{conditions}", values)[0][0])

    def facets(self, namespace: str) -> Facets:
        """Providers, models and tasks of this namespace's runs."""
        return Facets(*(self._facet(namespace, column) for column in ("provider", "model", "task")))

    def charts(
        self,
        namespace: str,
        span: Span,
        *,
        provider: str | None = None,
        model: str | None = None,
        task: Kind | None = None,
    ) -> list[Period]:
        """Totals and percentiles by period and model from the hourly roll-up."""
        only = {"provider": provider, "model": model, "task": task}
        with self._database.reading() as connection:
            return rollup.charts(connection, namespace, span, only)

    def label(self, id: str, labels: Mapping[str, Any]) -> None:  # noqa: A002 - the field's name
        """Keep a JSON value beside a run, in the place of an earlier one; it is on disk when this returns."""
        values = (id, zlib.compress(json.dumps(labels).encode()))
        put = "INSERT INTO labels VALUES (?, ?) ON CONFLICT (run) DO UPDATE SET payload = excluded.payload"

        def work(connection: Connection) -> None:
            connection.execute(put, values)

        self._database.write(work)

    def labels(self, id: str) -> dict[str, Any] | None:  # noqa: A002
        """What was kept beside a run. Who asks has got the run from `get`, which knows its namespace."""
        rows = self._rows("SELECT payload FROM labels WHERE run = ?", [id])
        found: dict[str, Any] | None = json.loads(zlib.decompress(rows[0][0])) if rows else None
        return found

    def close(self) -> None:
        """Write what was brought before and close; later uses are refused."""
        self._database.close()

    def _page(
        self, select: str, namespace: str, filters: Filters, *, before: str | None, limit: int
    ) -> list[tuple[Any, ...]]:
        conditions, values = where(namespace, filters)
        if before is not None:
            conditions += " AND (runs.created_at, runs.id) < (?, ?)"
            values += [self._moment(before, namespace), bound(before)]
        order = "ORDER BY runs.created_at DESC, runs.id DESC LIMIT ?"
        return self._rows(f"{select}{conditions} {order}", [*values, limit])

    def _moment(self, id_: str, namespace: str) -> float:
        query = "SELECT created_at FROM runs WHERE id = ? AND namespace = ?"
        found = self._rows(query, [bound(id_), bound(namespace)])
        if not found:
            raise NotFoundError(f"no run `{id_}` to continue after", details={"resource": "run", "id": id_})
        return float(found[0][0])

    def _facet(self, namespace: str, column: str) -> dict[str, int]:
        query = (
            f"SELECT {column}, CAST(sum(runs) AS BIGINT) FROM rollup WHERE namespace = ? GROUP BY 1 ORDER BY 2 DESC, 1"
        )
        return {unbound(name): runs for name, runs in self._rows(query, [bound(namespace)]) if name}

    def _rows(self, query: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()
