"""Requests and events of provider APIs as plain values, so that a dialect needs no HTTP client."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from playground.call import Call, Chunk, Model


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: a base URL without trailing slash, the key or None, and a namespace where it has some."""

    provider: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """One file part of a multipart form; `name` carries the extension that providers look at."""

    name: str
    mime: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One HTTP request to a provider: a JSON body, or a form with a file. Secrets stand in `headers` only."""

    url: str
    headers: Mapping[str, str] = field(repr=False)
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    file: File | None = None
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event: its name (empty when unnamed) and its `data` parsed as JSON.

    `done` marks OpenAI's `[DONE]`; then `data` is None.
    """

    name: str
    data: Any
    done: bool = False


class Dialect(Protocol):
    """How one HTTP API is spoken: pure functions, no I/O. A module can be a dialect."""

    def encode(self, call: Call, target: Target) -> WireRequest:
        """The request for a call; `call.stream` says whether events are wanted. Raises BadRequestError."""

    def decode(self, call: Call, body: Any) -> Chunk:
        """A whole reply; its `finish_reason` or `data` is set. Raises ProviderError."""


@runtime_checkable
class Streaming(Dialect, Protocol):
    """A dialect that also answers in events; the others answer whole, whatever was asked."""

    def follow(self, call: Call, events: Iterator[Event]) -> Iterator[Chunk]:
        """A stream of events as chunks; ends with a chunk that has `finish_reason`, or it was truncated."""


class Listing(Protocol):
    """How one HTTP API lists its models."""

    def list_request(self, target: Target, page: str | None) -> WireRequest:
        """The request for one page of the listing."""

    def list_models(self, body: Any) -> tuple[tuple[Model, ...], str | None]:
        """The models on one page and the token of the next, None at the end."""
