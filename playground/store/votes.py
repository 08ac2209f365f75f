"""Votes between two answers: who stood on which side, and which was preferred; durable, each namespace its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.store.database import Database
from playground.store.place import Connection
from playground.store.row import bound, unbound

if TYPE_CHECKING:
    from playground.scorecard.votes import Outcome  # its mathematics is no part of a start

_COLUMNS = "namespace, cast_at, part_of, left_run, right_run, left_model, right_model, outcome"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One vote that was cast at `cast_at` (Unix seconds) on two runs of a set; models as `provider/model`."""

    namespace: str
    cast_at: float
    part_of: str
    left_run: str
    right_run: str
    left_model: str
    right_model: str
    outcome: "Outcome"

    @property
    def pair(self) -> frozenset[str]:
        """The two runs, whichever side they stood on."""
        return frozenset((self.left_run, self.right_run))

    @property
    def line(self) -> Mapping[str, Any]:
        """As a line of a file."""
        return {
            "cast_at": self.cast_at,
            "set": self.part_of,
            "left": {"run": self.left_run, "model": self.left_model},
            "right": {"run": self.right_run, "model": self.right_model},
            "outcome": self.outcome,
        }


class Votes:
    """The votes in the file of the run history. Raises what the history raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def cast(self, ballot: Ballot) -> None:
        """Keep a vote; on disk when this returns. A second one on the same two runs takes the place of the first."""
        texts = (ballot.part_of, ballot.left_run, ballot.right_run, ballot.left_model, ballot.right_model)
        values = (bound(ballot.namespace), ballot.cast_at, *map(bound, texts), ballot.outcome, *sorted(ballot.pair))

        def work(connection: Connection) -> None:
            connection.execute(
                f"INSERT INTO votes ({_COLUMNS}, first_run, second_run) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (namespace, first_run, second_run) DO UPDATE SET cast_at = excluded.cast_at, "
                "left_run = excluded.left_run, right_run = excluded.right_run, left_model = excluded.left_model, "
                "right_model = excluded.right_model, outcome = excluded.outcome",
                values,
            )

        self._database.write(work)

    def all(self, namespace: str, part_of: str | None = None) -> list[Ballot]:
        """The votes in the order they were cast, of one set or of all."""
        condition, values = ("", []) if part_of is None else (" AND part_of = ?", [bound(part_of)])
        query = f"SELECT {_COLUMNS} FROM votes WHERE namespace = ?{condition} ORDER BY cast_at, first_run, second_run"
        with self._database.reading() as connection:
            rows = connection.execute(query, [bound(namespace), *values]).fetchall()
        return [Ballot(*map(unbound, row)) for row in rows]
