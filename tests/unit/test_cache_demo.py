"""The bundled examples: without any key the first cached question to the handbook is a hit, and a right one."""

import gzip
import json
from collections.abc import Callable, Iterator

import pytest

from playground.cache.demo import FILE, QUESTIONS, SAMPLES, _answered, _questions, _quoted
from playground.contract import RawInferenceRequest
from playground.runs import Runs, build
from playground.settings import Settings
from playground.ticket import Ticket
from playground.ui.cache.variants import variants


@pytest.fixture
def core(settings: Callable[..., Settings]) -> Iterator[Runs]:
    made = build(settings())
    yield made
    made.close()


def ask(prompt: str, namespace: str = "default", **fields: object) -> Ticket:
    request = RawInferenceRequest.model_validate(
        {"provider": "local", "model": "handbook", "inputs": {"messages": [{"role": "user", "content": prompt}]}}
        | {"enable_semantic_cache": True, "cache_delta": 0.02}
        | fields
    )
    return Ticket(request, namespace, stream=False)


def status(core: Runs, prompt: str, namespace: str = "default") -> str:
    return core.peek(ask(prompt).request, namespace)[0].status


def test_the_samples_get_what_they_promise(core: Runs):
    assert {prompt: status(core, prompt) for prompt, _ in SAMPLES} == dict(SAMPLES)


def test_what_a_sample_gets_is_right(core: Runs):
    for prompt, promised in SAMPLES:
        if promised == "hit":
            receipt = core.peek(ask(prompt).request, "default")[0]
            assert _quoted(_answered(receipt.prompt)) == _quoted(_answered(prompt))


def test_the_first_question_is_answered_from_the_examples_and_says_so(core: Runs):
    statuses = set()
    for prompt in ("How do you cancel a running answer, please?", "What's TTFT?"):
        ticket = ask(prompt)
        response = core.engine.run(ticket)
        (receipt,) = ticket.answer.receipts
        assert receipt["demo"]
        statuses.add(receipt["status"])
        assert response.cached is (receipt["status"] in {"hit", "exact"})
    assert "exact" in statuses
    assert core.cache.state("default").demo


def test_the_examples_open_no_gate_for_other_models_and_namespaces(core: Runs):
    status(core, "What's TTFT?")
    assert status(core, "What's TTFT?", namespace="other") == "miss"
    other = ask("What's TTFT?", parameters={"max_tokens": 500})
    (receipt,) = core.peek(other.request, "default")
    assert (receipt.status, receipt.labels, receipt.demo) == ("miss", 0, False)


def test_cleared_examples_stay_away_until_they_are_wanted(core: Runs):
    assert status(core, "What's TTFT?") == "exact"
    core.cache.clear_demo("default")
    assert status(core, "What's TTFT?") == "miss"
    assert not core.cache.state("default").demo
    assert len(_questions()) > core.cache.load_demo("default") > 200
    assert status(core, "What's TTFT?") == "exact"


def test_near_misses_of_the_examples_are_not_served_wrongly(core: Runs):
    """Negated, reordered and otherwise changed questions; those that are served all the same are right."""
    for line in QUESTIONS.read_text("utf-8").splitlines()[::3]:
        for variant in variants(line.split("|")[0].strip()):
            receipt = core.peek(ask(variant.text).request, "default")[0]
            if receipt.status == "hit":
                assert _quoted(_answered(receipt.prompt)) == _quoted(_answered(variant.text)), variant


def test_the_file_is_of_the_handbook_as_it_is(core: Runs):
    with gzip.open(FILE) as lines:
        stored = [json.loads(line) for line in lines if b'"kind": "entry"' in line]
    assert {each["prompt"] for each in stored} < set(_questions())  # the others were served while it was made
    moved = [each["prompt"] for each in stored if each["answer"]["text"] != _answered(each["prompt"]).text]
    assert len(moved) < len(stored) / 10, "make the file anew: see playground/cache/demo.py"
