"""Streams of the transport as tests read them: what is played, followed, and how it ended."""

from collections.abc import Iterator

from playground.call import Stop
from playground.errors import PlaygroundError
from playground.transport import Transport
from playground.wire import Event, WireRequest
from tests.replay import ReplayServer, event

HELLO, DONE = event({"text": "hello"}), event("[DONE]")


def follow(transport: Transport, server: ReplayServer, stop: Stop | None = None) -> Iterator[Event]:
    """The events of a stream at `/x`."""
    request = WireRequest(f"{server.url}/x", {}, {"stream": True})
    with transport.stream(request, stop or Stop(), provider="openai") as stream:
        yield from stream.events()


def ending(events: Iterator[Event]) -> tuple[list[object], PlaygroundError | None]:
    """What came, and the error that ended it."""
    got: list[object] = []
    try:
        for each in events:
            got.append(each.data)
    except PlaygroundError as error:
        return got, error
    return got, None
