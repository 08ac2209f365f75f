"""Connections to providers: each used by one request at a time, the idle ones in a stack per origin.

httpcore's own pool scans every connection on each request; at 64 concurrent requests that scan is most of the CPU. A
stack needs no scan: the connection used last is the one most likely to be alive.
"""

import contextlib
import ssl
import time
import weakref
from collections import deque
from collections.abc import Callable
from functools import cached_property, partial

import httpcore

from playground.call import Stop
from playground.line import Line, UnansweredError, trust

KEEP_ALIVE = 3.0
"""Seconds an idle connection is kept; servers usually give up after 5, and whoever asks in that moment loses."""
KEPT = 64
"""Idle connections kept per origin."""

_SETTLE = 0.02
"""Seconds given to the last bytes of an answer that was read to its end: less than dialling anew takes."""
_UNHEARD = (httpcore.ReadError, httpcore.WriteError, httpcore.RemoteProtocolError)

Origin = tuple[bytes, bytes, int]


class Connection:
    """One HTTP/1.1 connection, used by one request at a time."""

    __slots__ = ("http", "idle_since", "line", "origin")

    def __init__(self, origin: Origin, context: ssl.SSLContext | None) -> None:
        self.origin = origin
        self.line = Line()
        self.idle_since = 0.0
        self.http = httpcore.HTTPConnection(
            httpcore.Origin(*origin), ssl_context=context, keepalive_expiry=KEEP_ALIVE, network_backend=self.line
        )

    @property
    def used(self) -> bool:
        """Whether it carried a request before this one."""
        return self.line.turn > 0

    def close(self) -> None:
        """Close it for good."""
        self.http.close()
        self.line.close()


class Conversation:
    """One request and its answer; it has the connection until it is closed. Closing early hangs up."""

    def __init__(
        self,
        connections: "Connections",
        connection: Connection,
        answer: httpcore.Response,
        withdraw: Callable[[], None],
    ) -> None:
        self.answer = answer
        self.pieces = answer.iter_stream()
        self._connections = connections
        self._connection = connection
        self._withdraw = withdraw
        self._over = False

    def settle(self) -> None:
        """Read the last bytes of a body that said all it has to, so that the connection can carry another request."""
        if self._over:
            return
        line, end = self._connection.line, time.monotonic() + _SETTLE
        line.patience = _SETTLE
        with contextlib.suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
            for _ in self.pieces:
                if time.monotonic() > end:
                    break
        line.patience = None

    def close(self) -> None:
        """Give the connection back, once; one whose answer is not over is closed."""
        if not self._over:
            self._over = True
            self.answer.close()
            self._withdraw()
            self._connections.give(self._connection)


class Connections:
    """The idle connections of all origins, the one used last on top."""

    def __init__(self) -> None:
        self._idle: dict[Origin, deque[Connection]] = {}
        weakref.finalize(self, _close, self._idle)

    def ask(self, request: httpcore.Request, stop: Stop) -> Conversation:
        """Send a request; the conversation begins with the head of the answer. A stop hangs up.

        A connection that the server had given up meanwhile is nobody's failure: the next one is tried. Raises what
        httpcore raises, and UnansweredError when not a byte came back.
        """
        url = request.url.origin
        while True:
            connection = self.take((url.scheme, url.host, url.port))
            line = connection.line
            withdraw = stop.on_set(partial(line.hang_up, line.turn))
            try:
                return Conversation(self, connection, connection.http.handle_request(request), withdraw)
            except BaseException as error:
                withdraw()
                connection.close()
                if line.heard or not isinstance(error, _UNHEARD):
                    raise
                if stop.is_set() or not connection.used:
                    raise UnansweredError from error

    def take(self, origin: Origin) -> Connection:
        """An idle connection that is still open, or a new one."""
        stack = self._idle.get(origin)
        while stack:
            with contextlib.suppress(IndexError):  # another thread took the last one
                connection = stack.pop()
                if not connection.http.has_expired():
                    connection.line.heard = False
                    return connection
                connection.close()
        return Connection(origin, self._context if origin[0] == b"https" else None)

    def give(self, connection: Connection) -> None:
        """Take a connection back after its request: kept when it can carry another one, closed otherwise."""
        stack = self._idle.setdefault(connection.origin, deque())
        if not connection.http.is_idle() or len(stack) >= KEPT:
            connection.close()
            return
        connection.line.end_turn()
        connection.idle_since = time.monotonic()
        stack.append(connection)
        with contextlib.suppress(IndexError):
            while stack[0].idle_since < connection.idle_since - KEEP_ALIVE:
                stack.popleft().close()

    def close(self) -> None:
        """Close what is idle."""
        _close(self._idle)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return trust()


def _close(idle: dict[Origin, deque[Connection]]) -> None:
    for stack in idle.values():
        while stack:
            stack.pop().close()
