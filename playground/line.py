"""Line: one TCP or TLS connection that any thread may hang up, as httpcore's own cannot."""

import contextlib
import select
import socket
import ssl
import threading
from collections.abc import Iterable
from typing import Any

import httpcore

_SMALL = 65536


def trust() -> ssl.SSLContext:
    """The trust of the system (and of `SSL_CERT_FILE`) and, for systems that bring none, certifi's."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class UnansweredError(httpcore.NetworkError):
    """The connection ended before a byte of the answer: the request may be sent again."""


class Line(httpcore.NetworkBackend, httpcore.NetworkStream):
    """One TCP or TLS connection: dialled once, and hung up from any thread even while another one waits for bytes.

    `turn` counts the requests it carried. `heard` tells whether anything came back since it was last set to False.
    `patience`, when set, is the longest a read may take in seconds, whatever the request allows.
    """

    _socket: socket.socket

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hung_up = False
        self._unsent = bytearray()
        self._allowed: float | None = None
        self.turn = 0
        self.heard = False
        self.patience: float | None = None

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - part of the interface
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Dial each address of `host` in turn. Raises httpcore.ConnectError or ConnectTimeout, the cause attached."""
        failure: OSError = OSError("it has no address")
        try:
            for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
                try:
                    self._dial(socket.socket(family, kind, protocol), address, timeout)
                except OSError as error:
                    failure = error
                else:
                    return self
        except OSError as error:  # the name is not known
            failure = error
        raise _unconnected(failure) from failure

    def _dial(self, plain: socket.socket, address: Any, timeout: float | None) -> None:
        self._hold(plain)
        try:
            self._allow(timeout)
            plain.connect(address)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            plain.close()
            raise

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Go on in TLS. Raises httpcore.ConnectError or ConnectTimeout, the cause attached."""
        try:
            # Held before the handshake, so that a hang-up reaches it; wrapping takes the socket away from `_socket`.
            wrapped = ssl_context.wrap_socket(
                self._socket, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._hold(wrapped)
            self._allow(timeout)
            wrapped.do_handshake()
        except OSError as error:
            self.close()
            raise _unconnected(error) from error
        return self

    def _hold(self, held: socket.socket) -> None:
        with self._lock:
            self._socket, self._allowed = held, held.gettimeout()
            if self._hung_up:
                held.close()
                raise ConnectionAbortedError("hung up")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to `max_bytes`, empty at the end. Raises httpcore.ReadTimeout or ReadError."""
        if self._unsent:
            with contextlib.suppress(httpcore.WriteError):  # a server may refuse half-way and say why
                self._flush(timeout)
        try:
            self._allow(timeout if self.patience is None else self.patience)
            data = self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except (OSError, ValueError) as error:  # ValueError: TLS that was closed meanwhile
            raise httpcore.ReadError from error
        if data:
            self.heard = True
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send `buffer`, the small ones together with what follows, at the latest before the next read.

        Head and body of a small request make one packet and one system call, which is a sixth of a call's CPU.
        `timeout` is for each piece the network takes. Raises httpcore.WriteTimeout or WriteError.
        """
        self._unsent += buffer
        if len(self._unsent) >= _SMALL:
            self._flush(timeout)

    def _flush(self, timeout: float | None) -> None:
        rest, self._unsent = memoryview(self._unsent), bytearray()
        try:
            self._allow(timeout)
            while rest:
                rest = rest[self._socket.send(rest) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except (OSError, ValueError) as error:
            raise httpcore.WriteError from error

    def _allow(self, timeout: float | None) -> None:
        """Set the time allowed, which is a system call, only where it changes."""
        if timeout != self._allowed:
            self._socket.settimeout(timeout)
            self._allowed = timeout

    def hang_up(self, turn: int) -> None:
        """End the connection now; whoever waits on it wakes. From any thread, any number of times.

        Nothing happens when the turn it is meant for is over: the line may carry somebody else's request by then.
        """
        with self._lock:
            if turn != self.turn:
                return
            self._hung_up = True
            # The plain method: that of a TLS socket would take the TLS away from under the reading thread.
            with contextlib.suppress(OSError, AttributeError):  # closed already, or not dialled yet
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def end_turn(self) -> None:
        """Let no hang-up of this turn reach the next one."""
        with self._lock:
            self.turn += 1

    def close(self) -> None:
        """Release the socket; by the thread that uses it."""
        with self._lock, contextlib.suppress(OSError, AttributeError):
            self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks for: the TLS socket, and whether bytes (or the end) wait to be read."""
        if info == "is_readable":
            return _readable(self._socket)
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return None


def _unconnected(failure: OSError) -> Exception:
    return httpcore.ConnectTimeout() if isinstance(failure, TimeoutError) else httpcore.ConnectError()


def _readable(opened: socket.socket) -> bool:
    number = opened.fileno()
    if number < 0:
        return True
    if not hasattr(select, "poll"):  # Windows, whose select knows no limit of 1024
        return bool(select.select([number], [], [], 0)[0])
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return bool(poll.poll(0))
