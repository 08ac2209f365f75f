"""Lists of models over real HTTP: read, classified, completed by the catalogue, kept for a while."""

import json
from datetime import date

import pytest

from playground.errors import ProviderError, UnauthorizedError
from playground.providers import catalogue, listings
from playground.providers.remote import Remote
from playground.settings import Settings
from playground.transport import Transport
from tests.remotes import KEY, aimed, row
from tests.replay import Answer, golden

PATH = "/v1/models"


def test_a_list_is_in_the_catalogues_order_and_what_retires_last():
    listed, _ = listings.list_models(json.loads(golden("openai/models.json")))
    merged = catalogue.merge("openai", listed, date(2026, 11, 20))
    assert [model.id for model in merged] == [
        *("gpt-6.1-terra", "gpt-6-luna", "text-embedding-3-small", "gpt-transcribe", "whisper-1"),
        *("gpt-7-nova", "ft:gpt-4.1-mini:acme::Ab1", "gpt-5.5-2026-04-23", "gpt-4o", "gpt-5-mini"),
    ]


def test_openais_list_is_classified_and_completed(replay):
    replay.on("GET", PATH, Answer.golden("openai/models.json"))
    models = aimed("openai", replay).models()
    assert (len(models), models[0].id) == (10, "gpt-6.1-terra")
    by_id = {model.id: model for model in models}
    assert by_id["text-embedding-3-small"].dimensions == 1536
    assert by_id["whisper-1"].tasks == ("transcription",)
    assert by_id["gpt-4o"].retires == "2027-01-14"
    assert by_id["gpt-7-nova"].tasks == ("chat",)
    assert "temperature" in by_id["gpt-7-nova"].refuses
    assert "temperature" in by_id["gpt-5.5-2026-04-23"].refuses
    request = replay.requests[0]
    assert (request.path, request.headers["authorization"]) == (PATH, f"Bearer {KEY}")


@pytest.mark.parametrize(
    ("name", "golden", "expected"),
    [
        (
            "ollama",
            "compatible/ollama-models.json",
            [("nomic-embed-text:latest", ("embedding",), None), ("llama3.2:latest", ("chat",), None)],
        ),
        ("vllm", "compatible/vllm-models.json", [("Qwen/Qwen3-8B", ("chat",), 40960)]),
        (
            "mistral",
            "compatible/mistral-models.json",
            [("mistral-large-4", ("chat",), 1048576), ("mistral-embed", ("embedding",), 8192)],
        ),
        (
            "together",
            "compatible/together-models.json",
            [("meta-llama/Llama-4", ("chat",), 131072), ("BAAI/bge-large", ("embedding",), 512)],
        ),
    ],
)
def test_what_each_server_says_of_its_models(replay, name, golden, expected):
    replay.on("GET", PATH, Answer.golden(golden))
    models = aimed(name, replay).models()
    assert [(model.id, model.tasks, model.context) for model in models] == expected
    assert ("image" in models[0].inputs) is (name == "mistral")


def test_pages_are_turned(replay):
    pages = [Answer.golden(f"compatible/openrouter-models-{number}.json") for number in (1, 2)]
    replay.on("GET", PATH, *pages)
    flash, old = aimed("openrouter", replay).models()
    assert [request.query for request in replay.requests] == [{}, {"offset": "500", "limit": "500"}]
    assert (flash.title, flash.context, flash.max_output) == ("Google: Gemini 3.8 Flash", 1048576, 65536)
    assert flash.inputs == ("text", "image", "document")
    assert old.retires == "2026-12-01"


@pytest.mark.parametrize(("name", "first"), [("anthropic", "claude-"), ("google", "gemini-")])
def test_anthropic_and_google_list_in_their_own_way(replay, name, first):
    path = "/v1/models" if name == "anthropic" else "/v1beta/models"
    replay.on("GET", path, *(Answer.golden(f"{name}/models-{number}.json") for number in (1, 2)))
    models = aimed(name, replay, path="").models()
    assert len(replay.requests) == 2
    assert models
    assert all(model.tasks for model in models)
    assert any(model.id.startswith(first) for model in models)


def test_a_list_is_kept_for_a_while_and_so_is_a_failure(replay):
    replay.on("GET", PATH, Answer.golden("openai/models.json"))
    remote = aimed("openai", replay)
    assert remote.models() is remote.models()
    assert len(replay.requests) == 1
    replay.on("GET", PATH, Answer.json({"error": {"message": "no", "code": "invalid_api_key"}}, 401))
    refused = aimed("openai", replay)
    for _ in range(2):
        with pytest.raises(UnauthorizedError):
            refused.models()
    assert len(replay.requests) == 2


def test_without_a_key_the_catalogue_holds_and_nobody_is_asked():
    settings = Settings.of({})
    remote = Remote(row("openai"), settings, Transport(settings))
    assert remote.models()[0] == catalogue.models("openai", catalogue.as_of())[0]
    assert remote.model("gpt-6-luna").title == "GPT-6 Luna"
    assert remote.model("nobody-knows") is None


@pytest.mark.parametrize("body", [{}, {"data": "x"}, "x", {"error": {"message": "x"}}])
def test_what_is_no_list_is_a_provider_error(replay, body):
    replay.on("GET", PATH, Answer.json(body))
    with pytest.raises(ProviderError):
        aimed("openai", replay).models()
