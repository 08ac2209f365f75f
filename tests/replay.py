"""A real HTTP/1.1 server on loopback that plays provider answers and remembers what was asked.

    with ReplayServer() as server:
        server.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
        …  # speak to server.url
        assert server.requests[0].json["model"] == "gpt-6-luna"

Answers to one path are consumed in order and the last one repeats. Each connection has a thread and is kept alive.
"""

import contextlib
import json
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

GOLDEN = Path(__file__).parent / "golden"
_MIMES = {".json": "application/json", ".sse": "text/event-stream; charset=utf-8", ".html": "text/html"}
_HEADER_LIMIT = 65536


def golden(name: str) -> bytes:
    """The bytes of `tests/golden/<name>`, such as `openai/chat.json`; the README there says where each comes from."""
    return (GOLDEN / name).read_bytes()


def event(data: Any, name: str = "") -> bytes:
    """One server-sent event; `data` is text as it stands (`[DONE]`) or anything else as JSON."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {text}\n\n".encode()


@dataclass(frozen=True)
class Part:
    """One part of a multipart form; `filename` is empty for a plain field."""

    name: str
    filename: str
    mime: str
    data: bytes

    @property
    def text(self) -> str:
        """The part as text."""
        return self.data.decode()


@dataclass(frozen=True)
class Received:
    """One request as it arrived. `path` is unquoted and without the query; names of `headers` are lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        """The body parsed as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> list[Part]:
        """The parts of a multipart body, in order."""
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        return [_part(piece) for piece in message.iter_parts()]


def _part(piece: Any) -> Part:
    name = piece.get_param("name", header="content-disposition")
    return Part(name, piece.get_filename() or "", piece.get_content_type(), piece.get_payload(decode=True))


@dataclass(frozen=True)
class Answer:
    """What to send back.

    A `body` goes out at once with its length. `pieces` go out as one chunk and one TCP write each, `delay` seconds
    before each; a generator is played once, and may wait for what it likes. Before anything at all the server waits
    `wait` seconds. `then` is what follows the last byte: `end` finishes the body and keeps the connection, `close`
    hangs up there (a stream is cut), `hang` stays silent until the client goes. An answer with status 0 is the closing
    of the connection without a byte.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    pieces: Iterable[bytes] | None = None
    delay: float = 0.0
    wait: float = 0.0
    then: Literal["end", "close", "hang"] = "end"

    @classmethod
    def json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """A value as a JSON body."""
        body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return cls(status, {"Content-Type": "application/json"} | dict(headers or {}), body)

    @classmethod
    def golden(cls, name: str, status: int = 200, headers: Mapping[str, str] | None = None) -> "Answer":
        """A golden file: `.json` and `.html` as they are, `.sse` as an event stream with one event per chunk."""
        data, mime = golden(name), {"Content-Type": _MIMES[Path(name).suffix]} | dict(headers or {})
        if Path(name).suffix == ".sse":
            return cls(status, mime, pieces=tuple(_events(data)))
        return cls(status, mime, data)

    @classmethod
    def stream(
        cls,
        pieces: Iterable[bytes],
        *,
        delay: float = 0.0,
        wait: float = 0.0,
        then: Literal["end", "close", "hang"] = "end",
        headers: Mapping[str, str] | None = None,
    ) -> "Answer":
        """An event stream cut into exactly these pieces."""
        mime = {"Content-Type": _MIMES[".sse"]} | dict(headers or {})
        return cls(200, mime, pieces=tuple(pieces), delay=delay, wait=wait, then=then)

    @classmethod
    def drop(cls) -> "Answer":
        """Close the connection without a byte, as a server does whose idle time is over."""
        return cls(0)


def _events(data: bytes) -> list[bytes]:
    """An event stream cut after each blank line."""
    end = b"\r\n\r\n" if b"\r\n\r\n" in data else b"\n\n"
    return [piece + end for piece in data.split(end)[:-1]] + ([tail] if (tail := data.split(end)[-1]) else [])


class HungUp(threading.Event):
    """Set when a client went away in the middle of an answer; `at` is when, by `time.monotonic()`."""

    at: float = 0.0

    def set(self) -> None:
        """Note the first time only."""
        self.at = self.at or time.monotonic()
        super().set()


