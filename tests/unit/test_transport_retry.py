"""Sending again: only before the first byte, only what may pass by itself, never longer than a person would wait."""

import logging
import threading
import time
from email.utils import formatdate

import pytest

from playground.call import Stop
from playground.errors import CancelledError, PlaygroundError, ProviderError
from playground.retry import asked_pause, backoff
from playground.transport import Transport
from playground.wire import WireRequest
from tests.replay import Answer, event

SOON = {"retry-after-ms": "1"}


def ask(replay, settings, retries=2, stop=None):
    transport = Transport(settings(PLAYGROUND_RETRIES=retries))
    request = WireRequest(f"{replay.url}/x", {}, {"q": 1})
    return transport.send(request, stop or Stop(), provider="openai").body


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_sent_again(replay, settings, status):
    replay.on("POST", "/x", Answer(status, SOON), Answer(status, SOON), Answer.json({"n": 3}))
    assert ask(replay, settings) == {"n": 3}
    assert [sent.json for sent in replay.requests] == [{"q": 1}] * 3


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_as_often_as_the_settings_say(replay, settings, retries):
    replay.on("POST", "/x", Answer(503, SOON))
    with pytest.raises(PlaygroundError) as caught:
        ask(replay, settings, retries)
    assert len(replay.requests) == retries + 1
    assert caught.value.exchange.status == 503


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 413, 418, 422, 501])
def test_what_stays_wrong_is_not_sent_again(replay, settings, status):
    replay.on("POST", "/x", Answer(status, SOON | {"x-should-retry": "true"}))
    with pytest.raises(PlaygroundError):
        ask(replay, settings)
    assert len(replay.requests) == 1


@pytest.mark.parametrize(
    ("name", "status"),
    [("openai-quota", 429), ("openai-credit", 429), ("anthropic-spend", 429), ("google-key", 400)],
)
def test_money_and_keys_do_not_come_back_by_themselves(replay, settings, name, status):
    replay.on("POST", "/x", Answer.golden(f"errors/{name}.json", status, SOON))
    with pytest.raises(PlaygroundError):
        ask(replay, settings)
    assert len(replay.requests) == 1


def test_the_providers_word_that_it_does_not_help(replay, settings):
    replay.on("POST", "/x", Answer(500, SOON | {"x-should-retry": "false"}))
    with pytest.raises(ProviderError):
        ask(replay, settings)
    assert len(replay.requests) == 1


@pytest.mark.parametrize(
    "headers", [{"retry-after": "61"}, {"retry-after": formatdate(time.time() + 3600, usegmt=True)}]
)
def test_a_long_wait_is_passed_on(replay, settings, headers):
    replay.on("POST", "/x", Answer(429, headers))
    with pytest.raises(PlaygroundError) as caught:
        ask(replay, settings)
    assert caught.value.retry_after > 60
    assert len(replay.requests) == 1


def test_without_a_word_it_waits_by_itself_and_says_so(replay, settings, caplog):
    caplog.set_level(logging.INFO, "playground")
    replay.on("POST", "/x", Answer.drop(), Answer.json({}))
    assert ask(replay, settings) == {}
    assert "sent again in 0." in caplog.text


def test_a_stop_ends_the_wait(replay, settings):
    stop = Stop()
    answered = threading.Event()

    def refuse(_):
        answered.set()
        return Answer(503, {"retry-after": "59"})

    replay.on("POST", "/x", refuse)
    threading.Thread(target=lambda: answered.wait() and stop.set()).start()
    with pytest.raises(CancelledError):
        ask(replay, settings, stop=stop)
    assert len(replay.requests) == 1


def test_a_stream_is_sent_again_only_before_it_begins(replay, settings):
    replay.on("POST", "/x", Answer(529, SOON), Answer.stream([event({"n": 1})], then="close"))
    transport, got = Transport(settings()), []
    with (
        pytest.raises(ProviderError),
        transport.stream(WireRequest(f"{replay.url}/x", {}, {}), Stop(), provider="openai") as stream,
    ):
        got += stream.events()
    assert len(replay.requests) == 2


def test_a_pause_is_read_in_every_form():
    date = formatdate(time.time() + 10, usegmt=True)
    assert asked_pause({"retry-after-ms": "250", "retry-after": "9"}, "") == 0.25
    assert asked_pause({"retry-after": "1.5"}, "") == 1.5
    assert 8 < asked_pause({"retry-after": date}, "") <= 10
    assert asked_pause({}, '{"details": [{"retryDelay": "0.5s"}]}') == 0.5
    for odd in ("", "soon", "inf", "nan", "Mon, 99 Foo 2026"):
        assert asked_pause({"retry-after": odd}, "") is None
    assert asked_pause({"retry-after": "-5"}, "") == 0


def test_backoff_grows_to_a_limit_and_is_never_the_same():
    for attempt, most in enumerate([0.5, 1, 2, 4, 8, 8, 8]):
        pauses = {backoff(attempt) for _ in range(50)}
        assert all(most * 0.75 <= pause <= most for pause in pauses)
        assert len(pauses) > 1
