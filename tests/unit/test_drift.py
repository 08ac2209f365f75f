"""Drift: two runs of one request, figure by figure, word for word, vector by vector."""

import pytest

from playground.drift import answers, drift
from playground.record import Timings
from tests.runs import chat


def made(vectors, **fields):
    data = {"embeddings": vectors, "dimensions": len(vectors[0])}
    return chat(task="embedding", response={"data": data}, **fields)


def test_the_same_answer():
    found = drift(chat("a"), chat("b"))
    assert found.same
    assert found.texts == (("Time to first token.",) * 2,)


def test_another_answer_and_what_it_took():
    before = chat("a", prompt_tokens=10, completion_tokens=11, cost=0.002, timings=Timings(0, 100.0, 600.0, 600.0))
    after = chat("b", text="Else.", prompt_tokens=10, cost=0.001, timings=Timings(0, None, None, 900.0))
    found = drift(before, after)
    assert not found.same
    figures = {each.name: (each.before, each.after, each.change) for each in found.figures}
    assert figures == {
        "Total": (600.0, 900.0, pytest.approx(0.5)),
        "First token": (100.0, None, None),
        "Speed": (20.0, None, None),
        "Tokens in": (10, 10, 0.0),
        "Tokens out": (11, None, None),
        "Cost": (0.002, 0.001, pytest.approx(-0.5)),
    }


def test_what_was_free_has_no_share_of_change():
    [cost] = [each for each in drift(chat(cost=0.0), chat(cost=0.1)).figures if each.name == "Cost"]
    assert cost.change is None


def test_vectors_by_their_angle_and_not_their_length():
    found = drift(made([[1.0, 0.0], [0.0, 2.0]]), made([[3.0, 0.0], [1.0, 1.0]]))
    assert found.cosines == (pytest.approx(1.0), pytest.approx(0.5**0.5))
    assert not found.same
    assert drift(made([[1.0, 0.1]]), made([[1.0, 0.1]])).same


def test_vectors_that_cannot_be_compared_say_why():
    found = drift(made([[1.0, 0.0]]), made([[1.0, 0.0, 0.0]]))
    assert (found.cosines, found.same) == ((), False)
    assert "1 vectors of 2 numbers cannot be compared with 1 of 3" in found.note


def test_a_failed_run_beside_one_that_was_done():
    failed = chat("b", status="failed", response=None, partial=("Time to",))
    assert drift(chat("a"), failed).texts == (("Time to first token.", "Time to"),)
    assert drift(failed, chat("a", response={"data": {"texts": ["1", None]}})).texts == (("Time to", "1"), ("", ""))


def test_the_models_that_answered():
    before, after = chat(versions={"model": "m-1"}), chat(model="m")
    assert drift(before, after).models == ("m-1", "m")


def test_answers_of_every_kind():
    assert answers(chat(response={"data": {"embedding": [1.0]}})) == []
    assert answers(chat(response={"data": {"text": "heard", "segments": []}})) == ["heard"]
    assert answers(chat(response=None, partial=("", "x"))) == ["x"]
