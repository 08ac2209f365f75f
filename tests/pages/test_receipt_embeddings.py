"""An A/B of embeddings is a set: its receipt, the same once more, and the way back to its page."""

import json
import time
from urllib.parse import parse_qs

from playground.comparison import ITEMS, QUERIES, Cell
from playground.dossier import dossier
from tests.pages.test_embeddings import said
from tests.pages.test_embeddings_compare import LINES, check, embed, maps, table, two  # noqa: F401 - a fixture
from tests.replay import Answer, Received
from tests.trigrams import answered


def set_of(at) -> str | None:
    """The set that the page's link to a receipt names."""
    links = [each.proto for each in at.get("page_link") if each.proto.page == "receipt"]
    return parse_qs(links[0].query_string)["set"][0] if links else None


def tables(at) -> str:
    return str([each.value.to_dict() for each in at.table])


def test_the_receipt_of_an_a_b_says_all_and_asked_again_shows_the_drift(two, core, page, replay):  # noqa: F811
    at = embed(two())
    id_ = set_of(at)
    assert set_of(at.run()) == id_, "looking again makes no second set"
    assert len(core().history.sets.recent("default", "embeddings")) == 1
    found = dossier(core().history, id_, "default")
    assert [pane.model for pane in found.asked.panes] == ["all-minilm-l6-v2", "text-embedding-3-small"]
    assert found.asked.rows[ITEMS]["count"] == 6
    assert list(found.ids) == [Cell(ITEMS, "A"), Cell(ITEMS, "B")]

    receipt = page("receipt", set=id_)
    assert not receipt.exception
    words = said(receipt)
    for part in ("A/B of 2 embedding models", "2 answered", "Pasted texts", "**A and B share", "Shared neighbours"):
        assert part in words, part
    assert table(receipt, "#", "text")["text"].tolist() == LINES.split("\n")
    assert "text-embedding-3-small" in tables(receipt)
    assert "too few items" in tables(receipt)
    assert found.seal in [each.value for each in receipt.code]

    replay.on("POST", "/v1/embeddings", moved)
    receipt.button(key="receipt_again").click().run()
    receipt = settled(receipt, core)
    assert not receipt.exception
    assert "Of 2 answers 1 is the same" in said(receipt)
    assert "vectors moved: cosine" in tables(receipt)
    second = dossier(core().history, receipt.query_params["with"], "default")
    assert second.asked.rows == found.asked.rows
    assert second.seal != found.seal


def settled(at, core):
    """The page once what it started has ended."""
    deadline = time.monotonic() + 120
    while core().live("default"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return at.run()


def moved(asked: Received) -> Answer:
    """The answer of a model that has changed since."""
    answer = json.loads(answered(asked).body)
    for row in answer["data"]:
        row["embedding"][0] += 0.5
    return Answer.json(answer)


def test_a_check_is_in_the_receipt_and_a_link_brings_all_of_it_back(two, core, page):  # noqa: F811
    at = embed(two())
    before = set_of(at)
    at = check(at)
    id_ = set_of(at)
    assert id_ != before
    receipt = page("receipt", set=id_)
    assert not receipt.exception
    assert "Which finds what was expected" in said(receipt)
    assert "MRR" in tables(receipt)
    assert "queries" in tables(receipt)
    ranks = table(at, "Query", "Rank A")
    shown = table(receipt, "Query", "Rank A")
    assert shown["Rank B"].tolist() == ranks["Rank B"].tolist()
    document = json.loads(json.dumps(dossier(core().history, id_, "default").document))
    assert document["set"]["rows"][QUERIES]["pairs"][0] == {"query": "cats", "expected": ["A red cat sleeps | 3"]}

    other = page("embeddings", set=id_)
    assert not other.exception
    assert len(maps(other)) == 2
    assert table(other, "Query", "Rank A")["Rank B"].tolist() == ranks["Rank B"].tolist()
    assert "set" not in other.query_params
    assert set_of(other) == id_
    assert len(core().history.search("default")) == 4, "looking asks nobody"


def test_a_set_of_another_kind_is_no_a_b(page):
    assert "There is no A/B of embeddings `set_gone`" in said(page("embeddings", set="set_gone"))