class ReplayServer:
    """The server; enter it to start. `url` has no trailing slash; `requests` is in order of arrival.

    `connections` counts accepted connections. `tls` makes it speak HTTPS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.hung_up = HungUp()
        self.connections = 0
        self._tls = tls
        self._routes: dict[tuple[str, str], list[Answer | Callable[[Received], Answer]]] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._stopping = threading.Event()

    def on(self, method: str, path: str, *answers: Answer | Callable[[Received], Answer]) -> None:
        """Answer `method path` with these, in order; a function is asked with what was received."""
        with self._lock:
            self._routes[method, path] = list(answers)

    def close_idle(self) -> None:
        """Hang up on every client now, as a server does that restarts."""
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _shutdown(connection)

    def __enter__(self) -> "ReplayServer":
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        scheme = "https" if self._tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        _shutdown(self._listener)  # wakes accept()
        self._acceptor.join(5)
        self._listener.close()
        self.close_idle()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                thread = threading.Thread(target=self._converse, args=(connection, self.connections), daemon=True)
                self._threads.append(thread)
            thread.start()

    def _converse(self, raw: socket.socket, number: int) -> None:
        try:
            connection = self._tls.wrap_socket(raw, server_side=True) if self._tls else raw
        except OSError:  # the client refused the certificate or went away
            raw.close()
            return
        with self._lock:
            self._open.add(connection)
        with contextlib.suppress(OSError):  # between requests nobody is disappointed
            self._serve(connection, number)
        with self._lock:
            self._open.discard(connection)
        _shutdown(connection)
        connection.close()

    def _serve(self, connection: socket.socket, number: int) -> None:
        buffer = b""
        while not self._stopping.is_set():
            received, buffer = _read(connection, buffer, number)
            if received is None or not self._play(connection, self._pick(received)):
                return

    def _pick(self, received: Received) -> Answer:
        with self._lock:
            self.requests.append(received)
            answers = self._routes.get((received.method, received.path))
            if not answers:
                text = f"replay: nothing is played at {received.method} {received.path}"
                return Answer.json({"error": {"message": text}}, 404)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer(received) if callable(answer) else answer

    def _play(self, connection: socket.socket, answer: Answer) -> bool:
        """Send one answer; returns whether the connection goes on."""
        try:
            if answer.status == 0 or not self._pause(connection, answer.wait):
                return False
            if answer.pieces is None:
                connection.sendall(_head(answer, len(answer.body)) + answer.body)
            elif not self._play_pieces(connection, answer):
                return False
        except OSError:
            self.hung_up.set()
            return False
        if answer.then == "hang":
            self._pause(connection, 3600)
        return answer.then == "end"

    def _play_pieces(self, connection: socket.socket, answer: Answer) -> bool:
        connection.sendall(_head(answer, None))
        for piece in answer.pieces or ():
            if not self._pause(connection, answer.delay):
                return False
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        if answer.then == "end":
            connection.sendall(b"0\r\n\r\n")
        return True

    def _pause(self, connection: socket.socket, seconds: float) -> bool:
        """Wait while watching the client; returns whether it is still there."""
        if seconds <= 0:
            return True
        ready, _, _ = select.select([connection], [], [], seconds)
        if not ready or self._stopping.is_set():
            return not self._stopping.is_set()
        self.hung_up.set()  # a client that waits for its answer has nothing to say but goodbye
        return False


def _read(connection: socket.socket, buffer: bytes, number: int) -> tuple[Received | None, bytes]:
    while b"\r\n\r\n" not in buffer:
        data = connection.recv(65536)
        if not data or len(buffer) > _HEADER_LIMIT:
            return None, b""
        buffer += data
    head, rest = buffer.split(b"\r\n\r\n", 1)
    start, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = start.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    pieces, size = [rest], len(rest)
    while size < length:
        data = connection.recv(1 << 20)
        if not data:
            return None, b""
        pieces.append(data)
        size += len(data)
    body = b"".join(pieces)
    url = urlsplit(target)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    return Received(method, unquote(url.path), query, headers, body[:length], number), body[length:]


def _head(answer: Answer, length: int | None) -> bytes:
    frame = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"HTTP/1.1 {answer.status} Replayed", frame, *(f"{k}: {v}" for k, v in answer.headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def _shutdown(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RDWR)
