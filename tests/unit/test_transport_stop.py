"""Who leaves a request, or stops it, hangs up at once: while it is dialled, silent, in TLS, among many others."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from playground.call import Stop
from playground.errors import CancelledError, PlaygroundError
from playground.transport import Transport
from playground.wire import Event, WireRequest
from tests.replay import GOLDEN, Answer, ReplayServer
from tests.streams import DONE, HELLO, ending, follow


@pytest.fixture
def transport(settings):
    transport = Transport(settings(PLAYGROUND_RETRIES=0, PLAYGROUND_TIMEOUT=30, OPENAI_API_KEY="hunter2-hunter2"))
    yield transport
    transport.close()


def noted(events: Iterator[Event], began: threading.Event) -> Iterator[Event]:
    """The events; `began` is set by the first."""
    for each in events:
        began.set()
        yield each


@contextmanager
def stopped_when(stop: Stop, ready: threading.Event):
    """Calls `stop.set()` from another thread once `ready` is set."""
    thread = threading.Thread(target=lambda: ready.wait(30) and stop.set())
    thread.start()
    yield
    ready.set()
    thread.join()


def test_a_consumer_that_goes_hangs_up(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO], then="hang"))
    events = follow(transport, replay)
    next(events)
    assert not replay.hung_up.is_set()
    events.close()
    assert replay.hung_up.wait(10)


def test_a_consumer_that_breaks_hangs_up(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO], then="hang"))
    request = WireRequest(f"{replay.url}/x", {}, {})
    with suppress(ZeroDivisionError), transport.stream(request, Stop(), provider="openai") as stream:
        assert next(stream.events()).data == {"text": "hello"}
        raise ZeroDivisionError
    assert replay.hung_up.wait(10)


def test_a_stop_hangs_up_while_the_server_is_silent(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO], then="hang"))
    stop, began = Stop(), threading.Event()
    with stopped_when(stop, began):
        got, error = ending(noted(follow(transport, replay, stop), began))
    assert got == [{"text": "hello"}]
    assert type(error) is CancelledError
    assert replay.hung_up.wait(10)


def test_a_stop_before_the_first_byte(replay, transport):
    arrived, stop = threading.Event(), Stop()

    def wait(_):
        arrived.set()
        return Answer(wait=3600)

    replay.on("POST", "/x", wait)
    with stopped_when(stop, arrived):
        error = ending(follow(transport, replay, stop))[1]
    assert type(error) is CancelledError
    assert error.exchange.body == {"stream": True}, "what was sent can be shown"
    assert replay.hung_up.wait(10)


def test_a_stop_of_a_whole_answer(replay, transport):
    arrived, stop = threading.Event(), Stop()

    def wait(_):
        arrived.set()
        return Answer(200, {"Content-Type": "application/json"}, pieces=(b'{"a":', b"1}"), then="hang")

    replay.on("POST", "/x", wait)
    with stopped_when(stop, arrived), pytest.raises(CancelledError):
        transport.send(WireRequest(f"{replay.url}/x", {}, {}), stop, provider="openai")
    assert replay.hung_up.wait(10)


def test_a_stop_before_anything_is_sent(replay, transport):
    stop = Stop()
    stop.set()
    assert type(ending(follow(transport, replay, stop))[1]) is CancelledError
    assert replay.connections == 0


def test_a_stop_while_dialling(transport):
    """A listener whose queue is full: the connection is neither taken nor refused."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(8)]
        for each in waiting:
            each.setblocking(False)
            each.connect_ex(listener.getsockname())
        stop, ready = Stop(), threading.Event()
        threading.Timer(0.2, ready.set).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        with stopped_when(stop, ready), pytest.raises(CancelledError):
            transport.send(WireRequest(url, {}, {}), stop, provider="openai")
        for each in waiting:
            each.close()


def test_a_stop_while_greeting_in_tls(transport):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop, ready = Stop(), threading.Event()
        accepted: list[socket.socket] = []

        def accept():
            accepted.append(listener.accept()[0])
            accepted[0].recv(65536)
            ready.set()

        thread = threading.Thread(target=accept)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        with stopped_when(stop, ready), pytest.raises(CancelledError):
            transport.send(WireRequest(url, {}, {}), stop, provider="openai")
        thread.join()
        accepted[0].close()


def test_a_stop_in_tls(transport, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(GOLDEN / "tls" / "loopback.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(GOLDEN / "tls" / "loopback.pem")
    with ReplayServer(tls=context) as server:
        server.on("POST", "/x", Answer.stream([HELLO], then="hang"))
        stop, began = Stop(), threading.Event()
        with stopped_when(stop, began):
            got, error = ending(noted(follow(transport, server, stop), began))
        assert got == [{"text": "hello"}]
        assert type(error) is CancelledError
        assert server.hung_up.wait(10)


def test_a_stop_after_the_end_harms_nobody(replay, transport):
    """The connection carries the next request when the first one's stop comes late."""
    replay.on("POST", "/x", Answer.stream([HELLO, DONE]))
    first = Stop()
    assert ending(follow(transport, replay, first))[1] is None
    second = follow(transport, replay)
    next(second)
    first.set()
    assert [each.done for each in second] == [True]
    assert replay.connections == 1


def test_many_streams_and_stops_at_once(replay, transport):
    """Every second stream is stopped in the middle; the others come through whole, and no stop reaches a stranger."""
    replay.on(
        "POST",
        "/x",
        lambda received: (
            Answer.stream([HELLO] * 20 + [DONE], delay=0.002, then="end")
            if received.json["n"] % 2
            else Answer.stream([HELLO], then="hang")
        ),
    )
    outcomes: dict[int, object] = {}

    def run(n: int) -> None:
        stop = Stop()
        request = WireRequest(f"{replay.url}/x", {}, {"n": n})
        count = 0
        try:
            with transport.stream(request, stop, provider="openai") as stream:
                for _ in stream.events():
                    count += 1
                    if not n % 2:
                        threading.Thread(target=stop.set).start()
        except PlaygroundError as error:
            outcomes[n] = type(error)
        else:
            outcomes[n] = count

    threads = [threading.Thread(target=run, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {n: 21 if n % 2 else CancelledError for n in range(64)}


def test_a_stop_needs_no_reader(replay, transport):
    """The provider is hung up on although the thread that reads is busy with something else."""
    replay.on("POST", "/x", Answer.stream([HELLO, HELLO], then="hang"))
    stop = Stop()
    events = follow(transport, replay, stop)
    next(events)
    stop.set()
    assert replay.hung_up.wait(10)
    assert type(ending(events)[1]) is CancelledError
