"""Streams: events as they come, every way to end, and what becomes of the connection."""

import zlib

import pytest

from playground.call import Stop
from playground.errors import (
    InferenceServiceUnavailableError,
    ProviderError,
    TimeoutError,  # noqa: A004
    TruncatedStreamError,
)
from playground.transport import Transport
from playground.wire import Event, WireRequest
from tests.replay import Answer, event
from tests.streams import DONE, HELLO, ending, follow


@pytest.fixture
def transport(settings):
    transport = Transport(settings(PLAYGROUND_RETRIES=0, PLAYGROUND_TIMEOUT=30, OPENAI_API_KEY="hunter2-hunter2"))
    yield transport
    transport.close()


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
    details = {"upstream_code": "hunter2-hunter2", "upstream_status": 400}
    with (
        pytest.raises(ProviderError) as caught,
        transport.stream(request, Stop(), provider="openai") as stream,
    ):
        raise ProviderError(f"it said hunter2-hunter2 {next(stream.events()).data}", details=details)
    assert caught.value.message == str(caught.value) == "it said ••• {'text': 'hello'}"
    assert caught.value.details == {"upstream_code": "•••", "upstream_status": 400}


def test_silence_is_counted_between_bytes(replay, settings):
    transport = Transport(settings(PLAYGROUND_TIMEOUT=1, PLAYGROUND_RETRIES=0))
    replay.on("POST", "/x", Answer.stream([HELLO] * 7, delay=0.2, then="hang"))
    got, error = ending(follow(transport, replay))
    assert got == [{"text": "hello"}] * 7, "longer than the timeout in sum"
    assert type(error) is TimeoutError
    assert replay.hung_up.wait(10)


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
