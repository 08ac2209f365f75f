"""Rows: addresses in every spelling, keys and where they come from, readiness, one's own servers."""

import socket

import pytest

from playground.errors import BadRequestError, InferenceServiceUnavailableError
from playground.providers import addresses, providers
from playground.providers.remote import Remote
from playground.providers.table import ROWS, rows
from playground.settings import Settings
from playground.transport import Transport
from tests.remotes import KEY, aimed, chat, hear, row
from tests.replay import Answer


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("https://api.openai.com", "https://api.openai.com/v1"),
        ("https://api.openai.com/", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1", "https://api.openai.com/v1"),
        (" HTTPS://API.OpenAI.com/v1/ ", "https://api.openai.com/v1"),
        ("https://box.example/api//v1//", "https://box.example/api/v1"),
        ("https://box.example/inference", "https://box.example/inference/v1"),
        ("https://box.example/v1beta/openai/", "https://box.example/v1beta/openai"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/v1"),
        ("localhost:8000/v1/", "http://localhost:8000/v1"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
        ("http://0.0.0.0:8000", "http://127.0.0.1:8000/v1"),
    ],
)
def test_a_base_url_in_one_form(text, becomes):
    assert addresses.normalised(text, versioned=True) == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("127.0.0.1", "http://127.0.0.1:11434/v1"),
        ("0.0.0.0", "http://127.0.0.1:11434/v1"),
        (":9999", "http://127.0.0.1:9999/v1"),
        ("box:9999", "http://box:9999/v1"),
        ("[::]:9999", "http://[::1]:9999/v1"),
        ("http://box", "http://box/v1"),
        ("https://box.example/ollama/", "https://box.example/ollama/v1"),
    ],
)
def test_ollama_host_as_ollama_reads_it(text, becomes):
    assert row("ollama").target(Settings.of({"OLLAMA_HOST": text})).base_url == becomes


@pytest.mark.parametrize(
    ("text", "becomes"),
    [("https://proxy.example/", "https://proxy.example"), ("https://proxy.example/v1/", "https://proxy.example/v1")],
)
def test_anthropic_and_google_add_their_version_themselves(text, becomes):
    assert (
        row("anthropic").target(Settings.of({"ANTHROPIC_BASE_URL": text, "ANTHROPIC_API_KEY": KEY})).base_url == becomes
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ftp://box/v1", "http://"),
        ("box.example/v1", "in front"),
        ("http://", "host"),
        ("http://me:secret@box/v1", "password"),
        ("http://box/v1?key=1", "query"),
        ("http://box:99999", "ort"),
        ("two words", "blanks"),
    ],
)
def test_what_is_no_base_url_is_said_and_not_repeated(text, word):
    settings = Settings.of({"OPENAI_BASE_URL": text, "OPENAI_API_KEY": KEY})
    ready = Remote(row("openai"), settings, Transport(settings)).readiness()
    assert not ready.ready
    assert "`OPENAI_BASE_URL`" in ready.advice
    assert word in ready.advice
    assert "secret" not in ready.advice


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
def test_requests_go_to_one_place_however_the_url_is_written(replay, path):
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    settings = Settings.of({"OPENAI_BASE_URL": replay.url + path, "OPENAI_API_KEY": KEY})
    heard = hear(Remote(row("openai"), settings, Transport(settings)), chat())
    assert heard.said[0] == "Paris — la ville."
    assert replay.requests[0].path == "/v1/chat/completions"


@pytest.mark.parametrize("each", [row for row in ROWS if row.key_page], ids=lambda row: row.name)
def test_without_its_key_a_provider_says_which_and_where_to_get_it(each):
    settings = Settings.of({})
    remote = Remote(each, settings, Transport(settings))
    ready = remote.readiness()
    assert (ready.ready, ready.source) == (False, "")
    assert f"`{each.keys[-1]}`" in ready.advice
    assert each.key_page in ready.advice
    error = hear(remote, chat()).error
    assert isinstance(error, InferenceServiceUnavailableError)
    assert error.details["retryable"] is False
    assert error.message == ready.advice


