"""The rows behind a run: a request holds the texts alone, their labels stay here beside it."""

from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from threading import Lock

from playground import samples
from playground.record import RunRecord
from playground.texts import Table

KEPT = 64
"""Runs whose rows are remembered by this process; of older ones the texts remain, in their requests."""
PASTED = "Pasted texts"


@dataclass(frozen=True, slots=True)
class Rows:
    """What is embedded: a table, the column with the texts, what it is called, and the column to colour by."""

    table: Table
    column: str
    name: str
    colour: str | None = None
    note: str = ""

    @property
    def texts(self) -> list[str]:
        """The texts in order."""
        return list(self.table.columns[self.column])


class Shelf:
    """Rows by the id of their run, the latest `KEPT`. Any thread may use it."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, Rows] = OrderedDict()
        self._lock = Lock()

    def put(self, run: str, rows: Rows) -> None:
        """Remember the rows of a run."""
        with self._lock:
            self._rows[run] = rows
            while len(self._rows) > KEPT:
                self._rows.popitem(last=False)

    def get(self, run: RunRecord) -> Rows:
        """The rows of a run: the remembered ones, a sample's when the texts are its, else the texts alone."""
        with self._lock:
            known = self._rows.get(run.id)
        if known is not None:
            return known
        inputs = run.request.get("inputs", {})
        texts = inputs.get("texts") or [inputs.get("text", "")]
        for sample in samples.SAMPLES:
            if samples.texts(sample).columns["text"] == texts:
                return of_sample(sample)
        return Rows(Table({"text": texts}), "text", PASTED)


def of_sample(sample: samples.Sample) -> Rows:
    """The rows of a bundled sample."""
    return Rows(samples.texts(sample), "text", sample.title, sample.colour)


@cache
def shelf() -> Shelf:
    """The shelf of this process."""
    return Shelf()
