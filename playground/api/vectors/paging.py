"""Pages of lists: what a client asks for, in the query or in the body, and where it stands then."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from playground.errors import NotFoundError
from playground.vectors.fit import refuse
from playground.vectors.scope import Scope

T = TypeVar("T")
L = TypeVar("L", bound="Listing")


FAR = 10**9
"""The last entry that a page may begin with."""


class Listing(BaseModel):
    """What is listed; in the body it wins over the query."""

    limit: int | None = Field(default=None, ge=1, le=1000, description="Most entries of a page")
    page_size: int | None = Field(default=None, ge=1, le=1000, description="The same")
    offset: int | None = Field(default=None, ge=0, le=FAR, description="Entries to pass over")
    page: int | None = Field(
        default=None, ge=1, le=FAR // 1000, description="Number of the page, from 1 on, instead of `offset`"
    )
    cursor: str | None = Field(default=None, description="`pagination.next_cursor` of the page before")
    include_total: bool | None = Field(default=None, description="Count all entries too")
    search: str | None = Field(default=None, description="Only entries whose name, id or description has this in it")


Asked = Annotated[Listing, Query()]
"""What the query says."""


class Page(BaseModel):
    """Where a page stands; `total` is null where it was not asked for."""

    total: int | None = None
    page: int | None = None
    page_size: int
    total_pages: int | None = None
    next_page: str | None = None
    previous_page: str | None = None
    next_cursor: str | None = None


class Unresolved(BaseModel):
    """Why a list may be empty."""

    resource: str = "namespace"
    id: str
    reason: str = "unresolved"
    next_step: str


def merged(asked: Listing, body: L) -> L:
    """What the body says, and the query where the body says nothing."""
    said = asked.model_dump(exclude_none=True)
    return body.model_copy(update={name: value for name, value in said.items() if getattr(body, name) is None})


def window(asked: Listing, usual: int) -> tuple[int, int]:
    """Where a page begins and how many entries it has. Raises ValidationError for a cursor that is none."""
    limit = asked.limit or asked.page_size or usual
    if asked.cursor:
        return _begin(asked.cursor), limit
    return (asked.offset if asked.offset is not None else ((asked.page or 1) - 1) * limit), limit


def standing(begin: int, limit: int, count: int, total: int | None) -> Page:
    """The page of `count` entries from `begin` on; a full one may have a next."""
    more = begin + count < total if total is not None else count == limit
    return Page(
        total=total,
        page=begin // limit + 1,
        page_size=limit,
        total_pages=None if total is None else -(-total // limit),
        next_cursor=cursor(begin + count) if more else None,
    )


def paged(found: Sequence[T], asked: Listing) -> tuple[Sequence[T], Page]:
    """One page of what is all in memory."""
    begin, limit = window(asked, 100)
    some = found[begin : begin + limit]
    return some, standing(begin, limit, len(some), len(found))


def searched(found: Sequence[T], wanted: str | None, *names: str) -> list[T]:
    """Those that have the wanted words in one of these attributes."""
    if not wanted:
        return list(found)
    low = wanted.lower()
    return [each for each in found if any(low in str(getattr(each, name)).lower() for name in names)]


def cursor(begin: int) -> str:
    """An opaque word for a place."""
    return urlsafe_b64encode(str(begin).encode()).decode().rstrip("=")


def _begin(word: str) -> int:
    with suppress(ValueError):
        begin = int(urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if 0 <= begin <= FAR:
            return begin
    raise refuse("the cursor is none of ours; send that of the page before, or none", "body", "cursor")


def warned(library: Any, scope: Scope) -> list[Unresolved]:
    """What to say beside a list where there is no such namespace."""
    try:
        library.store.namespace(scope.owner, scope.namespace)
    except NotFoundError:
        step = "make it with `POST /v1/namespaces/standalone`, or name another in `X-Namespace`"
        return [Unresolved(id=scope.namespace, next_step=step)]
    return []