def test_a_key_is_ready_and_says_where_it_comes_from():
    settings = Settings({"GROQ_API_KEY": KEY}, {"XAI_API_KEY": KEY, "GEMINI_API_KEY": "low", "GOOGLE_API_KEY": "high"})
    source = {each.name: Remote(each, settings, Transport(settings)).readiness().source for each in ROWS}
    assert source["groq"] == "environment"
    assert source["xai"] == source["google"] == "secrets.toml"
    assert row("google").target(settings).key == "high"


def test_a_server_on_this_machine_is_ready_when_its_port_answers(replay):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
    settings = Settings.of({"OLLAMA_HOST": replay.url, "LM_STUDIO_BASE_URL": f"http://127.0.0.1:{port}/v1"})
    ollama, studio, vllm = (
        Remote(row(name), settings, Transport(settings)).readiness() for name in ("ollama", "lm-studio", "vllm")
    )
    assert (ollama.ready, ollama.source) == (True, "no key needed")
    assert not studio.ready
    assert f"http://127.0.0.1:{port}" in studio.advice
    assert "`LM_STUDIO_BASE_URL`" in studio.advice
    assert not vllm.ready
    assert "`VLLM_BASE_URL`" in vllm.advice


def test_a_server_elsewhere_is_not_knocked_at():
    settings = Settings.of({"VLLM_BASE_URL": "http://gpu.invalid:8000"})
    assert Remote(row("vllm"), settings, Transport(settings)).readiness().ready


def test_ones_own_servers_are_rows(replay):
    settings = Settings.of(
        {
            "PLAYGROUND_COMPATIBLE_MY_BOX_BASE_URL": replay.url,
            "PLAYGROUND_COMPATIBLE_MY_BOX_API_KEY": KEY,
            "PLAYGROUND_COMPATIBLE_OTHER_BASE_URL": "https://other.example/v1",
        }
    )
    box, other = rows(settings)[len(ROWS) :]
    assert (box.name, other.name) == ("my-box", "other")
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    assert hear(Remote(box, settings, Transport(settings)), chat()).said[2] == "stop"
    assert replay.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert other.target(settings).key is None


@pytest.mark.parametrize("name", ["OPENAI", "LOCAL", "GEMINI", "LM_STUDIO"])
def test_a_name_that_is_taken_is_refused(name):
    with pytest.raises(ValueError, match=f"`PLAYGROUND_COMPATIBLE_{name}_BASE_URL`"):
        rows(Settings.of({f"PLAYGROUND_COMPATIBLE_{name}_BASE_URL": "https://x.example"}))


def test_one_row_is_the_whole_change(replay):
    """A row with a name, a title and a URL answers chats, makes embeddings, transcribes and lists."""
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.sse"))
    replay.on("GET", "/v1/models", Answer.golden("compatible/vllm-models.json"))
    settings = Settings.of({})
    remote = Remote(type(ROWS[0])("new", "New", replay.url), settings, Transport(settings))
    assert hear(remote, chat(stream=True)).said[0] == "Paris — la ville."
    assert [model.id for model in remote.models()] == ["Qwen/Qwen3-8B"]


def test_what_a_provider_does_not_do_is_a_400(replay):
    call = type(chat())("embedding", "deepseek-chat", texts=("a",))
    error = hear(aimed("deepseek", replay), call).error
    assert isinstance(error, BadRequestError)
    assert "DeepSeek does not make embeddings" in error.message


def test_names_and_settings_are_each_named_once():
    assert len({row.name for row in ROWS}) == len(ROWS)
    named = [name for row in ROWS for name in (*row.keys, row.base_setting) if name]
    assert len(set(named)) == len(named)


def test_the_picker_begins_with_this_machine_and_ends_with_ones_own_servers(settings):
    known = settings(PLAYGROUND_COMPATIBLE_MY_BOX_BASE_URL="http://127.0.0.1:9")
    found = providers(known, Transport(known))
    assert list(found) == ["local", *(row.name for row in ROWS), "my-box"]
    assert all(name == each.name and each.title for name, each in found.items())
