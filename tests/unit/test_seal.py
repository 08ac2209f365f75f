"""The seal is the same wherever a run is read, covers what it says and nothing else, and can be made without us."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.seal import COVERED, canonical, seal
from playground.store.history import History
from playground.versions import CONTRACT, PLAYGROUND, versions
from tests.runs import chat

RUN = chat(versions=versions("gpt-4.1-2025-04-14"), partial=("ä",))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3),
    max_leaves=10,
)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "runs.db")
    yield history
    history.close()


def test_anybody_can_make_it_by_the_recipe_in_the_docstring():
    run = json.loads(json.dumps(asdict(RUN)))
    value = {name: run[name] for name in ("request", "response", "error", "partial", "versions")}
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert seal(RUN) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert set(value) == set(COVERED)


def test_the_history_gives_it_back(history: History):
    history.record(RUN)
    assert seal(history.get(RUN.id, "default")) == seal(RUN)


@given(value=VALUES)
def test_json_that_was_sent_and_read_again_has_the_same_canonical_form(value):
    sent = json.dumps(json.loads(canonical(value).decode("utf-8", "surrogatepass")))
    assert canonical(json.loads(sent)) == canonical(value)


@pytest.mark.parametrize(
    "change",
    [
        {"request": {**RUN.request, "parameters": {"temperature": 0}}},
        {"response": {**RUN.response, "cached": True}},
        {"response": None},
        {"error": {"status": 500}},
        {"partial": ()},
        {"versions": {**RUN.versions, "model": "another"}},
    ],
)
def test_it_changes_with_what_it_covers(change):
    assert seal(replace(RUN, **change)) != seal(RUN)


@pytest.mark.parametrize("change", [{"id": "run_2"}, {"created_at": 0.0}, {"cost": 3.0}, {"cached": True}])
def test_it_stays_when_anything_else_changes(change):
    assert seal(replace(RUN, **change)) == seal(RUN)


def test_odd_values_are_sealed():
    odd = replace(RUN, response={"data": [float("nan"), "\ud800", (1,), Path("x")]})
    assert seal(odd) == seal(replace(RUN, response={"data": [None, "\ud800", [1], "x"]}))


def test_the_contracts_version_is_the_documents():
    document = json.loads((Path(__file__).parents[1] / "contract" / "inference-openapi.json").read_text("utf-8"))
    assert document["info"]["version"] == CONTRACT
    assert versions("") == {"playground": PLAYGROUND, "contract": CONTRACT}
