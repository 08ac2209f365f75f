"""Whose namespace a request is about, and the library in which it is looked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request

from playground.api.auth import Identity, Namespace
from playground.api.context import Context, Core, context, core
from playground.vectors.library import Library
from playground.vectors.scope import Scope

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Books:
    """The library and the threads in which it is used."""

    library: Library
    context: Context


@dataclass(frozen=True, slots=True)
class Desk:
    """The library, opened at one namespace: functions of both are called in threads."""

    books: Books
    scope: Scope

    async def work(self, function: Callable[Concatenate[Library, Scope, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what only reads and writes the store."""
        return await self.books.context.work(lambda: function(self.books.library, self.scope, *args, **kwargs))

    async def wait(self, function: Callable[Concatenate[Library, Scope, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call what may embed."""
        return await self.books.context.wait(lambda: function(self.books.library, self.scope, *args, **kwargs))


async def _books(request: Request, core: Annotated[Core, Depends(core)]) -> Books:
    found = context(request)
    return Books(await found.work(lambda: core.runs.library), found)


Shelves = Annotated[Books, Depends(_books)]


async def _here(books: Shelves, namespace: Namespace, caller: Identity) -> Desk:
    return Desk(books, Scope(caller.id, namespace))


async def _there(books: Shelves, namespace_id: str, caller: Identity) -> Desk:
    return Desk(books, Scope(caller.id, namespace_id))


Here = Annotated[Desk, Depends(_here)]
"""At the namespace that `X-Namespace` names."""
There = Annotated[Desk, Depends(_there)]
"""At the namespace in the path; `X-Namespace` does not matter."""
