"""The transport sends what it was given, reads what comes, and says what went wrong, over real HTTP."""

import gzip
import hashlib
import json
import logging
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from playground.call import Stop
from playground.errors import (
    BadRequestError,
    InferenceServiceUnavailableError,
    PlaygroundError,
    ProviderError,
    TimeoutError,  # noqa: A004
    UnauthorizedError,
)
from playground.transport import Transport
from playground.wire import File, WireRequest
from tests.replay import Answer, ReplayServer

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


def test_json_there_and_back(replay, transport):
    replay.on("POST", "/v1/x", Answer.json({"text": "Zürich 🏔"}, headers={"x-request-id": "req_1"}))
    reply = ask(transport, f"{replay.url}/v1/x?a=1", {"q": "für 🏔"})
    assert reply.body == {"text": "Zürich 🏔"}
    sent = replay.requests[0]
    assert (sent.method, sent.path, sent.query, sent.json) == ("POST", "/v1/x", {"a": "1"}, {"q": "für 🏔"})
    assert sent.body == '{"q":"für 🏔"}'.encode()
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["content-type"] == "application/json"
    assert (reply.exchange.status, reply.exchange.request_id) == (200, "req_1")


def test_a_get_has_no_body(replay, transport):
    replay.on("GET", "/models", Answer.json({"data": []}))
    reply = transport.send(WireRequest(f"{replay.url}/models", {}, method="GET"), Stop(), provider="openai")
    assert reply.body == {"data": []}
    assert replay.requests[0].body == b""
    assert "content-type" not in replay.requests[0].headers
    assert reply.exchange.body is None


def test_a_form_with_a_file(replay, transport):
    replay.on("POST", "/audio", Answer.json({"text": "hello"}))
    sound = bytes(range(256)) * 300
    form = (("model", "whisper-1"), ("timestamp_granularities[]", "word"), ("timestamp_granularities[]", "segment"))
    request = WireRequest(f"{replay.url}/audio", {}, form=form, file=File("a.wav", "audio/wav", sound))
    reply = transport.send(request, Stop(), provider="openai")
    parts = replay.requests[0].form
    assert [(part.name, part.text) for part in parts[:3]] == list(form)
    assert (parts[3].name, parts[3].filename, parts[3].mime, parts[3].data) == ("file", "a.wav", "audio/wav", sound)
    assert reply.exchange.body["file"].pop("sha256") == hashlib.sha256(sound).hexdigest()
    assert reply.exchange.body == {
        "form": [list(field) for field in form],
        "file": {"name": "a.wav", "mime": "audio/wav", "bytes": len(sound)},
    }


def test_a_form_is_sent_again_whole(replay, settings):
    replay.on("POST", "/audio", Answer(503, {"retry-after-ms": "1"}), Answer.json({}))
    transport = Transport(settings())
    request = WireRequest(f"{replay.url}/audio", {}, form=(("a", "b"),), file=File("a.wav", "audio/wav", b"RIFF"))
    transport.send(request, Stop(), provider="openai")
    assert [[part.data for part in sent.form] for sent in replay.requests] == [[b"b", b"RIFF"]] * 2


def test_a_large_body_arrives_whole(replay, transport):
    replay.on("POST", "/x", Answer.json({}))
    text = "x" * 5_000_000
    ask(transport, f"{replay.url}/x", {"text": text})
    assert replay.requests[0].json == {"text": text}


def test_lone_surrogates_do_not_crash(replay, transport):
    replay.on("POST", "/x", Answer.json({"text": "\ud83d"}))
    reply = ask(transport, f"{replay.url}/x", {"pair": "\ud83d\ude00", "lone": "a\ud83d"})
    assert replay.requests[0].json == {"pair": "😀", "lone": "a\ufffd"}
    assert reply.exchange.body == {"pair": "😀", "lone": "a\ufffd"}
    assert reply.body == {"text": "\ud83d"}
    request = WireRequest(
        f"{replay.url}/x", {}, form=(("prompt", "a\ud83d"),), file=File("\ud83d.wav", "audio/wav", b"")
    )
    transport.send(request, Stop(), provider="openai")
    assert replay.requests[1].form[0].text == "a\ufffd"


def test_what_json_does_not_have_is_a_bad_request(replay, transport):
    error = refused(transport, f"{replay.url}/x", {"parameters": object()})
    assert isinstance(error, BadRequestError)
    assert "JSON" in error.message
    assert replay.requests == []


