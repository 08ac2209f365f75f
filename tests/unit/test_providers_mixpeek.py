"""Mixpeek's dialect: what is sent for each kind of call, and every form of answer that is read."""

import pytest

from playground.call import Call, Media, Message, Usage
from playground.errors import BadRequestError, ProviderError
from playground.providers import mixpeek
from playground.wire import Target

TARGET = Target("mixpeek", "https://api.example/v1", "key", "team")
CHAT = Call("chat", "openai/gpt-6", messages=(Message("user", "Hi"),))
EMBED = Call("embedding", "mixpeek://text_extractor@v1/x", texts=("a",))
IMAGE = Media("image", "image/png", b"png", "a.png")
FAR = Media("image", "", b"", "b.png", "https://far.example/b.png")
SOUND = Media("audio", "audio/wav", b"wav", "a.wav")


def test_the_request_is_the_contracts():
    request = mixpeek.encode(CHAT, TARGET)
    assert request.url == "https://api.example/v1/inference"
    assert request.headers == {"Authorization": "Bearer key", "X-Namespace": "team"}
    assert request.json == {"provider": "openai", "model": "gpt-6", "inputs": {"prompts": ["Hi"]}}
    assert "X-Namespace" not in mixpeek.encode(CHAT, Target("mixpeek", "https://api.example/v1", "key")).headers


@pytest.mark.parametrize(
    ("model", "selector"),
    [
        ("google/gemini-3/x", {"provider": "google", "model": "gemini-3/x"}),
        ("Mixpeek://a@v1/b", {"feature_uri": "Mixpeek://a@v1/b"}),
        ("my_embedder_1_0_0", {"inference_name": "my_embedder_1_0_0"}),
    ],
)
def test_a_model_is_named_as_there(model, selector):
    assert mixpeek.selector(model) == selector


@pytest.mark.parametrize(
    ("call", "inputs"),
    [
        (Call("embedding", "m", texts=("a", "b")), {"texts": ["a", "b"]}),
        (Call("embedding", "m", texts=("a",), media=(IMAGE,)), {"text": "a", "image_base64": "cG5n"}),
        (Call("embedding", "m", media=(FAR,)), {"image_url": FAR.url}),
        (Call("embedding", "m", media=(IMAGE, FAR)), {"image_urls": ["data:image/png;base64,cG5n", FAR.url]}),
        (Call("transcription", "m", media=(SOUND,)), {"audio_base64": "d2F2"}),
        (
            Call("chat", "m", messages=(Message("user", "Hi", (IMAGE,)),)),
            {"prompts": ["Hi"], "image_base64": "cG5n"},
        ),
        (
            Call("chat", "m", messages=(Message("user", "Hi"),), system="Be brief."),
            {"messages": [{"role": "user", "content": "Hi"}], "system": "Be brief."},
        ),
    ],
)
def test_inputs(call, inputs):
    assert mixpeek.encode(call, TARGET).json["inputs"] == inputs


def test_what_would_lose_its_order_or_its_place_is_refused():
    with pytest.raises(BadRequestError, match="one for each kind"):
        mixpeek.encode(Call("embedding", "m", media=(IMAGE, SOUND)), TARGET)
    talk = (Message("user", "Look", (IMAGE,)), Message("assistant", "Yes"), Message("user", "And?"))
    with pytest.raises(BadRequestError, match="last message"):
        mixpeek.encode(Call("chat", "m", messages=talk), TARGET)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"text": "Hello"}, "Hello"),
        ({"texts": ["Hello"]}, "Hello"),
        ("Hello", "Hello"),
        (["Hello"], "Hello"),
        ({"response": "Hello"}, "Hello"),
        ({"responses": [{"content": "Hello"}]}, "Hello"),
        ({"city": "Bern"}, '{"city": "Bern"}'),
        (None, "null"),
    ],
)
def test_texts_in_any_form(data, text):
    chunk = mixpeek.decode(CHAT, {"data": data, "tokens_used": {"prompt": 2, "completion": 1, "total": 3}})
    assert (chunk.text, chunk.finish_reason) == (text, "stop")
    assert chunk.usage == Usage(2, 1)


def test_what_our_own_models_say_beside_a_text_is_kept():
    chunk = mixpeek.decode(CHAT, {"data": {"text": "a", "reasoning": "r", "sources": [1], "finish_reason": "length"}})
    assert (chunk.reasoning, chunk.data, chunk.finish_reason, chunk.usage) == ("r", {"sources": [1]}, "length", None)


@pytest.mark.parametrize("data", [{"embedding": [1, 2]}, {"embeddings": [[1, 2]]}, [1, 2], [[1, 2]]])
def test_vectors_in_any_form(data):
    assert mixpeek.decode(EMBED, {"data": data}).data == {"embeddings": [[1, 2]]}


@pytest.mark.parametrize(
    "body", [{"data": {"embeddings": [[1], [2]]}}, {"data": {"text": "a"}}, {"data": [["a"]]}, {"data": []}, {}, "x"]
)
def test_what_is_no_vector_is_the_providers_fault(body):
    with pytest.raises(ProviderError):
        mixpeek.decode(EMBED, body)


def test_a_transcript():
    call = Call("transcription", "m", media=(SOUND,))
    assert mixpeek.decode(call, {"data": "Hello"}).data == {"text": "Hello"}
    assert mixpeek.decode(call, {"data": {"text": "Hello", "language": "en"}}).data["language"] == "en"


def test_plugins_are_listed_where_they_embed_or_chat_and_answer_at_once():
    def row(name, kind, **more):
        return {"plugin_id": name, "source": "custom", "inference_type": kind, "realtime_available": True, **more}

    rows = [
        row("embeds_1_0_0", "embedding", supported_input_types=["text", "pdf"], description="Embeds.\nMore."),
        row("ranks_1_0_0", "rerank"),
        row("sleeps_1_0_0", "embedding", realtime_available=False),
        {"feature_extractor_id": "web_extractor_v1", "source": "builtin", "required_vector_indexes": None},
    ]
    models, page = mixpeek.list_models({"extractors": rows})
    first, *rest = models
    assert (first.id, first.tasks, first.inputs, first.note) == (
        "embeds_1_0_0",
        ("embedding",),
        ("text", "document"),
        "Embeds.",
    )
    assert {model.id.partition("/")[0] for model in rest} == set(mixpeek.BEHIND)
    assert page is None
    with pytest.raises(ProviderError, match="MIXPEEK_BASE_URL"):
        mixpeek.list_models({"data": []})
