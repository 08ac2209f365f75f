"""The bundled sentence encoder against the published weights, and as a citizen of many threads."""

import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from playground.call import Call, Stop
from playground.errors import CancelledError
from playground.providers.local import embedding
from playground.providers.local.encoder import BUNDLED, load

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "all-minilm-l6-v2.json").read_text())["vectors"]
SENTENCES = [json.loads(line) for line in (BUNDLED / "sentences.jsonl").read_text("utf-8").splitlines()]


def embed(*texts: str) -> list[list[float]]:
    *_, last = embedding.answer(Call("embedding", "all-minilm-l6-v2", texts=texts), BUNDLED)
    return last.data["embeddings"]  # type: ignore[index, no-any-return]


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row["text"][:24])
def test_vectors_are_those_of_the_published_weights(row: dict):
    [vector] = embed(row["text"])
    assert len(vector) == 384
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert np.dot(vector, row["vector"]) > 0.995


def test_the_files_are_those_that_were_measured():
    told = dict(
        line.strip("| \n").replace("`", "").split(" | ")
        for line in (BUNDLED / "PROVENANCE.md").read_text().splitlines()
        if line.startswith("| `") and "safetensors" not in line
    )
    assert len(told) == 5
    for name, digest in told.items():
        assert sha256((BUNDLED / name).read_bytes()).hexdigest() == digest


def test_meaning_is_nearer_than_words():
    pairs = [
        ("How do I get my money back?", "I would like a refund.", "How do I get my bike back?"),
        ("The cat sleeps on the sofa.", "A kitten is napping on the couch.", "The cat sleeps on the contract."),
        ("He could not start his car.", "The engine of his vehicle would not run.", "He could not start his speech."),
        (
            "The doctor gave her a new drug.",
            "A physician prescribed another medicine.",
            "The doctor gave her a new hat.",
        ),
        (
            "Prices rose sharply last year.",
            "Inflation was high during the past twelve months.",
            "The sun rose last year.",
        ),
    ]
    nearer = 0
    for text, same, other in pairs:
        first, second, third = map(np.array, embed(text, same, other))
        nearer += first @ second > first @ third
    assert nearer >= 3


def test_neighbours_share_their_topic_far_more_often_than_chance():
    vectors = np.array(embed(*(row["text"] for row in SENTENCES)))
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -2)
    topics = [row["topic"] for row in SENTENCES]
    hits = [topics[nearest] == topic for nearest, topic in zip(similarity.argmax(axis=1), topics, strict=True)]
    assert np.mean(hits) > 0.55  # the published weights: 0.61; chance: 0.04


def test_a_vector_does_not_depend_on_the_texts_beside_it():
    texts = [row["text"] for row in SENTENCES[:50]] + ["x", "long " * 300]
    together = embed(*texts)
    assert together == embed(*texts)
    assert together == [embed(text)[0] for text in texts]
    assert embed(*reversed(texts)) == together[::-1]


def test_what_is_cut_is_told():
    long = "one two three four five " * 80
    *_, last = embedding.answer(Call("embedding", "m", texts=("short", long, "also short", long + long)), BUNDLED)
    assert last.data["truncated"] == [1, 3]  # type: ignore[index]
    assert last.usage.prompt == 3 + 256 + 4 + 256  # type: ignore[union-attr]
    _, cut, _, longer = last.data["embeddings"]  # type: ignore[index]
    assert cut == longer
    *_, last = embedding.answer(Call("embedding", "m", texts=("short",)), BUNDLED)
    assert "truncated" not in last.data  # type: ignore[operator]


def test_progress_of_a_long_list():
    *told, last = embedding.answer(Call("embedding", "m", texts=("word",) * 200), BUNDLED)
    assert [chunk.progress for chunk in told] == [0.32, 0.64, 0.96]
    assert len(last.data["embeddings"]) == 200  # type: ignore[index]


@pytest.mark.parametrize(
    "text", ["\0", "\U0001f600" * 50, "漢字かな", "a" * 100_000, "\ud7ff\ue000", "  .  ", "[CLS] [SEP]"]
)
def test_odd_texts_have_vectors_too(text: str):
    [vector] = embed(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_many_threads_get_the_same():
    texts = [row["text"] for row in SENTENCES[:12]]
    alone = embed(*texts)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: embed(*texts), range(8)))
    assert all(vectors == alone for vectors in found)


def test_loaded_once():
    with ThreadPoolExecutor(8) as pool:
        assert len({id(encoder) for encoder in pool.map(lambda _: load(BUNDLED), range(8))}) == 1


def test_stop_ends_it_between_chunks():
    stop = Stop()
    vectors = load(BUNDLED).embed_all(["text"] * 2000, stop)
    next(vectors)
    stop.set()
    with pytest.raises(CancelledError):
        list(vectors)
