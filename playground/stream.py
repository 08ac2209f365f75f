"""Stream: an answer that arrives in events."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from playground import sse
from playground.call import Exchange, Stop
from playground.errors import PlaygroundError, ProviderError, TruncatedStreamError
from playground.outage import BREAKS, Peer, heed
from playground.wire import Event

_KEPT = "what had arrived is kept, send the request again"


class Stream:
    """An answer that arrives in events, and what went over the wire for it."""

    def __init__(
        self, pieces: Iterable[bytes], headers: Mapping[str, str], exchange: Exchange, peer: Peer, stop: Stop
    ) -> None:
        self.exchange = exchange
        self._pieces = iter(pieces)
        self._headers = headers
        self._peer = peer
        self._stop = stop
        self._start = b""

    def events(self) -> Iterator[Event]:
        """The events as they come, none skipped; a body that is one JSON value counts as one event.

        Raises ProviderError for what cannot be read, TruncatedStreamError when the connection breaks, TimeoutError
        after too long a silence, CancelledError after a stop.
        """
        said = False
        try:
            for event in self._read():
                said = True
                yield event
        except sse.UnreadableEventError as unreadable:
            raise self._unreadable(unreadable) from None
        except BREAKS as error:
            heed(self._stop)
            raise self._peer.broken(error, TruncatedStreamError) from None
        heed(self._stop)  # without a length, the end of a body looks the same when we hung up
        if not said:
            raise self._peer.nonsense(self._headers, self._start, "events")

    def _read(self) -> Iterator[Event]:
        if not self._headers.get("content-type", "").lower().startswith("application/json"):
            return sse.events(self._body())
        body = b"".join(self._body())
        with suppress(ValueError):
            return iter([Event("", sse.parse(body))])
        return iter(())

    def _body(self) -> Iterator[bytes]:
        """The body; its first piece is kept in case it makes no sense."""
        self._start = next(self._pieces, b"")
        yield self._start
        yield from self._pieces

    def _unreadable(self, unreadable: sse.UnreadableEventError) -> PlaygroundError:
        shown = self._peer.shown(unreadable.data)
        if unreadable.cut:
            return self._peer.fault(TruncatedStreamError, f"ended its stream inside an event (`{shown}`); {_KEPT}")
        return self._peer.fault(ProviderError, f"sent an event that is not JSON (`{shown}`); {_KEPT}")
