"""Connections of the transport over real sockets: used again, given up, refused early, in TLS."""

import gc
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.call import Stop
from playground.errors import InferenceServiceUnavailableError, PlaygroundError
from playground.transport import Transport
from playground.wire import WireRequest
from tests.replay import GOLDEN, Answer, ReplayServer

KEY = "hunter2-a-key-without-any-known-form"


@pytest.fixture
def transport(settings):
    transport = Transport(settings(PLAYGROUND_RETRIES=0, PLAYGROUND_TIMEOUT=20, OPENAI_API_KEY=KEY))
    yield transport
    transport.close()


def ask(transport, url, body=None, **options):
    request = WireRequest(url, {"Authorization": f"Bearer {KEY}"}, {} if body is None else body)
    return transport.send(request, Stop(), provider="openai", **options)


def refused(transport, url, body=None, **options) -> PlaygroundError:
    with pytest.raises(PlaygroundError) as caught:
        ask(transport, url, body, **options)
    return caught.value


def test_connections_are_used_again(replay, transport):
    replay.on("POST", "/x", Answer.json({}))
    for _ in range(5):
        ask(transport, f"{replay.url}/x")
    assert replay.connections == 1


def test_sixty_four_at_once(replay, transport):
    replay.on("POST", "/x", lambda received: Answer.json({"echo": received.json["n"]}))
    with ThreadPoolExecutor(64) as pool:
        replies = list(pool.map(lambda n: ask(transport, f"{replay.url}/x", {"n": n}).body["echo"], range(640)))
    assert replies == list(range(640))
    assert len(replay.requests) == 640
    assert replay.connections <= 64


@pytest.mark.parametrize("retries", [0, 2])
def test_a_connection_that_the_server_gave_up(replay, settings, retries):
    transport = Transport(settings(PLAYGROUND_RETRIES=retries))
    replay.on("POST", "/x", Answer.json({"n": 1}), Answer.drop(), Answer.json({"n": 2}))
    assert ask(transport, f"{replay.url}/x").body == {"n": 1}
    assert ask(transport, f"{replay.url}/x").body == {"n": 2}
    assert replay.connections == 2


def test_many_connections_that_the_server_gave_up(replay, transport):
    replay.on("POST", "/x", lambda received: Answer.json({}))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: ask(transport, f"{replay.url}/x"), range(64)))
    replay.close_idle()
    assert ask(transport, f"{replay.url}/x").body == {}


def test_a_server_that_hangs_up_after_each_answer(replay, transport):
    replay.on("POST", "/x", Answer(200, {"Content-Type": "application/json"}, b"{}", then="close"))
    for _ in range(5):
        assert ask(transport, f"{replay.url}/x").body == {}


def test_a_fresh_connection_without_an_answer(replay, transport):
    replay.on("POST", "/x", Answer.drop())
    error = refused(transport, f"{replay.url}/x")
    assert type(error) is InferenceServiceUnavailableError
    assert "without an answer" in error.message
    assert len(replay.requests) == 1


def test_an_early_refusal_of_a_large_body_is_heard(transport):
    """A server that answers 413 and hangs up without reading what it was sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def refuse():
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 413 Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(1 << 20):
                    pass

        refusing = pool.submit(refuse)
        error = refused(transport, f"http://127.0.0.1:{listener.getsockname()[1]}/", {"text": "x" * 20_000_000})
        refusing.result()
    assert error.status == 413


def test_a_forgotten_transport_leaves_no_open_socket(replay, settings):
    replay.on("POST", "/x", Answer.json({}))
    ask(Transport(settings()), f"{replay.url}/x")
    gc.collect()  # an open socket would warn, and a warning is an error


@pytest.fixture
def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(GOLDEN / "tls" / "loopback.pem")
    with ReplayServer(tls=context) as server:
        yield server


def test_tls_with_an_authority_of_ones_own(tls, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(GOLDEN / "tls" / "loopback.pem"))
    tls.on("POST", "/x", Answer.json({"a": 1}))
    transport = Transport(settings())
    assert [ask(transport, f"{tls.url}/x").body for _ in range(3)] == [{"a": 1}] * 3
    assert tls.connections == 1


def test_tls_that_nobody_trusts(tls, transport):
    tls.on("POST", "/x", Answer.json({}))
    error = refused(transport, f"{tls.url}/x")
    assert type(error) is InferenceServiceUnavailableError
    assert "not trusted" in error.message
    assert "SSL_CERT_FILE" in error.message
    assert error.details["retryable"] is False
    assert tls.requests == []


def test_tls_where_there_is_none(transport):
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def complain():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")

        complaining = pool.submit(complain)
        error = refused(transport, f"https://127.0.0.1:{listener.getsockname()[1]}/x")
        complaining.result()
    assert type(error) is InferenceServiceUnavailableError
    assert "does not speak TLS" in error.message
