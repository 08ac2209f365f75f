"""Snippets are run as they stand, by a shell and by Python, and what arrives is compared with the request."""

import base64
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.contract import RawInferenceRequest
from playground.snippets import INLINE, as_curl, as_json, as_mixpeek, as_python, body, execution
from tests.specimens import paper, picture

KEY = "pk_snippet-test"
NASTY = "it's \"quoted\" $HOME `id` \\ $(id) 100% \t\r\n JSON\n\nEOF\n'\u2028 é 漢字 🙂 \x00 \x7f \\u0000 {{x}} !!"


ANSWER = {
    "documents": ["found"],
    "data": {"text": "arrived"},
    "provider": "local",
    "model": "handbook",
    "latency_ms": 1.5,
    "cached": False,
}


@dataclass
class Echo:
    """A server that keeps what it was sent and answers like the playground."""

    url: str = ""
    received: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    found = Echo()

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers.get("Transfer-Encoding") == "chunked":
                sent = _chunks(self.rfile)
            found.received.append((self.path, dict(self.headers.items()), json.loads(sent)))
            answer = json.dumps(ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()


def _chunks(file: Any) -> bytes:
    parts = []
    while size := int(file.readline(), 16):
        parts.append(file.read(size))
        file.readline()
    return b"".join(parts)


def by_shell(snippet: str, cwd: Path | None = None) -> str:
    return _run(["sh", "-e"], snippet, cwd)


def by_python(snippet: str, cwd: Path | None = None) -> str:
    return _run([sys.executable, "-"], snippet, cwd)


def _run(command: list[str], snippet: str, cwd: Path | None) -> str:
    done = subprocess.run(
        command, input=snippet.encode(), capture_output=True, cwd=cwd, env=os.environ | {"PLAYGROUND_API_KEY": KEY}
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


WAYS: list[tuple[Callable[[Any, str], str], Callable[..., str]]] = [
    (as_curl, by_shell),
    (as_python, by_python),
]
ways = pytest.mark.parametrize(("write", "execute"), WAYS, ids=["curl", "python"])
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no `curl` on this machine")


def chat(prompt: str, **parameters: Any) -> RawInferenceRequest:
    return RawInferenceRequest(
        provider="local",
        model="handbook",
        inputs={"messages": [{"role": "user", "content": prompt}], "system": "Be brief."},
        parameters=parameters or None,
    )


@needs_curl
@ways
def test_a_snippet_sends_the_request_with_the_key(echo: Echo, write: Any, execute: Any) -> None:
    request = chat(NASTY, temperature=0.5, schema={"type": "object", "additionalProperties": False})
    output = execute(write(request, echo.url))
    path, headers, sent = echo.received[-1]
    assert path == "/v1/inference"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert headers["Content-Type"] == "application/json"
    assert sent == body(request)
    assert "arrived" in output


@needs_curl
@ways
def test_a_file_is_read_where_the_snippet_runs(echo: Echo, write: Any, execute: Any, tmp_path: Path) -> None:
    sound = bytes(range(256)) * 40
    (tmp_path / "audio.wav").write_bytes(sound)
    inputs = {"audio_base64": base64.b64encode(sound).decode()}
    request = RawInferenceRequest(provider="local", model="x", inputs=inputs, parameters={"prompt": NASTY})
    snippet = write(request, echo.url)
    assert inputs["audio_base64"][:40] not in snippet
    execute(snippet, tmp_path)
    sent = echo.received[-1][2]
    assert base64.b64decode(sent["inputs"]["audio_base64"]) == sound
    assert sent["parameters"] == {"prompt": NASTY}


@ways
def test_a_reference_from_the_history_becomes_a_file(write: Any, execute: Any) -> None:
    request = {"provider": "local", "model": "x", "inputs": {"audio_base64": "media:" + "0" * 64}}
    assert "audio.wav" in write(request, "http://127.0.0.1:1")
    assert "<base64 of audio.wav>" in as_json(request)


@needs_curl
@ways
def test_every_file_of_a_message_is_read_by_its_own_name(echo: Echo, write: Any, execute: Any, tmp_path: Path) -> None:
    files = {"image.png": picture("ONE" * 9), "image-2.jpg": picture("TWO", "JPEG"), "document.pdf": paper()}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    one, two, three = (base64.b64encode(data).decode() for data in files.values())
    content = [
        {"type": "image", "base64": one},
        {"type": "image", "url": "https://example.com/a.png"},
        {"type": "text", "text": NASTY},
    ]
    inputs = {
        "messages": [{"role": "user", "content": content}],
        "image_urls": ["https://example.com/b.png", f"data:image/jpeg;base64,{two}"],
        "document_base64": three,
    }
    request = RawInferenceRequest(provider="openai", model="x", inputs=inputs)
    snippet = write(request, echo.url)
    assert not [each for each in (one, two, three) if each[:80] in snippet]
    assert not [each for each in (one, two, three) if each[:80] in as_json(request)]
    execute(snippet, tmp_path)
    assert echo.received[-1][2] == body(request)


@pytest.mark.slow  # the published client takes seconds to import
def test_the_published_client_sends_the_request_and_the_files(echo: Echo, tmp_path: Path) -> None:
    (tmp_path / "image.png").write_bytes(picture("ONE" * 9))
    inputs = {"prompts": [NASTY], "image_base64": base64.b64encode(picture("ONE" * 9)).decode()}
    request = RawInferenceRequest(provider="openai", model="x", inputs=inputs, parameters={"top_p": -0.5, "stop": None})
    output = by_python(as_mixpeek(request, echo.url), tmp_path)
    path, headers, sent = echo.received[-1]
    assert path == "/v1/inference"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert sent == body(request) | {"enable_semantic_cache": False}  # the client always sends it
    assert "arrived" in output


QUERY = {"input_mode": "vector", "value": "{{INPUT.vector}}"}
PARAMETERS = {"searches": [{"feature_uri": "embedding", "query": QUERY, "top_k": 5}], "final_top_k": 5}
STAGES = [{"stage_name": "search", "config": {"stage_id": "feature_search", "parameters": PARAMETERS}}]
SEARCH = {"stages": STAGES, "inputs": {"vector": [0.25, -1, 2e-05], "note": NASTY}}


@needs_curl
@ways
def test_a_search_goes_to_its_namespace(echo: Echo, write: Any, execute: Any) -> None:
    output = execute(write(execution(SEARCH, "notes"), echo.url))
    path, headers, sent = echo.received[-1]
    assert (path, headers["X-Namespace"]) == ("/v1/retrievers/execute", "notes")
    assert sent == SEARCH
    assert "found" in output


def test_the_published_client_sends_a_search(echo: Echo) -> None:
    assert "found" in by_python(as_mixpeek(execution(SEARCH, "notes"), echo.url))
    path, headers, sent = echo.received[-1]
    assert (path, headers["X-Namespace"]) == ("/v1/retrievers/execute", "notes")
    assert (sent["inputs"], sent["stages"][0]["config"]["parameters"]) == (SEARCH["inputs"], PARAMETERS)


def test_a_saved_retriever_and_another_server_are_named() -> None:
    saved = execution({"inputs": {"query": "hi"}}, "notes", "ret_1")
    assert "RetrieversApi(client).execute_retriever('ret_1', {" in as_mixpeek(saved, "http://here")
    assert "curl http://here/v1/retrievers/ret_1/execute " in as_curl(saved, "http://here")
    there = replace(saved, origin="https://there", key="MIXPEEK_API_KEY", namespace="")
    assert "curl https://there/v1/retrievers/ret_1/execute " in as_curl(there, "http://here")
    for text in (as_curl(there, "http://here"), as_python(there, "http://here"), as_mixpeek(there, "http://here")):
        assert "MIXPEEK_API_KEY" in text
        assert "amespace" not in text
        assert "http://here" not in text


def test_vectors_stand_on_one_line() -> None:
    for text in (as_json(execution(SEARCH, "notes")), as_python(execution(SEARCH, "notes"), "http://here")):
        assert "[0.25, -1, 2e-05]" in text


def test_what_the_history_adds_is_in_no_form() -> None:
    kept = {"provider": "x", "model": "y", "inputs": {"text": "a"}, "fetched": {"image_url": "media:" + "0" * 64}}
    assert "fetched" not in json.loads(as_json(kept))


def test_what_was_not_set_is_in_no_form() -> None:
    sent = json.loads(as_json(chat("hello")))
    assert sent == {
        "provider": "local",
        "model": "handbook",
        "inputs": {"messages": [{"role": "user", "content": "hello"}], "system": "Be brief."},
    }


def test_short_base64_is_shown() -> None:
    short = {"provider": "local", "model": "x", "inputs": {"audio_base64": "A" * INLINE}}
    assert json.loads(as_json(short)) == short


texts = st.text(st.characters(codec="utf-8"), max_size=40) | st.just(NASTY)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
requests = st.builds(
    RawInferenceRequest,
    provider=texts,
    model=texts,
    inputs=st.dictionaries(texts, values, max_size=3),
    parameters=st.none() | st.dictionaries(texts, values, max_size=3),
    enable_semantic_cache=st.booleans(),
    cache_delta=st.none() | st.floats(0, 1),
)
property_test = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@needs_curl
@ways
@given(request=requests)
@property_test
def test_whatever_is_asked_arrives_as_it_is(echo: Echo, write: Any, execute: Any, request: RawInferenceRequest) -> None:
    execute(write(request, echo.url))
    assert RawInferenceRequest.model_validate(echo.received[-1][2]) == request


@given(request=requests)
def test_json_reads_back_as_the_same_request(request: RawInferenceRequest) -> None:
    assert RawInferenceRequest.model_validate_json(as_json(request)) == request
