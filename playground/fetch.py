"""Fetch: the bytes behind a URL of a request, by a connection that only the guard's numbers are dialled for.

Nothing of ours goes along: no cookie, no key, no proxy of the environment. Redirects are followed by hand and checked
like the first address. Every wait ends: connecting, each read, the whole.
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import httpcore
import httpx

from playground.call import Stop
from playground.errors import BadRequestError, CancelledError, PayloadTooLargeError
from playground.guard import PORTS, Guard, parse, refused
from playground.line import Line, trust

MAX_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = (
    (b"User-Agent", b"inference-playground"),
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"identity"),
    (b"Connection", b"close"),
)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that connecting, each read, and the whole fetch with its redirects may take."""

    connect: float = 3.0
    read: float = 10.0
    total: float = 30.0


class Allowance:
    """The bytes that the files of one request may have together; several threads draw from it."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._drawn: list[int] = []  # appending is atomic

    def draw(self, count: int, field: str) -> None:
        """Take `count` bytes. Raises PayloadTooLargeError."""
        self._drawn.append(count)
        self.check(0, field)

    def check(self, declared: int, field: str) -> None:
        """Whether `declared` bytes more would still fit. Raises PayloadTooLargeError."""
        if sum(self._drawn) + declared > self.max_bytes:
            raise PayloadTooLargeError(
                f"`inputs.{field}` makes the files of this request larger than {self.max_bytes / 2**20:g} MB together; "
                "send less, or let the operator raise `PLAYGROUND_MAX_MEDIA_MB`",
                details={"max_bytes": self.max_bytes},
            )


Dial = Callable[[Line, str, int, float], object]
"""How a number is dialled: line, number, port, seconds. Raises httpcore.ConnectError and ConnectTimeout."""


class Fetcher:
    """Fetches files for every thread of the process."""

    def __init__(self, guard: Guard, patience: Patience | None = None, dial: Dial = Line.connect_tcp) -> None:
        self._guard = guard
        self.patience = patience or Patience()
        self._dial = dial

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return trust()

    def get(self, address: str, field: str, stop: Stop, allowance: Allowance) -> bytes:
        """The file at an http(s) address; `field` is where it stands in `inputs`.

        Raises BadRequestError for an address that is refused, fails, is slow or has no file; PayloadTooLargeError;
        CancelledError as soon as `stop` is set.
        """
        deadline = time.monotonic() + self.patience.total
        url = parse(address, field)
        for _ in range(MAX_REDIRECTS + 1):
            leash = _Leash(self._guard, self._dial, self.patience.connect, deadline, field)
            withdraw = stop.on_set(partial(leash.hang_up, 0))
            try:
                with self._response(url, leash) as response:
                    onward = _onward(url, response, field)
                    if onward is None:
                        return _body(response, field, allowance)
                    url = onward
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
                if stop.is_set():
                    raise CancelledError("the run was stopped") from None
                raise _failure(error, field) from None
            finally:
                withdraw()
        raise BadRequestError(f"`inputs.{field}` is redirected more than {MAX_REDIRECTS} times; give the last address")

    @contextlib.contextmanager
    def _response(self, url: httpx.URL, leash: "_Leash") -> Iterator[httpcore.Response]:
        port = url.port or PORTS[url.scheme]
        origin = httpcore.Origin(url.raw_scheme, url.raw_host, port)
        connection = httpcore.HTTPConnection(
            origin, ssl_context=self._trust if url.scheme == "https" else None, network_backend=leash
        )
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=port, target=url.raw_path)
        silence = {"connect": self.patience.connect, "read": self.patience.read, "write": self.patience.read}
        request = httpcore.Request(
            "GET", target, headers=((b"Host", url.netloc), *_HEADERS), extensions={"timeout": silence}
        )
        try:
            yield connection.handle_request(request)
        finally:
            connection.close()
            leash.close()


class _Leash(Line):
    """A line that dials the guard's numbers only, and whose every wait ends with the time that is left."""

    def __init__(self, guard: Guard, dial: Dial, connect: float, deadline: float, field: str) -> None:
        super().__init__()
        self._guard = guard
        self._call = dial
        self._connect = connect
        self._deadline = deadline
        self._field = field

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - part of the interface
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Dial the numbers in turn, all of them within the time to connect."""
        numbers = self._guard.numbers(host, port, self._field)
        end = time.monotonic() + self._left(self._connect)
        failure: Exception = httpcore.ConnectTimeout()
        for number in numbers:
            if (left := end - time.monotonic()) <= 0:
                break
            try:
                self._call(self, number, port, left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                local, remote = self._socket.getsockname()[0], self._socket.getpeername()[0]
                if not self._guard.is_open(host, port, local, remote):
                    raise refused(self._field)
                return self
        raise failure

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on in TLS, within the time that is left."""
        return super().start_tls(ssl_context, server_hostname, self._left(timeout or self._connect))

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes`, within the time that is left."""
        self.patience = self._left(timeout or 1.0)
        return super().read(max_bytes, timeout)

    def _left(self, seconds: float) -> float:
        left = min(seconds, self._deadline - time.monotonic())
        if left <= 0:
            raise httpcore.ReadTimeout
        return left


def _onward(url: httpx.URL, response: httpcore.Response, field: str) -> httpx.URL | None:
    """Where a redirect leads, None for an answer with a file. Raises BadRequestError for any other answer."""
    headers = {name.lower(): value for name, value in response.headers}
    if response.status in _REDIRECTS and b"location" in headers:
        try:
            onward = url.join(headers[b"location"].decode("ascii"))
        except (httpx.InvalidURL, UnicodeError, ValueError):
            raise BadRequestError(f"`inputs.{field}` is redirected to an address that cannot be read") from None
        if onward.scheme == "http" and url.scheme == "https":
            raise BadRequestError(f"`inputs.{field}` is redirected from https to http, which is not followed")
        return parse(str(onward), field)
    if response.status != 200:
        raise BadRequestError(
            f"`inputs.{field}` was answered with status {response.status} by its server; check the address, "
            "or send the file as base64"
        )
    if headers.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        raise BadRequestError(f"`inputs.{field}` came compressed although that was declined; send the file as base64")
    return None


def _body(response: httpcore.Response, field: str, allowance: Allowance) -> bytes:
    declared = next((value for name, value in response.headers if name.lower() == b"content-length"), b"0")
    allowance.check(int(declared[:20]) if declared.isdigit() else 0, field)
    pieces: list[bytes] = []
    for piece in response.iter_stream():
        allowance.draw(len(piece), field)
        pieces.append(piece)
    if not any(pieces):
        raise BadRequestError(f"`inputs.{field}` leads to an empty file")
    return b"".join(pieces)


def _failure(error: Exception, field: str) -> BadRequestError:
    says = next(says for kind, says in _FAILURES if isinstance(error, kind))
    if isinstance(error.__cause__, ssl.SSLError):
        says = "has a TLS certificate that is not trusted, or speaks no TLS"
    return BadRequestError(f"the host of `inputs.{field}` {says}; try again, or send the file as base64")


_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (httpcore.ConnectError, "cannot be reached"),
    (httpcore.ConnectTimeout, "cannot be reached in the time allowed"),
    (httpcore.TimeoutException, "is too slow"),
    (httpcore.ProtocolError, "does not answer in HTTP, or ended before the file did"),
    (Exception, "broke off before the file ended"),
)