def test_a_compressed_answer(replay, transport):
    body = gzip.compress(b'{"a": 1}')
    replay.on("POST", "/x", Answer(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, body))
    assert ask(transport, f"{replay.url}/x").body == {"a": 1}
    assert replay.requests[0].headers["accept-encoding"] == "gzip"


def test_what_pretends_to_be_compressed(replay, transport):
    replay.on("POST", "/x", Answer(200, {"Content-Encoding": "gzip"}, b'{"a": 1}'))
    assert isinstance(refused(transport, f"{replay.url}/x"), ProviderError)


@pytest.mark.parametrize("text", ["1\n00:00:00,000 --> 00:00:01,000\nhällo\n", "123", ""])
def test_text_where_text_was_asked_for(replay, transport, text):
    replay.on("POST", "/x", Answer(200, {"Content-Type": "text/plain; charset=utf-8"}, text.encode()))
    assert ask(transport, f"{replay.url}/x", text=True).body == text


def test_json_where_text_was_allowed(replay, transport):
    replay.on("POST", "/x", Answer.json({"text": "a"}))
    assert ask(transport, f"{replay.url}/x", text=True).body == {"text": "a"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            Answer(200, {"Content-Type": "text/html"}, b"<!doctype html><title>Log in</title>"),
            ["text/html", "<!doctype"],
        ),
        (Answer(200, {"Content-Type": "application/json"}, b'{"a": '), ["application/json", '{"a":']),
        (Answer(200, {}, b""), ["no content type", "nothing in it"]),
        (Answer(204, {}), ["nothing in it"]),
        (Answer(200, {"Content-Type": "text/plain"}, f"your key {KEY} is fine".encode()), ["your key ••• is fine"]),
    ],
)
def test_nonsense_with_status_200(replay, transport, answer, words):
    replay.on("POST", "/x", answer)
    error = refused(transport, f"{replay.url}/x")
    assert type(error) is ProviderError
    for word in [*words, "base URL", "`openai`"]:
        assert word in error.message
    assert error.exchange.status in (200, 204)


def test_a_page_is_no_text(replay, transport):
    replay.on("POST", "/x", Answer.golden("errors/bad-gateway.html"))
    assert "`text/html`" in refused(transport, f"{replay.url}/x", text=True).message


def test_an_answer_that_breaks_off(replay, transport):
    replay.on("POST", "/x", Answer(200, {"Content-Type": "application/json"}, pieces=(b'{"a":',), then="close"))
    error = refused(transport, f"{replay.url}/x")
    assert type(error) is ProviderError
    assert "broke off" in error.message
    assert len(replay.requests) == 1


def test_silence_is_a_timeout(replay, settings):
    replay.on("POST", "/x", Answer(wait=3600))
    error = refused(Transport(settings(PLAYGROUND_TIMEOUT=0.2)), f"{replay.url}/x")
    assert type(error) is TimeoutError
    assert "0.2 s" in error.message
    assert "PLAYGROUND_TIMEOUT" in error.message
    assert len(replay.requests) == 1, "what was silent is not asked again"
    assert replay.hung_up.wait(5)


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_timeout_that_allows_nothing(settings, seconds):
    with pytest.raises(ValueError, match="PLAYGROUND_TIMEOUT"):
        Transport(settings(PLAYGROUND_TIMEOUT=seconds))


def test_nobody_listens(transport):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{reserved.getsockname()[1]}"
        error = refused(transport, f"http://{address}/v1")
    assert type(error) is InferenceServiceUnavailableError
    assert f"`{address}`" in error.message
    assert "start it" in error.message
    assert error.exchange.status is None


def test_no_such_host(transport):
    error = refused(transport, "http://no-such-host.invalid/v1")
    assert type(error) is InferenceServiceUnavailableError
    assert "`no-such-host.invalid`" in error.message


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/x", "127.0.0.1:80/x", "/v1", "http://", "http://[x", "http://a:0/", "http://a:b/"]
)
def test_a_base_url_that_is_none(transport, url):
    error = refused(transport, url)
    assert type(error) is InferenceServiceUnavailableError
    assert error.details["retryable"] is False
    assert "base URL" in error.message


