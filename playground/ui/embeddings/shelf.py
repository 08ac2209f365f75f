"""The rows behind a run: a request holds texts and files alone; labels and names are kept beside it in the history."""

import logging
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import Any

from playground import samples
from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.texts import Table
from playground.ui.attachments.attachment import Attachment
from playground.ui.core import core
from playground.ui.embeddings.items import Item, arranged, items_of

logger = logging.getLogger("playground")

KEPT = 64
"""Runs whose rows are in memory; those of older ones are read from the history."""
PASTED = "Pasted texts"
ITEM, KIND = "item", "kind"
"""Columns of what is no text alone: texts and names of files, and what each is."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What is embedded: a table, the column with the texts, what it is called, and the column to colour by.

    The last `files` rows are files; the column has their names.
    """

    table: Table
    column: str
    name: str
    colour: str | None = None
    note: str = ""
    files: int = 0

    @property
    def texts(self) -> list[str]:
        """The texts in order."""
        return list(self.table.columns[self.column])[: len(self.table) - self.files]


def with_files(rows: Rows | None, files: Sequence[Attachment]) -> Rows:
    """The rows, if there are any, with files behind them in the order of their vectors."""
    if rows is not None and not files:
        return rows
    texts = rows.texts if rows else []
    given = (Item(file.modality, file.name) for file in arranged(files))
    found = _mixed([*(Item("text", text) for text in texts), *given])
    if rows is None:
        return found
    taken = found.table.columns
    labels = {
        f"{name} of texts" if name in taken else name: [*values, *[None] * len(files)]
        for name, values in rows.table.columns.items()
        if name != rows.column
    }
    name = f"{rows.name} and {len(files)} file{'s' * (len(files) > 1)}"
    return replace(found, table=Table({**taken, **labels}), name=name, colour=rows.colour, note=rows.note)


class Shelf:
    """Rows by the id of their run. Any thread may use it."""

    def __init__(self) -> None:
        self._rows: OrderedDict[str, Rows] = OrderedDict()
        self._lock = Lock()

    def put(self, run: str, rows: Rows) -> None:
        """Remember the rows of a run, on disk too; a run is not given up for its labels."""
        with self._lock:
            self._rows[run] = rows
            while len(self._rows) > KEPT:
                self._rows.popitem(last=False)
        try:
            core().history.label(run, _packed(rows))
        except PlaygroundError:
            logger.exception("the labels of run %s could not be kept", run)

    def get(self, run: RunRecord) -> Rows:
        """The rows of a run: as they were kept, else a sample's when the texts are its, else its texts and files."""
        with self._lock:
            known = self._rows.get(run.id)
        if known is not None:
            return known
        items = items_of(run.request)
        kept = core().history.labels(run.id)
        if kept is not None:
            return _unpacked(kept, [item.mark for item in items if item.kind == "text"])
        texts = [item.mark for item in items]
        for sample in samples.SAMPLES:
            if samples.texts(sample).columns["text"] == texts:
                return of_sample(sample)
        if all(item.kind == "text" for item in items):
            return Rows(Table({"text": texts}), "text", PASTED)
        return _mixed([item if item.kind == "text" else Item(item.kind, item.kind.capitalize()) for item in items])


def of_sample(sample: samples.Sample) -> Rows:
    """The rows of a bundled sample."""
    return Rows(samples.texts(sample), "text", sample.title, sample.colour)


def of_shapes(shapes: Sequence[Mapping[str, str]], files: Sequence[Attachment]) -> Rows:
    """The rows of the generated shapes: one mapping of labels for each file."""
    rows = with_files(None, files)
    labels = {name: [shape[name] for shape in shapes] for name in shapes[0]}
    return replace(rows, table=Table({**rows.table.columns, **labels}), name="Generated shapes", colour="shape")


@cache
def shelf() -> Shelf:
    """The shelf of this process."""
    return Shelf()


def _mixed(items: Sequence[Item]) -> Rows:
    """Texts and files; files of one name are numbered."""
    total = Counter(item.mark for item in items if item.kind != "text")
    seen: Counter[str] = Counter()
    names = []
    for item in items:
        seen[item.mark] += item.kind != "text"
        twice = item.kind != "text" and total[item.mark] > 1
        names.append(f"{item.mark} {seen[item.mark]}" if twice else item.mark)
    table = Table({ITEM: names, KIND: [item.kind for item in items]})
    return Rows(table, ITEM, "Files" if total.total() == len(items) else "Texts and files", files=total.total())


def _packed(rows: Rows) -> dict[str, Any]:
    """Rows as JSON, without the texts: the request has them."""
    names = list(rows.table.columns[rows.column])[len(rows.table) - rows.files :]
    facts = {name: getattr(rows, name) for name in ("column", "name", "colour", "note", "files")}
    return facts | {"columns": {**rows.table.columns, rows.column: names}}


def _unpacked(kept: dict[str, Any], texts: Sequence[str]) -> Rows:
    columns = kept.pop("columns")
    return Rows(Table({**columns, kept["column"]: [*texts, *columns[kept["column"]]]}), **kept)
