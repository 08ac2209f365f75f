"""A cache as JSON lines, to be kept, looked at, or taken in elsewhere: a head, entries, labels, what was learned."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from playground.cache.books import Books, Open
from playground.cache.coding import read_label, write_label
from playground.cache.journal import Change, Joined, Judged, Learned, Remembered, Spent
from playground.cache.reply import Reply, excerpt, unpack
from playground.cache.scope import moved
from playground.cache.shelf import Kept, Shelf, Wanted
from playground.call import Usage
from playground.errors import BadRequestError

KIND, VERSION = "playground-cache", 1
STATES = {Learned: "learned", Spent: "spent"}
_TOGETHER = 500  # changes in one transaction


def export(shelf: Shelf, opened: Open) -> Iterator[bytes]:
    """The lines of a book."""
    book = opened.book
    head = {"kind": KIND, "version": VERSION, "namespace": book.namespace, "embedder": book.embedder}
    yield _line(head)
    changes, _ = shelf.everything(book.id)
    groups = {each.entry: each.group for each in changes if isinstance(each, Joined)}
    known = {line.entry: line for line in shelf.find([book.id], Wanted(limit=10**9))}
    for change in changes:
        match change:
            case Remembered() if change.entry in known and (stored := shelf.answer(change.entry)):
                line = known[change.entry]
                about = {"provider": line.provider, "model": line.model, "group": groups.get(change.entry)}
                vector = None if change.vector is None else base64.b64encode(change.vector).decode()
                yield _line(
                    {"kind": "entry"} | asdict(change) | about | {"vector": vector, "answer": asdict(unpack(stored))}
                )
            case Judged():
                yield _line({"kind": "label"} | json.loads(write_label(change)))
            case Learned() | Spent():
                yield _line({"kind": STATES[type(change)], "state": dict(change.state)})


def load(books: Books, opened: Open, lines: Iterable[bytes]) -> int:
    """Take lines in; what is there already is left as it is. Returns how many entries were new."""
    arrival, count = None, 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
            arrival = arrival or _Arrival(books, opened, values)
            count += arrival.take(values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise BadRequestError(
                f"line {number} is not of an exported cache ({error}); what stands before it was taken in"
            ) from error
    if arrival is not None:
        arrival.write()
    return count


class _Arrival:
    """Lines on their way into a book. Ids become others, unless the lines come from this very namespace.

    Where the book is new, the model and the budget go on as they were; else it learns anew from all labels.
    """

    def __init__(self, books: Books, opened: Open, head: Mapping[str, Any]) -> None:
        if head.get("kind") != KIND or head.get("version") != VERSION:
            raise ValueError(f"the first line must be a head of kind `{KIND}`, version {VERSION}")
        self._books = books
        self._opened = opened
        self._same = head["namespace"] == opened.book.namespace
        self._vectors = head["embedder"] == opened.book.embedder
        self._new = books.shelf.size([opened.book.id]).entries == 0
        self._changes: list[Change] = []
        self._kept: dict[int, Kept] = {}

    def take(self, values: dict[str, Any]) -> int:
        """Take one line in; 1 when it is a new entry."""
        match values.pop("kind"):
            case "entry":
                return self._entry(values)
            case "label" if self._vectors:  # what was learned with other vectors does not hold for these
                label = read_label(json.dumps(values))
                self._add(replace(label, label=self._id(label.label), group=self._id(label.group)))
            case "learned" if self._vectors and self._new:
                self._add(Learned(values["state"]))
            case "spent" if self._vectors and self._new:
                self._add(Spent(values["state"]))
        return 0

    def write(self) -> None:
        """Make durable what was taken in so far, then take it up."""
        changes = tuple(self._changes)
        self._books.write(self._opened, changes, self._kept)
        self._opened.core.apply(changes)
        self._changes, self._kept = [], {}

    def _entry(self, values: dict[str, Any]) -> int:
        entry, group, answer = self._id(values["entry"]), values["group"], values["answer"]
        where, prompt = moved(values["scope"], self._opened.book.namespace), values["prompt"]
        if self._opened.core.peek(None, prompt, scope=where).status == "exact":
            return 0
        reply = Reply(**answer | {"usage": Usage(**answer["usage"])})
        vector = self._vector(prompt, values["vector"])
        self._kept[entry] = Kept(values["provider"], values["model"], excerpt(reply.text), reply.pack())
        self._add(Remembered(entry, where, prompt, vector, entry, float(values["created"]), values["expires"]))
        if group is not None:
            self._add(Joined(entry, self._id(group)))
        return 1

    def _vector(self, prompt: str, given: str | None) -> bytes | None:
        """Its own vector, or one by this cache's encoder."""
        if given is None:
            return None
        if self._vectors:
            return base64.b64decode(given, validate=True)
        return np.asarray(self._books.embedder.read(prompt).vector, "<f4").tobytes()

    def _add(self, change: Change) -> None:
        self._changes.append(change)
        if len(self._changes) >= _TOGETHER and not isinstance(change, Remembered):
            self.write()

    def _id(self, given: int) -> int:
        if self._same:
            return int(given)
        text = f"{self._opened.book.namespace}\0{int(given)}"
        return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]) >> 1 | 1


def _line(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values).encode() + b"\n"
