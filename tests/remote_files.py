"""A server of files on loopback for the fetcher: honest, lying, slow, endless, redirecting, as each path says."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

Talk = Callable[[socket.socket], None]


def answer(body: bytes, status: str = "200 OK", **headers: str) -> Talk:
    """A whole answer; `headers` may replace `content_length`, or leave it out with an empty text."""
    given = {"content_length": str(len(body))} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in given.items() if value]
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "connection: close", "", ""]).encode()
    return lambda client: client.sendall(head + body)


def redirect(location: str, status: int = 302) -> Talk:
    """An answer that leads elsewhere."""
    return answer(b"", f"{status} Elsewhere", location=location)


@dataclass
class Files:
    """A running server: where it is, what it was asked, and how long it waits when a path is slow."""

    port: int
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def host(self) -> str:
        """`host:port` as `PLAYGROUND_MEDIA_HOSTS` takes it."""
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://{self.host}{path}"


@contextmanager
def serve(paths: Mapping[str, Talk], context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[Files]:
    """Serve these paths until the block ends; each connection has a thread and carries one request."""
    listener = socket.create_server((host, 0))
    files = Files(listener.getsockname()[1])
    threads: list[threading.Thread] = []

    def one(client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as held:
            held.enter_context(client)
            if context is not None:
                client = held.enter_context(context.wrap_socket(client, server_side=True))
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            path = head.split(b" ")[1].decode()
            files.asked.append(path)
            files.heads.append(head.decode())
            paths.get(path.partition("?")[0], answer(b"", "404 Not Found"))(client)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_WR)

    def loop() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                thread = threading.Thread(target=one, args=(client,))
                threads.append(thread)
                thread.start()

    main = threading.Thread(target=loop)
    main.start()
    try:
        yield files
    finally:
        files.over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        main.join()
        for thread in threads:
            thread.join()
