"""Embeddings over real HTTP: order, batches, counts, and vectors that are none."""

import base64
import struct

import pytest

from playground.call import Call, Media, Usage
from playground.errors import BadRequestError, CancelledError, ProviderError
from tests.remotes import KEY, aimed, hear, listen
from tests.replay import Answer

PATH = "/v1/embeddings"


def embed(*texts, **fields):
    return Call("embedding", fields.pop("model", "text-embedding-3-small"), texts=texts, **fields)


def body(*vectors, usage=None):
    data = [{"object": "embedding", "index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return {"object": "list", "data": data, "usage": usage}


def vectors(heard):
    assert heard.error is None, heard.error
    return heard.answer.data[0]["embeddings"]


def test_vectors_come_in_the_order_of_the_texts(replay):
    replay.on("POST", PATH, Answer.golden("openai/embeddings.json"))
    heard = hear(aimed("openai", replay), embed("a", "b", "c"))
    assert vectors(heard) == [[0.25, -0.125, 1.0], [0.75, 0.0, 0.125], [0.5, 0.5, -0.5]]
    assert heard.answer.usage == Usage(prompt=9)
    assert replay.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert replay.requests[0].json == {"model": "text-embedding-3-small", "input": ["a", "b", "c"]}


def test_dimensions_and_everything_else_are_handed_over(replay):
    replay.on("POST", PATH, Answer.json(body([1.0, 0.0])))
    hear(aimed("vllm", replay), embed("a", parameters={"dimensions": 2, "truncate_prompt_tokens": 5}))
    assert replay.requests[0].json == {
        "model": "text-embedding-3-small",
        "input": ["a"],
        "dimensions": 2,
        "truncate_prompt_tokens": 5,
    }


def test_base64_is_the_same_numbers(replay):
    numbers = [0.25, -1.5, 3.0]
    packed = base64.b64encode(struct.pack("<3f", *numbers)).decode()
    replay.on("POST", PATH, Answer.json(body(packed)))
    heard = hear(aimed("openai", replay), embed("a", parameters={"encoding_format": "base64"}))
    assert vectors(heard) == [numbers]


def test_a_server_that_numbers_nothing_is_taken_in_order(replay):
    replay.on("POST", PATH, Answer.json({"data": [{"embedding": [1]}, {"embedding": [2]}]}))
    assert vectors(hear(aimed("ollama", replay), embed("a", "b"))) == [[1], [2]]


def test_one_vector_in_one_more_pair_of_brackets(replay):
    replay.on("POST", PATH, Answer.json(body([[0.5, 0.5]])))
    assert vectors(hear(aimed("llama-cpp", replay), embed("a"))) == [[0.5, 0.5]]


def test_a_vector_per_token_is_refused_with_the_way_out(replay):
    replay.on("POST", PATH, Answer.golden("compatible/llama-cpp-embeddings.json"))
    error = hear(aimed("llama-cpp", replay), embed("a", model="model.gguf")).error
    assert isinstance(error, ProviderError)
    assert "`model.gguf`" in error.message
    assert "--pooling" in error.message


@pytest.mark.parametrize(
    "answer",
    [
        {"object": "list"},
        {"data": []},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 0, "embedding": [2.0]}]},
        {"data": [{"index": 1, "embedding": [1.0]}, {"index": 2, "embedding": [2.0]}]},
        body([1.0, 2.0], [1.0]),
        body([], []),
        body([1.0], [None]),
        body([1.0], ["1"]),
        body([1.0], "no base64!"),
        body([1.0], "AAA="),
        body([1.0], None),
        body([1.0], {"a": 1}),
        {"error": {"message": "boom"}},
    ],
)
def test_what_is_no_vector_is_a_provider_error(replay, answer):
    replay.on("POST", PATH, Answer.json(answer))
    assert isinstance(hear(aimed("ollama", replay), embed("a", "b")).error, ProviderError)


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999"])
def test_numbers_without_end_are_no_vector(replay, number):
    text = b'{"data":[{"index":0,"embedding":[0.5,%s]}]}' % number
    replay.on("POST", PATH, Answer(200, {"Content-Type": "application/json"}, text))
    assert isinstance(hear(aimed("ollama", replay), embed("a")).error, ProviderError)


def counted(received):
    texts = received.json["input"]
    return Answer.json(body(*([float(text.strip("x"))] for text in texts), usage={"prompt_tokens": len(texts)}))


def test_many_texts_go_in_batches_and_come_back_as_one(replay):
    replay.on("POST", PATH, counted)
    heard = hear(aimed("openai", replay), embed(*map(str, range(4100))))
    assert [len(request.json["input"]) for request in replay.requests] == [2048, 2048, 4]
    assert vectors(heard) == [[float(i)] for i in range(4100)]
    assert heard.answer.usage == Usage(prompt=4100)
    assert len(heard.answer.exchanges) == 3


def test_it_says_how_far_it_is(replay):
    replay.on("POST", PATH, counted)
    heard = hear(aimed("openai", replay), embed(*map(str, range(3000))))
    assert [chunk.progress for chunk in heard.chunks if chunk.progress is not None] == [2048 / 3000, 1.0]


def test_long_texts_go_in_batches_by_their_size(replay):
    replay.on("POST", PATH, counted)
    texts = [str(i) + "x" * 120_000 for i in range(5)] + ["5" + "x" * 400_000, "6"]
    assert vectors(hear(aimed("openai", replay), embed(*texts))) == [[float(i)] for i in range(7)]
    assert [len(request.json["input"]) for request in replay.requests] == [2, 2, 1, 1, 1]


def test_counts_are_unknown_when_one_batch_has_none(replay):
    first = Answer.json(body(*[[1.0]] * 2048, usage={"prompt_tokens": 2048}))
    replay.on("POST", PATH, first, Answer.json(body([1.0])))
    assert hear(aimed("openai", replay), embed(*["a"] * 2049)).answer.usage == Usage()


def test_a_stop_between_batches_asks_no_further(replay):
    replay.on("POST", PATH, counted)
    call = embed(*map(str, range(5000)))
    chunks = aimed("openai", replay).answer(call)
    next(chunks)
    call.stop.set()
    assert isinstance(listen(chunks).error, CancelledError)
    assert len(replay.requests) == 1


@pytest.mark.parametrize("fields", [{"parameters": {"input": "x"}}, {"media": (Media("image", "image/png", b""),)}])
def test_what_cannot_be_sent_is_a_400(replay, fields):
    assert isinstance(hear(aimed("openai", replay), embed("a", **fields)).error, BadRequestError)
    assert replay.requests == []
