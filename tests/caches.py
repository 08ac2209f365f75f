"""A cache in its store, and somebody to ask through it: what tests of the cache share."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from playground.cache.cache import Cache
from playground.cache.embedder import bundled
from playground.cache.judges import Opinion
from playground.cache.rules import Rules
from playground.cache.visit import Visit
from playground.call import Call, Chunk, Media, Message, Model, Readiness, Usage
from playground.errors import ProviderError
from playground.store.place import Where
from playground.store.shelf import Shelf


class Parrot:
    """A provider in this process that says what `says` says and counts how often it was asked."""

    name = "parrot"
    title = "Parrot"
    tasks = ("chat",)

    def __init__(self, says: Callable[[str], str] = lambda prompt: f"You said {prompt}") -> None:
        self.says = says
        self.asked = 0

    def answer(self, call: Call) -> Iterator[Chunk]:
        self.asked += 1
        yield Chunk(text=self.says(call.messages[-1].content))
        yield Chunk(finish_reason="stop", usage=Usage(prompt=5, completion=3))

    def models(self) -> tuple[Model, ...]:
        return ()

    def model(self, id: str) -> Model | None:
        return None

    def fetches(self, model: str, media: Media) -> bool:
        return False

    def readiness(self) -> Readiness:
        return Readiness(ready=True)


def nobody(namespace: str, model: str, question: str) -> Opinion:
    """A judge that is not there."""
    raise ProviderError("nobody is there")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def opened(place: Where, **how: object) -> Cache:
    """A cache in a place, with the bundled encoder; closed by who opened it."""
    given = {"embedder": bundled(), "rules": Rules(), "advise": nobody} | how
    return Cache(Shelf(place), **given)


def ask(
    cache: Cache, parrot: Parrot, prompt: str = "Hi", namespace: str = "default", **how: object
) -> tuple[str, dict]:
    """The answer and the receipt."""
    chunks = list(cache.road.around(parrot, Visit(namespace, **how))(call(prompt)))
    receipt = [chunk.cache for chunk in chunks if chunk.cache][-1]
    return "".join(chunk.text for chunk in chunks), receipt


def call(prompt: str) -> Call:
    """A chat call of one prompt."""
    return Call("chat", "m", messages=(Message("user", prompt),))


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    """Return once it has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def execute(path: Path, statement: str) -> None:
    """Change a file behind the cache's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
