"""Fetching over real HTTP: what the server may do, and that every wait and every size has an end."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.call import Stop
from playground.errors import BadRequestError, CancelledError, PayloadTooLargeError
from playground.fetch import Allowance, Fetcher, Patience
from playground.guard import Guard
from playground.line import Line
from tests.remote_files import Files, Talk, answer, redirect, serve

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
LIMIT = 2**20
QUICK = Patience(connect=0.5, read=0.3, total=0.6)


@contextlib.contextmanager
def fetching(paths: dict[str, Talk], patience: Patience | None = None) -> Iterator[tuple[Files, Fetcher]]:
    with serve(paths) as files:
        yield files, Fetcher(Guard(frozenset({files.host})), patience)


def get(fetcher: Fetcher, url: str, stop: Stop | None = None, allowance: Allowance | None = None) -> bytes:
    return fetcher.get(url, "image_url", stop or Stop(), allowance or Allowance(LIMIT))


def dripping(head: bytes, piece: bytes, over: threading.Event) -> Talk:
    """`head`, then pieces for as long as somebody listens."""

    def talk(client: socket.socket) -> None:
        client.sendall(head)
        while not over.wait(0.02):
            client.sendall(piece)

    return talk


def silent(client: socket.socket) -> None:
    """Nothing at all, until the other side hangs up."""
    client.recv(1)


def test_a_file_comes_as_it_is_and_nothing_of_ours_goes_along(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with fetching({"/a b.png": answer(PNG), "/a%20b.png": answer(PNG, set_cookie="a=b")}) as (files, fetcher):
        assert get(fetcher, files.url("/a b.png?sig=x%2By")) == PNG
        assert get(fetcher, files.url("/a b.png?sig=x%2By")) == PNG
    assert files.asked == ["/a%20b.png?sig=x%2By"] * 2
    for head in files.heads:
        lines = head.lower().split("\r\n")
        assert f"host: {files.host}" in lines
        assert "accept-encoding: identity" in lines
        assert not [line for line in lines if line.startswith(("cookie", "authorization", "referer", "proxy"))]


def test_a_body_without_a_length_ends_with_the_connection():
    with fetching({"/a": answer(PNG, content_length="")}) as (files, fetcher):
        assert get(fetcher, files.url("/a")) == PNG


def test_redirects_are_followed_three_times():
    paths = {f"/{hop}": redirect(f"/{hop + 1}", status) for hop, status in enumerate((301, 302, 303, 307, 308))}
    with fetching({**paths, "/3": answer(PNG)}) as (files, fetcher):
        assert get(fetcher, files.url("/0")) == PNG
        assert files.asked == ["/0", "/1", "/2", "/3"]
    with fetching({**paths, "/5": answer(PNG)}) as (files, fetcher):
        with pytest.raises(BadRequestError, match="redirected more than 3 times"):
            get(fetcher, files.url("/0"))
        assert files.asked == ["/0", "/1", "/2", "/3"]


CLOSED = [
    "http://127.0.0.1/secret",
    "//127.0.0.1/secret",
    "http://localhost/secret",
    "http://[::1]/secret",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "http://127.0.0.1:22/",
    "http://user:password@127.0.0.1/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_x",
    "data:image/png;base64,AAAA",
    "http://[",
    "http://\u212bngstr\xf6m/".encode().decode("latin-1"),
]


@pytest.mark.parametrize("location", CLOSED)
def test_a_redirect_is_checked_like_the_first_address(location: str):
    """A host on the public internet redirects: its number is dialled in the test's own way, the next one by nobody."""
    dialled = []

    def dial(line: Line, number: str, port: int, seconds: float) -> None:
        dialled.append((number, port))
        Line.connect_tcp(line, "127.0.0.2", files.port, seconds)

    def resolver(host: str, port: int) -> list[str]:
        if host == "public.example":
            return ["93.184.215.14"]
        return [str(each[-1][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]

    talk = answer(b"", "302 Found", location=location)
    with serve({"/": talk}, host="127.0.0.2") as files:
        with pytest.raises(BadRequestError, match=r"`inputs\.image_url`"):
            get(Fetcher(Guard(resolver=resolver), dial=dial), "http://public.example/")
        assert dialled == [("93.184.215.14", 80)]
        assert len(files.asked) == 1


def test_a_redirect_rebinding_its_own_name_is_caught():
    numbers = iter([["93.184.215.14"], ["127.0.0.1"]])
    dialled = []

    def dial(line: Line, number: str, port: int, seconds: float) -> None:
        dialled.append(number)
        Line.connect_tcp(line, "127.0.0.2", files.port, seconds)

    fetcher = Fetcher(Guard(resolver=lambda host, port: next(numbers)), dial=dial)
    refused = pytest.raises(BadRequestError, match="no address on the public internet")
    with serve({"/": redirect("/again")}, host="127.0.0.2") as files, refused:
        get(fetcher, "http://public.example/")
    assert dialled == ["93.184.215.14"]


def test_a_connection_to_this_machine_itself_is_not_used():
    """The number looked public, and the socket tells that both its ends are here: not a byte is sent."""

    def dial(line: Line, number: str, port: int, seconds: float) -> None:
        Line.connect_tcp(line, "127.0.0.1", files.port, seconds)

    with serve({"/": answer(PNG)}) as files:
        fetcher = Fetcher(Guard(resolver=lambda host, port: ["93.184.215.14"]), dial=dial)
        with pytest.raises(BadRequestError, match="no address on the public internet"):
            get(fetcher, "http://public.example/")
        assert files.asked == []


WRONG = {
    "missing": (answer(b"no", "404 Not Found"), "status 404"),
    "broken": (answer(b"no", "500 Oops"), "status 500"),
    "partial": (answer(PNG, "206 Partial Content"), "status 206"),
    "nothing": (answer(b"", "204 No Content", content_length=""), "status 204"),
    "empty": (answer(b""), "empty file"),
    "redirect to nowhere": (answer(b"", "302 Found"), "status 302"),
    "not modified": (answer(b"", "304 Not Modified", content_length=""), "status 304"),
    "compressed": (answer(PNG, content_encoding="gzip"), "came compressed"),
    "shorter than declared": (answer(PNG, content_length="5000"), "ended before the file did"),
    "length no number": (answer(PNG, content_length="many"), "does not answer in HTTP"),
    "length negative": (answer(PNG, content_length="-1"), "does not answer in HTTP"),
    "two lengths": (answer(PNG, content_length="10\r\ncontent-length: 20"), "does not answer in HTTP"),
    "no HTTP": (lambda client: client.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"), "does not answer in HTTP"),
    "endless head": (lambda client: client.sendall(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 200_000), "HTTP"),
    "hangs up": (lambda client: None, "does not answer in HTTP"),
    "bad chunks": (
        lambda client: client.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        "does not answer in HTTP",
    ),
}


@pytest.mark.parametrize(("talk", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_whole_file_is_a_400(talk: Talk, sentence: str):
    with fetching({"/a": talk}) as (files, fetcher), pytest.raises(BadRequestError, match=sentence):
        get(fetcher, files.url("/a"))


def test_a_size_that_is_declared_is_refused_before_the_body():
    refused = pytest.raises(PayloadTooLargeError, match="larger than 1 MB together")
    with fetching({"/a": answer(PNG, content_length=str(LIMIT + 1))}) as (files, fetcher), refused:
        get(fetcher, files.url("/a"))


@pytest.mark.parametrize("head", [b"", b"transfer-encoding: chunked\r\n"], ids=["plain", "chunked"])
def test_an_endless_body_is_counted(head: bytes):
    over = threading.Event()
    piece = b"x" * 65536
    piece = b"%x\r\n%b\r\n" % (len(piece), piece) if head else piece
    sent = []

    def talk(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        while not over.is_set():
            client.sendall(piece)
            sent.append(len(piece))

    with fetching({"/a": talk}) as (files, fetcher):
        with pytest.raises(PayloadTooLargeError, match="larger than 1 MB"):
            get(fetcher, files.url("/a"))
        over.set()
    assert sum(sent) < 16 * LIMIT  # what a socket holds, and no more


def test_files_of_one_request_share_their_limit():
    allowance = Allowance(150)
    with fetching({"/a": answer(PNG)}) as (files, fetcher):
        assert get(fetcher, files.url("/a"), allowance=allowance) == PNG
        with pytest.raises(PayloadTooLargeError):
            get(fetcher, files.url("/a"), allowance=allowance)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"),
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "head", "status", "chunks", "continues"],
)
def test_dripping_does_not_stretch_the_whole(head: bytes, piece: bytes):
    over = threading.Event()
    with fetching({"/a": dripping(head, piece, over)}, QUICK) as (files, fetcher):
        with pytest.raises(BadRequestError, match=r"is too slow|does not answer in HTTP"):
            get(fetcher, files.url("/a"))
        over.set()


def test_redirects_share_the_time_of_the_whole():
    def slow(client: socket.socket) -> None:
        time.sleep(0.25)
        redirect("/a")(client)

    with fetching({"/a": slow}, Patience(connect=0.5, read=0.5, total=0.6)) as (files, fetcher):
        with pytest.raises(BadRequestError, match="is too slow"):
            get(fetcher, files.url("/a"))
        assert len(files.asked) <= 3


def test_silence_ends():
    with fetching({"/a": silent}, QUICK) as (files, fetcher), pytest.raises(BadRequestError, match="is too slow"):
        get(fetcher, files.url("/a"))


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    fetcher = Fetcher(Guard(frozenset({"127.0.0.1"})))
    with pytest.raises(BadRequestError, match="cannot be reached"):
        get(fetcher, f"http://127.0.0.1:{port}/")


def test_a_stop_hangs_up_at_once():
    stop, heard = Stop(), threading.Event()

    def talk(client: socket.socket) -> None:
        heard.set()
        assert client.recv(1) == b""  # the other side went

    with fetching({"/a": talk}, Patience(read=100, total=100)) as (files, fetcher):
        threading.Thread(target=lambda: heard.wait(10) and stop.set()).start()
        with pytest.raises(CancelledError):
            get(fetcher, files.url("/a"), stop)


def test_a_stop_before_the_start_dials_nobody():
    stop = Stop()
    stop.set()
    with fetching({"/a": answer(PNG)}) as (files, fetcher):
        with pytest.raises(CancelledError):
            get(fetcher, files.url("/a"), stop)
        assert files.asked == []


TLS = Path(__file__).parents[1] / "golden" / "tls" / "loopback.pem"


@contextlib.contextmanager
def secured(talk: Talk) -> Iterator[tuple[Files, Fetcher]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS)
    with serve({"/a": talk}, context) as files:
        yield files, Fetcher(Guard(frozenset({files.host})))


def test_a_certificate_nobody_trusts_is_refused():
    with secured(answer(PNG)) as (files, fetcher):
        with pytest.raises(BadRequestError, match="TLS certificate that is not trusted"):
            get(fetcher, f"https://{files.host}/a")
        assert files.asked == []


def test_https(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS))
    with secured(answer(PNG)) as (files, fetcher):
        assert get(fetcher, f"https://{files.host}/a") == PNG


def test_https_does_not_become_http(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS))
    refused = pytest.raises(BadRequestError, match="from https to http")
    with secured(redirect("http://public.example/")) as (files, fetcher), refused:
        get(fetcher, f"https://{files.host}/a")
