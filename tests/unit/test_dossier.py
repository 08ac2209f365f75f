"""A set with its runs: a seal that anybody can check, that sees a deletion, and what a second set has changed."""

import hashlib
import json
from dataclasses import replace

import pytest

from playground import Playground
from playground.comparison import Cell, Pane, Set
from playground.dossier import Dossier, alike, changes
from playground.errors import NotFoundError
from playground.runs import build
from playground.settings import Settings
from tests.runs import chat

ASKED = Set(
    id="set_1",
    namespace="default",
    created_at=1.0,
    kind="comparison",
    task="chat",
    prompt="What is {{what}}?",
    panes=(Pane("A", "local", "handbook", {"temperature": 0.5}), Pane("B", "openai", "gpt")),
    rows=({"what": "TTFT"},),
)
CELLS = ASKED.cells()


def dossier(*texts: str | None, asked: Set = ASKED) -> Dossier:
    """The set whose panes answered so; None: that run is deleted."""
    runs = {
        cell: chat(f"run_{cell.pane}", text=text) if text is not None else None
        for cell, text in zip(CELLS, texts, strict=True)
    }
    return Dossier(asked, {cell: f"run_{cell.pane}" for cell in CELLS}, runs)


def test_anybody_can_check_the_seal_by_the_recipe_in_the_docstring():
    found = dossier("one", "two")
    document = json.loads(json.dumps(found.document))
    asked = {name: document["set"][name] for name in ("kind", "task", "prompt", "panes", "rows", "files", "cache")}
    runs = [[run["row"], run["pane"], run["repeat"], run["seal"]] for run in document["runs"]]
    text = json.dumps({"set": asked, "runs": runs}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert document["seal"] == found.seal == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def test_the_seal_is_of_what_was_asked_and_answered():
    found = dossier("one", "two").seal
    assert dossier("one", "two", asked=replace(ASKED, id="set_2", created_at=2.0)).seal == found
    others = [dossier("one", "three"), dossier("one", None), dossier("one", "two", asked=replace(ASKED, prompt="?"))]
    assert found not in {each.seal for each in others}


def test_changes_are_told_place_by_place():
    before, after = dossier("one", "two"), dossier("one", "three")
    first, second = changes(before, after)
    assert (first.same, second.same) == (True, False)
    assert second.drift.texts == (("two", "three"),)
    [_, lost] = changes(before, dossier("one", None))
    assert (lost.same, lost.drift, lost.after) == (False, None, None)
    warm = Dossier(ASKED, {}, {Cell(0, "A", -1): chat()})
    assert changes(warm, warm) == []


def test_a_run_that_failed_is_not_the_same():
    failed = {cell: chat(status="failed", response=None) for cell in CELLS}
    both = Dossier(ASKED, {}, failed)
    assert not any(change.same for change in changes(both, both))


def test_sets_that_ask_the_same_are_alike():
    assert alike(ASKED, replace(ASKED, id="set_2", created_at=9.0))
    assert not alike(ASKED, replace(ASKED, rows=({"what": "tokens"},)))


def test_a_program_has_the_document_by_the_id(tmp_path):
    values = {"PLAYGROUND_DATA_DIR": str(tmp_path)}
    core = build(Settings.of(values))
    for cell in CELLS:
        core.history.record(chat(f"run_{cell.pane}", text=cell.pane))
    core.history.sets.keep(ASKED, {cell: f"run_{cell.pane}" for cell in CELLS})
    core.close()
    with Playground(values) as playground:
        found = playground.dossier("set_1").document
        with pytest.raises(NotFoundError, match="no set `set_2` in the namespace `default`"):
            playground.dossier("set_2")
    assert found == dossier("A", "B").document
