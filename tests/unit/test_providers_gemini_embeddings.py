"""Gemini embeddings over real HTTP: one content per text, lengths, tasks, batches of a hundred, what is none."""

import math

import pytest

from playground.call import Call, Usage
from playground.errors import BadRequestError, ProviderError
from playground.providers import gemini_embeddings
from playground.wire import Target
from tests.remotes import hear, remote
from tests.replay import Answer

KEY = "AIzaSy0123456789-abcdefghijklmnopqrstuvw"


@pytest.fixture
def gemini(replay, settings):
    return remote("google", settings(GEMINI_API_KEY=KEY, GOOGLE_GEMINI_BASE_URL=replay.url, PLAYGROUND_RETRIES=0))


def embed(*texts, on="gemini-embedding-001", **parameters):
    return Call("embedding", on, texts=texts, parameters=parameters)


EMBED = "/v1beta/models/gemini-embedding-001:batchEmbedContents"


def test_each_text_is_a_content_of_its_own(replay, gemini):
    replay.on("POST", EMBED, Answer.golden("google/embeddings.json"))
    heard = hear(gemini, embed("one", "two", dimensions=3, task_type="RETRIEVAL_QUERY", title="T", surprise=1))
    (sent,) = replay.requests
    assert sent.json == {
        "requests": [
            {
                "model": "models/gemini-embedding-001",
                "content": {"parts": [{"text": text}]},
                "outputDimensionality": 3,
                "taskType": "RETRIEVAL_QUERY",
                "title": "T",
                "surprise": 1,
            }
            for text in ("one", "two")
        ]
    }
    assert sent.headers["x-goog-api-key"] == KEY
    assert sent.query == {}
    assert heard.usage == Usage(prompt=7)


def test_shortened_vectors_of_the_old_model_are_made_unit_length(replay, gemini):
    replay.on("POST", EMBED, Answer.golden("google/embeddings.json"))
    first, second = hear(gemini, embed("one", "two", dimensions=3)).vectors
    assert first == pytest.approx([0.6, 0.8, 0.0])
    assert math.hypot(*second) == pytest.approx(1.0)


def test_whole_vectors_and_those_of_the_new_model_are_left_alone(replay, gemini):
    whole = [0.01] * 3072
    replay.on("POST", EMBED, Answer.json({"embeddings": [{"values": whole}]}))
    assert hear(gemini, embed("one")).vectors == [whole]
    path = "/v1beta/models/gemini-embedding-2:batchEmbedContents"
    replay.on("POST", path, Answer.golden("google/embeddings.json"))
    heard = hear(gemini, embed("one", "two", on="gemini-embedding-2", dimensions=3))
    assert heard.vectors[0] == [0.03, 0.04, 0.0]
    assert replay.requests[1].json["requests"][0]["outputDimensionality"] == 3


@pytest.mark.parametrize(
    ("parameters", "named"),
    [({"taskType": "X"}, "taskType"), ({"task_type": "X"}, "taskType"), ({"title": "X"}, "title")],
)
def test_the_new_model_takes_its_task_in_the_text(replay, gemini, parameters, named):
    heard = hear(gemini, embed("one", on="gemini-embedding-2", **parameters))
    assert isinstance(heard.error, BadRequestError)
    assert named in heard.error.message
    assert "task: " in heard.error.message
    assert replay.requests == []


@pytest.mark.parametrize("name", ["model", "content", "requests", "stream"])
def test_what_is_not_an_option_is_refused(replay, gemini, name):
    heard = hear(gemini, embed("one", **{name: "x"}))
    assert isinstance(heard.error, BadRequestError)
    assert replay.requests == []


def test_more_than_a_hundred_texts_go_in_several_requests_and_come_back_in_order(replay, gemini):
    def answer(received):
        texts = [each["content"]["parts"][0]["text"] for each in received.json["requests"]]
        return Answer.json({"embeddings": [{"values": [float(text), 1.0]} for text in texts]})

    replay.on("POST", "/v1beta/models/gemini-embedding-2:batchEmbedContents", answer)
    heard = hear(gemini, embed(*map(str, range(250)), on="gemini-embedding-2"))
    assert [len(each.json["requests"]) for each in replay.requests] == [100, 100, 50]
    assert heard.vectors == [[float(number), 1.0] for number in range(250)]


def test_one_request_holds_a_hundred_texts_at_most():
    with pytest.raises(BadRequestError, match="100"):
        gemini_embeddings.encode(embed(*["x"] * 101), Target("google", "http://127.0.0.1:1", None))


@pytest.mark.parametrize(
    "body",
    [
        {"embeddings": [{"values": [1.0]}]},
        {"embeddings": [{"values": []}, {"values": [1.0]}]},
        {"embeddings": [{"values": [1.0]}, {"values": ["a"]}]},
        {"embeddings": [{"values": [1.0]}, {}]},
        {"embedding": {"values": [1.0]}},
    ],
)
def test_embeddings_that_are_none_are_an_error(replay, gemini, body):
    replay.on("POST", EMBED, Answer.json(body))
    assert isinstance(hear(gemini, embed("one", "two")).error, ProviderError)
