"""The bundled examples: questions to the handbook and what a real core learned from them, so that the first is a hit.

`demo.txt` has questions, those of a line asked for the same. `save` streams them through a core in mixed order: each is
looked up, answered by the local handbook, and the answers are compared: right is the stored one whose first quotation
is the fresh one's too. What is left is written down as an export, `demo.jsonl.gz`.

After editing `demo.txt` or the handbook: `python -c "from playground.cache.demo import save; save()"`.
"""

import gzip
import random
import tempfile
import time
from functools import cache
from pathlib import Path

from playground.cache import portable
from playground.cache.books import Books, Open
from playground.cache.decision import Candidate
from playground.cache.embedder import bundled
from playground.cache.journal import new_id
from playground.cache.reply import Gathering, Reply, excerpt
from playground.cache.rules import Rules
from playground.cache.scope import scope
from playground.cache.shelf import Kept
from playground.call import Call, Message
from playground.store.shelf import Shelf

FILE = Path(__file__).with_name("demo.jsonl.gz")
QUESTIONS = Path(__file__).with_name("demo.txt")
SAMPLES: tuple[tuple[str, str], ...] = (
    ("How do you cancel a running answer, please?", "hit"),
    ("How much would a call cost?", "hit"),
    ("What's TTFT?", "exact"),
    ("What is TTFB?", "miss"),
    ("What is time to last token?", "miss"),
)
"""Questions to try, and what they get while nothing else was learned."""


def load(books: Books, namespace: str) -> int:
    """Put the examples into a namespace; returns how many entries they are."""
    books.drop(namespace, "demo")
    books.shelf.set_rules(namespace, books.shelf.rules(namespace) | {"demo": True})
    opened = books.open(namespace, "demo")
    with gzip.open(FILE) as lines:
        return portable.load(books, opened, lines)


def clear(books: Books, namespace: str) -> None:
    """Take them away for good, with what was learned beside them."""
    books.shelf.set_rules(namespace, books.shelf.rules(namespace) | {"demo": False})
    books.drop(namespace, "demo")


def save() -> None:
    """Make the file."""
    with tempfile.TemporaryDirectory() as folder:
        books = Books(Shelf(Path(folder) / "demo.db"), bundled(), Rules())
        opened = books.open("default", "demo")
        for question in _questions():
            _learn(books, opened, question)
        with FILE.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.writelines(portable.export(books.shelf, opened))
        books.shelf.close()


def _questions() -> list[str]:
    found = [each.strip() for line in QUESTIONS.read_text("utf-8").splitlines() for each in line.split("|")]
    random.Random(0).shuffle(found)
    return found


def _learn(books: Books, opened: Open, question: str) -> None:
    """Ask one question as a visitor would; one that is served teaches nothing."""
    core, entry = opened.core, new_id()
    reply = _answered(question)
    vector = books.embedder.read(question).vector
    where = scope("default", "local", Call("chat", "handbook", messages=(Message("user", question),)))
    decision = core.lookup(vector, question, scope=where)
    if decision.serve:
        return
    _, changes = core.remember(vector, question, entry, scope=where, entry=entry)
    books.write(opened, changes, {entry: Kept("local", "handbook", excerpt(reply.text), reply.pack())})

    def same(stored: Candidate) -> bool:
        return _quoted(_answered(stored.prompt)) == _quoted(reply)

    books.write(opened, core.observe(decision, entry, same))


@cache
def _answered(question: str) -> Reply:
    """What the handbook says."""
    from playground.providers.local.handbook import answer

    gathering, began = Gathering(), time.perf_counter()
    for chunk in answer(Call("chat", "handbook", messages=(Message("user", question),))):
        gathering.add(chunk)
    reply = gathering.reply((time.perf_counter() - began) * 1000, 0.0, time.time())
    if reply is None:
        raise ValueError(f"the handbook has no whole answer to `{question}`")
    return reply


def _quoted(reply: Reply) -> str:
    """The first passage of an answer."""
    sources = (reply.data or {}).get("sources") or [{"passage": ""}]
    return str(sources[0]["passage"])
