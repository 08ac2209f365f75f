"""Namespaces as rows: made, found, changed, counted on."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from playground.errors import AlreadyExistsError, NotFoundError, ValidationError
from playground.store.place import Connection
from playground.store.row import bound, unbound
from playground.vectors.parcel import DIMENSIONS, LONGEST_NAME, refuse
from playground.vectors.store import Index, Mode, Namespace

_COLUMNS = "number, floor, owner, id, mode, open, indexes, services, config, created, changes"


@dataclass(frozen=True, slots=True)
class Space:
    """A namespace with what only the store knows: its number, and since which change `gone` is complete."""

    number: int
    floor: int
    namespace: Namespace

    @property
    def table(self) -> str:
        """The table of its documents."""
        return f"documents_{self.number}"

    @property
    def columns(self) -> dict[str, str]:
        """The columns of its indexes; their names are never the caller's."""
        return {index.name: f"v{place}" for place, index in enumerate(self.namespace.indexes)}


Key = tuple[str, str]
"""Owner and id."""


def create(connection: Connection, namespace: Namespace) -> Space:
    """Make it. Raises AlreadyExistsError, and ValidationError for indexes that cannot be."""
    _check(namespace.indexes)
    made = connection.execute(
        "INSERT INTO namespaces (owner, id, mode, open, indexes, services, config, created, changes, floor) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, 1) ON CONFLICT (owner, id) DO NOTHING RETURNING number",
        (
            *(bound(namespace.owner), bound(namespace.id), namespace.mode, int(not namespace.indexes)),
            *(_indexes(namespace.indexes), json.dumps(dict(namespace.services)), json.dumps(dict(namespace.config))),
            time.time(),
        ),
    ).fetchall()
    if not made:
        raise AlreadyExistsError(
            f"there is a namespace `{namespace.id}` already; choose another id, or delete it first",
            code="namespace_name_taken",
            details={"resource": "namespace", "id": namespace.id},
        )
    return find(connection, namespace.owner, namespace.id)


def find(connection: Connection, owner: str, id: str) -> Space:  # noqa: A002 - the field's name
    """The namespace. Raises NotFoundError."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM namespaces WHERE owner = ? AND id = ?", (bound(owner), bound(id))
    ).fetchone()
    if row is None:
        raise missing("namespace", id)
    return _space(row)


def missing(resource: str, id: str) -> NotFoundError:  # noqa: A002
    """There is no such namespace or document."""
    return NotFoundError(f"there is no {resource} `{id}`", details={"resource": resource, "id": id})


def listed(connection: Connection, owner: str) -> list[Namespace]:
    """An owner's, by id."""
    rows = connection.execute(f"SELECT {_COLUMNS} FROM namespaces WHERE owner = ? ORDER BY id", (bound(owner),))
    return [_space(row).namespace for row in rows]


def touched(connection: Connection, space: Space) -> Space:
    """Count a change; from here on nobody else changes the namespace before this transaction ends."""
    changed = connection.execute(
        "UPDATE namespaces SET changes = changes + 1 WHERE number = ? RETURNING changes", (space.number,)
    ).fetchall()
    return replace(space, namespace=replace(space.namespace, changes=changed[0][0]))


def widened(connection: Connection, space: Space, indexes: Sequence[Index]) -> Space:
    """Add indexes to the row; those that are there already are passed over.

    Raises ValidationError for one that is there and is another, or that cannot be.
    """
    _check(indexes)
    known = {index.name: index for index in space.namespace.indexes}
    for index in indexes:
        if known.setdefault(index.name, index) != index:
            there = known[index.name]
            what = (
                f"the index `{index.name}` is there with {there.dimension} dimensions and the metric {there.metric}, "
                f"and cannot become one of {index.dimension} and {index.metric}"
            )
            raise ValidationError(what, [(("body", "vector_configs", index.name), what, "index_differs")])
    merged = tuple(known.values())
    connection.execute("UPDATE namespaces SET indexes = ? WHERE number = ?", (_indexes(merged), space.number))
    return replace(space, namespace=replace(space.namespace, indexes=merged))


def altered(
    connection: Connection,
    space: Space,
    mode: Mode | None,
    services: Mapping[str, str] | None,
    config: Mapping[str, Any] | None,
) -> Space:
    """Change the rest of the row. Raises ValidationError for a service of no index."""
    there = space.namespace
    for name in services or ():
        if there.index(name) is None:
            what = f"there is no index `{name}` for a service to embed for"
            raise ValidationError(what, [(("body", "services", name), what, "unknown_index")])
    changed = replace(
        there,
        mode=mode or there.mode,
        services={**there.services, **(services or {})},
        config=there.config if config is None else config,
    )
    connection.execute(
        "UPDATE namespaces SET mode = ?, services = ?, config = ? WHERE number = ?",
        (changed.mode, json.dumps(changed.services), json.dumps(dict(changed.config)), space.number),
    )
    return replace(space, namespace=changed)


def _check(indexes: Sequence[Index]) -> None:
    failures: list[tuple[tuple[str | int, ...], str, str]] = []
    for place, index in enumerate(indexes):
        where = ("body", "vector_configs", place)
        if not 1 <= len(index.name) <= LONGEST_NAME or index.name in [each.name for each in indexes[:place]]:
            what = f"must have 1 to {LONGEST_NAME} characters, and another name than the others"
            failures.append(((*where, "name"), what, "value_error"))
        if not 1 <= index.dimension <= DIMENSIONS:
            failures.append(((*where, "dimension"), f"must be 1 to {DIMENSIONS:,}; it is {index.dimension}", "range"))
    refuse(failures)


def _indexes(indexes: Sequence[Index]) -> str:
    return json.dumps([asdict(index) for index in indexes])


def _space(row: tuple[Any, ...]) -> Space:
    number, floor, owner, id_, mode, open_, indexes, services, config, created, changes = row
    namespace = Namespace(
        owner=unbound(owner),
        id=unbound(id_),
        indexes=tuple(Index(**index) for index in json.loads(indexes)),
        mode=cast("Mode", mode),
        open=bool(open_),
        services=json.loads(services),
        config=json.loads(config),
        created=created,
        changes=changes,
    )
    return Space(number, floor, namespace)
