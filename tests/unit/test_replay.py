"""The replay server does what the tests of everything else rely on."""

import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from tests.replay import Answer, ReplayServer, event


def _ask(server: ReplayServer, method: str, path: str, body: bytes = b"", **headers: str):
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=5)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def test_answers_are_consumed_in_order_and_the_last_repeats(replay):
    replay.on("POST", "/a", Answer.json({"n": 1}), Answer.json({"n": 2}, 429))
    seen = [_ask(replay, "POST", "/a?x=1", b'{"q": "\xc3\xa9"}', Accept="*/*") for _ in range(3)]
    assert [(status, json.loads(body)["n"]) for status, body in seen] == [(200, 1), (429, 2), (429, 2)]
    first = replay.requests[0]
    assert (first.method, first.path, first.query, first.json) == ("POST", "/a", {"x": "1"}, {"q": "é"})
    assert first.headers["accept"] == "*/*"


def test_an_unknown_path_is_404(replay):
    assert _ask(replay, "GET", "/nowhere")[0] == 404


def test_multipart_parts_are_read_as_sent(replay):
    replay.on("POST", "/f", Answer.json({}))
    body = (
        b'--B\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n'
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\nContent-Type: audio/wav\r\n\r\n'
        + bytes(range(256))
        + b"\r\n\r\n--B--\r\n"
    )
    _ask(replay, "POST", "/f", body, **{"Content-Type": "multipart/form-data; boundary=B"})
    model, file = replay.requests[0].form
    assert (model.name, model.text) == ("model", "whisper-1")
    assert (file.filename, file.mime, file.data) == ("a.wav", "audio/wav", bytes(range(256)) + b"\r\n")


def test_a_stream_is_chunked_and_can_be_cut(replay):
    replay.on("GET", "/s", Answer.stream([event({"a": 1}), event("[DONE]")]), Answer.stream([b"data: x"], then="close"))
    assert _ask(replay, "GET", "/s") == (200, b'data: {"a": 1}\n\ndata: [DONE]\n\n')
    with pytest.raises(http.client.IncompleteRead) as cut:
        _ask(replay, "GET", "/s")
    assert cut.value.partial == b"data: x"


def test_it_sees_the_client_hang_up_while_silent(replay):
    replay.on("GET", "/h", Answer.stream([b"data: 1\n\n"], then="hang"))
    address = urlsplit(replay.url)
    with socket.create_connection((address.hostname, address.port)) as client:
        client.sendall(b"GET /h HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        assert not replay.hung_up.is_set()
    assert replay.hung_up.wait(5)
    assert replay.hung_up.at > 0


def test_an_ordinary_goodbye_is_no_hang_up(replay):
    replay.on("GET", "/a", Answer.json({}))
    _ask(replay, "GET", "/a")
    assert not replay.hung_up.is_set()
