"""Streams: events as they come, every way to end, and hanging up at once."""

import socket
import ssl
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from playground.call import Stop
from playground.errors import (
    CancelledError,
    InferenceServiceUnavailableError,
    PlaygroundError,
    ProviderError,
    TimeoutError,  # noqa: A004
    TruncatedStreamError,
)
from playground.transport import Transport
from playground.wire import Event, WireRequest
from tests.replay import GOLDEN, Answer, ReplayServer, event

HELLO, DONE = event({"text": "hello"}), event("[DONE]")


@pytest.fixture
def transport(settings):
    transport = Transport(settings(PLAYGROUND_RETRIES=0, PLAYGROUND_TIMEOUT=30, OPENAI_API_KEY="hunter2-hunter2"))
    yield transport
    transport.close()


def follow(transport: Transport, server: ReplayServer, stop: Stop | None = None) -> Iterator[Event]:
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


def test_events_as_they_come(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO, event({"a": "é"}, "delta"), b": comment\n\n", DONE]))
    assert list(follow(transport, replay)) == [
        Event("", {"text": "hello"}),
        Event("delta", {"a": "é"}),
        Event("", None, done=True),
    ]
    sent = replay.requests[0].headers
    assert (sent["accept"], sent["accept-encoding"]) == ("text/event-stream", "identity")


def test_an_event_does_not_wait_for_the_next(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO], then="hang"))
    events = follow(transport, replay)
    assert next(events).data == {"text": "hello"}
    events.close()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_characters_cut_in_two_by_the_network(replay, transport, end):
    data = (HELLO + event({"text": "Zürich 🏔 日本"}, "delta") + DONE).replace(b"\n", end.encode())
    replay.on("POST", "/x", Answer.stream(data[i : i + 1] for i in range(len(data))))
    got, error = ending(follow(transport, replay))
    assert got == [{"text": "hello"}, {"text": "Zürich 🏔 日本"}, None]
    assert error is None


def test_a_cut_connection_is_a_truncated_stream(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO], then="close"))
    got, error = ending(follow(transport, replay))
    assert got == [{"text": "hello"}]
    assert type(error) is TruncatedStreamError
    assert "is kept" in error.message


def test_an_end_inside_an_event_is_a_truncated_stream(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO, b'data: {"text": "wor']))
    got, error = ending(follow(transport, replay))
    assert got == [{"text": "hello"}]
    assert type(error) is TruncatedStreamError


def test_an_event_that_is_not_json(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO, b"data: {oops hunter2-hunter2}\n\n", HELLO]))
    got, error = ending(follow(transport, replay))
    assert got == [{"text": "hello"}]
    assert type(error) is ProviderError
    assert "`{oops •••}`" in error.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            Answer(200, {"Content-Type": "text/html"}, b"<html>Log in, hunter2-hunter2</html>"),
            ["text/html", "in, •••<"],
        ),
        (Answer(200, {"Content-Type": "text/event-stream"}, b""), ["nothing in it"]),
        (Answer(200, {"Content-Type": "text/event-stream"}, b": only comments\n\n"), ["only comments"]),
        (Answer(200, {"Content-Type": "application/json"}, b'{"broken'), ["application/json"]),
        (Answer(200, {}, b"\x00\x01\x02"), ["no content type"]),
    ],
)
def test_a_stream_without_an_event_is_an_error(replay, transport, answer, words):
    replay.on("POST", "/x", answer)
    got, error = ending(follow(transport, replay))
    assert got == []
    assert type(error) is ProviderError
    for word in words:
        assert word in error.message
    assert "hunter2" not in error.message


def test_one_json_value_counts_as_one_event(replay, transport):
    replay.on("POST", "/x", Answer.json({"error": "no"}))
    assert list(follow(transport, replay)) == [Event("", {"error": "no"})]


def test_a_compressed_stream_is_read_all_the_same(replay, transport):
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(HELLO) + packer.flush(zlib.Z_SYNC_FLUSH), packer.compress(DONE) + packer.flush()]
    replay.on("POST", "/x", Answer.stream(pieces, headers={"Content-Encoding": "gzip"}))
    assert ending(follow(transport, replay)) == ([{"text": "hello"}, None], None)


def test_an_error_before_the_stream(replay, transport):
    replay.on("POST", "/x", Answer.golden("errors/anthropic-overloaded.json", 529))
    error = ending(follow(transport, replay))[1]
    assert type(error) is InferenceServiceUnavailableError
    assert error.exchange.status == 529
    assert error.exchange.body == {"stream": True}


def test_the_exchange_is_there_before_the_first_event(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO], headers={"request-id": "req_7"}))
    request = WireRequest(f"{replay.url}/x", {"x-api-key": "abc"}, {"stream": True})
    with transport.stream(request, Stop(), provider="openai") as stream:
        assert (stream.exchange.status, stream.exchange.request_id) == (200, "req_7")
        assert stream.exchange.headers == {"x-api-key": "•••"}


def test_known_secrets_are_masked_in_what_the_reader_raises(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO]))
    request = WireRequest(f"{replay.url}/x", {}, {})
    with (
        pytest.raises(ProviderError) as caught,
        transport.stream(request, Stop(), provider="openai") as stream,
    ):
        raise ProviderError(f"it said hunter2-hunter2 {next(stream.events()).data}")
    assert caught.value.message == str(caught.value) == "it said ••• {'text': 'hello'}"


def test_silence_is_counted_between_bytes(replay, settings):
    transport = Transport(settings(PLAYGROUND_TIMEOUT=1, PLAYGROUND_RETRIES=0))
    replay.on("POST", "/x", Answer.stream([HELLO] * 7, delay=0.2, then="hang"))
    got, error = ending(follow(transport, replay))
    assert got == [{"text": "hello"}] * 7, "longer than the timeout in sum"
    assert type(error) is TimeoutError
    assert replay.hung_up.wait(10)


# Ends -----------------------------------------------------------------------------------------------------------


def test_a_finished_stream_leaves_its_connection_to_the_next(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO, DONE]))
    for _ in range(3):
        for each in (events := follow(transport, replay)):
            if each.done:
                break
        events.close()
    for _ in range(3):
        assert ending(follow(transport, replay))[1] is None
    assert replay.connections <= 4, "the first three were left at their last event, whose connection may be closed"


def test_a_reader_that_stops_at_the_last_event_keeps_the_connection(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO, DONE]))
    request = WireRequest(f"{replay.url}/x", {}, {})
    for _ in range(5):
        with transport.stream(request, Stop(), provider="openai") as stream:
            assert next(each.done for each in stream.events() if each.done)
    assert replay.connections == 1


def test_a_body_that_goes_on_after_its_last_event_is_left(replay, transport):
    replay.on("POST", "/x", Answer.stream([HELLO, DONE], then="hang"))
    request = WireRequest(f"{replay.url}/x", {}, {})
    with transport.stream(request, Stop(), provider="openai") as stream:
        assert next(each.done for each in stream.events() if each.done)
    assert replay.hung_up.wait(10)


def test_a_body_that_never_ends_is_left(replay, transport):
    replay.on("POST", "/x", Answer.stream([DONE] * 2000, delay=0.005))
    request = WireRequest(f"{replay.url}/x", {}, {})
    with transport.stream(request, Stop(), provider="openai") as stream:
        assert next(stream.events()).done
    assert replay.hung_up.wait(10)


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


# Stops ----------------------------------------------------------------------------------------------------------


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