def test_a_server_that_does_not_speak_http(transport):
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:

        def greet():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"220 mail ready\r\n" * 3)

        greeting = pool.submit(greet)
        error = refused(transport, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        greeting.result()
    assert type(error) is ProviderError
    assert "HTTP" in error.message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(replay, transport, status):
    with ReplayServer() as elsewhere:
        replay.on("POST", "/x", Answer(status, {"Location": f"{elsewhere.url}/x?token=abc"}))
        error = refused(transport, f"{replay.url}/x")
        assert type(error) is ProviderError
        assert f"`{elsewhere.url}`" in error.message
        assert "abc" not in error.message
        assert error.exchange.status == status
        assert elsewhere.connections == 0


@pytest.mark.parametrize("location", ["http://[bad", "", "/elsewhere"])
def test_odd_redirects(replay, transport, location):
    replay.on("POST", "/x", Answer(307, {"Location": location} if location else {}))
    assert "redirects are never followed" in refused(transport, f"{replay.url}/x").message
    assert len(replay.requests) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(replay, settings, monkeypatch, variable):
    with ReplayServer() as proxy:
        monkeypatch.setenv(variable, proxy.url)
        replay.on("POST", "/x", Answer.json({"a": 1}))
        assert ask(Transport(settings()), f"{replay.url}/x").body == {"a": 1}
        assert proxy.connections == 0


def test_no_cookie_is_kept(replay, transport):
    replay.on("POST", "/x", Answer.json({}, headers={"Set-Cookie": "session=abc; Path=/"}))
    ask(transport, f"{replay.url}/x")
    ask(transport, f"{replay.url}/x")
    assert "cookie" not in replay.requests[1].headers


@pytest.mark.parametrize("key", ["sk-line\nend-0123456789", "sk-schlüssel-0123456789"])
def test_a_key_that_no_header_can_hold(replay, settings, key):
    request = WireRequest(f"{replay.url}/x", {"Authorization": f"Bearer {key}"}, {})
    with pytest.raises(UnauthorizedError) as caught:
        Transport(settings()).send(request, Stop(), provider="openai")
    assert "0123456789" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_secrets_stay_inside(replay, settings, caplog):
    """Neither log, error nor exchange has the key, whatever the provider says."""
    caplog.set_level(logging.DEBUG)
    other = "another-secret-of-the-settings"
    transport = Transport(settings(OPENAI_API_KEY=KEY, GEMINI_API_KEY=other, PLAYGROUND_RETRIES=1))
    echo = {"error": {"message": f"bad key {KEY} in {{'Authorization': 'Bearer {KEY}'}}, not {other}"}}
    replay.on("POST", "/v1", Answer.json(echo, 500, {"retry-after-ms": "1"}))
    host = replay.url.removeprefix("http://")
    headers = {"Authorization": f"Bearer {KEY}", "x-goog-api-key": other, "X-Api-Key": KEY, "x-note": f"a {other} b"}
    body = {"prompt": f"my key is {KEY}", "list": [other]}
    request = WireRequest(f"http://user:{KEY}@{host}/v1?key={other}", headers, body)
    with pytest.raises(PlaygroundError) as caught:
        transport.send(request, Stop(), provider="openai")
    error, sent = caught.value, replay.requests[0]
    assert (sent.json, sent.headers["x-goog-api-key"], sent.query) == (body, other, {"key": other})
    assert error.exchange.headers == {
        "Authorization": "Bearer •••",
        "x-goog-api-key": "•••",
        "X-Api-Key": "•••",
        "x-note": "a ••• b",
    }
    assert error.exchange.url == f"http://•••@{host}/v1?key=•••"
    assert error.exchange.body == {"prompt": "my key is •••", "list": ["•••"]}
    everything = [str(error), repr(error), json.dumps(error.body()), repr(error.exchange), caplog.text]
    for text in everything:
        assert KEY not in text
        assert other not in text
    assert "sent again" in caplog.text


def test_base64_is_remembered_as_its_size(replay, transport):
    replay.on("POST", "/x", Answer.json({}))
    data = "QUJD" * 1000
    body = {
        "image": f"data:image/png;base64,{data}",
        "parts": [{"data": data + "QQ=="}, {"text": "word " * 500, "short": "QUJD" * 64}],
        "vector": [0.125] * 500,
    }
    exchange = ask(transport, f"{replay.url}/x", body).exchange
    assert replay.requests[0].json == body
    assert exchange.body == {
        "image": "data:image/png;base64,<base64, 3000 bytes>",
        "parts": [{"data": "<base64, 3001 bytes>"}, {"text": "word " * 500, "short": "QUJD" * 64}],
        "vector": [0.125] * 500,
    }
