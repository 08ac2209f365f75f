"""Several models on the Embeddings page: the same items, linked maps, shared neighbours, and who finds what."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from playground.pairs import Pair
from playground.scorecard.overlap import overlap
from playground.scorecard.retrieval import retrieval
from playground.ui.embeddings.agreed import Agreed
from playground.ui.embeddings.agreement import as_csv, as_json
from playground.ui.embeddings.embedded import embedded
from playground.ui.embeddings.lists import marks
from playground.ui.embeddings.ranking import Checked
from playground.ui.embeddings.ranking import as_csv as ranks_as_csv
from playground.ui.embeddings.ranking import as_json as ranks_as_json
from tests.pages.conftest import settle
from tests.pages.test_embeddings import said
from tests.pages.test_embeddings_media import choose, give, restarted
from tests.replay import Answer, Received
from tests.specimens import picture
from tests.trigrams import answered, trigrams

LINES = "A red cat sleeps\nA red dog barks\nA blue cat sings\nThe train was late\nThe train came late\nA blue bus"
PAIRS = "cats => A red cat sleeps | 3\ndelays => 4 | 5\nbarking => 2\nbuses => A blue bus\ntrains => The train was late"


@pytest.fixture
def two(environment, replay, page) -> Callable[..., object]:
    """Opens the page with a model of this machine and one by OpenAI beside it; the answers are OpenAI's."""

    def open_page(*answers: Answer | Callable[[Received], Answer]) -> object:
        environment(OPENAI_API_KEY="sk-compare-test-01234", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
        replay.on("GET", "/v1/models", Answer.json({"object": "list", "data": [{"id": "text-embedding-3-small"}]}))
        replay.on("POST", "/v1/embeddings", *(answers or (answered,)))
        at = page("embeddings").button(key="embeddings_compare").click().run()
        at.selectbox(key="embeddings_second_provider").set_value("openai").run()
        at.selectbox(key="embeddings_second_model").set_value("text-embedding-3-small").run()
        assert not at.exception
        return at

    return open_page


def embed(at):
    at.text_area(key="embeddings_lines").set_value(LINES).run()
    at = settle(at.button(key="embeddings_go").click().run())
    assert not at.exception
    return at


def check(at, pairs=PAIRS):
    at.text_area(key="embeddings_pairs").set_value(pairs).run()
    at = settle(at.button(key="embeddings_check_go").click().run())
    assert not at.exception
    return at


def maps(at) -> list[dict]:
    found = [each for each in at.get("echarts_chart") if each.key.startswith("embeddings_map_")]
    return [{"alt": each.proto.alt, **json.loads(each.proto.spec)} for each in found]


def table(at, *columns: str):
    """The one table that has these columns."""
    [found] = [each.value for each in at.dataframe if set(columns) <= set(each.value.columns)]
    return found


def runs(core) -> dict[str, object]:
    """The runs of items, by model."""
    return {run.model: run for run in core().history.search("default") if run.request["inputs"]["texts"][0] in LINES}


def test_two_models_embed_the_same_items_and_their_neighbours_are_compared(two, core, page):
    at = two()
    assert at.button(key="embeddings_go").label == "Embed with both"
    at = embed(at)
    ours, theirs = runs(core)["all-minilm-l6-v2"], runs(core)["text-embedding-3-small"]
    assert ours.request["inputs"] == theirs.request["inputs"] == {"texts": LINES.split("\n")}
    assert (at.query_params["run"], at.query_params["with"]) == (ours.id, theirs.id)
    assert [each["alt"].split(",")[0] for each in maps(at)] == [
        f"Map of 6 texts by PCA of {run.model}" for run in (ours, theirs)
    ]
    assert "Each map is its model's own" in said(at)
    at.get_by_key("embeddings_k").set_value(3).run()
    found = overlap(embedded(ours).vectors, embedded(theirs).vectors, 3)
    sentence = f"**A and B share {found.share.value:.0%} of their 3 nearest neighbours**; chance would give 60%."
    assert f"{sentence} What other items like these would share cannot be told from so few: that takes 40." in said(at)
    listed = table(at, "Models", "By chance")
    assert listed["Shared"].tolist() == pytest.approx([found.share.value])
    changed = table(at, "Item", "Share")
    assert changed["Item"].tolist() == [LINES.split("\n")[row] for row in found.changed]
    assert changed["Shared"].tolist() == [f"{round(found.shares[row] * 3)} of 3" for row in found.changed]

    other = page("embeddings", run=ours.id, **{"with": theirs.id})
    assert len(maps(other)) == 2
    assert other.selectbox(key="embeddings_second_model").value == "text-embedding-3-small"
    at.switch_page("settings.py").run()
    at.switch_page("embeddings.py").run()
    assert (len(maps(at)), at.query_params["with"]) == (2, theirs.id)


def test_what_is_selected_on_one_map_is_marked_on_both(two):
    at = embed(two())
    at.session_state["embeddings_selected"] = [1, 4]
    at.run()
    for each in maps(at):
        [marked] = [series["data"] for series in each["series"] if series["id"] == "mark: selected"]
        assert len(marked) == 2
    assert "**2 selected**" in said(at)


def test_both_lists_of_neighbours_stand_side_by_side(two, core):
    at = embed(two())
    at.get_by_key("embeddings_k").set_value(3).run()
    at.selectbox(key="embeddings_focus").set_value(0).run()
    lists = [each.value for each in at.dataframe if "Named by" in each.value.columns]
    assert [len(each) for each in lists] == [3, 3]
    named = [dict(zip(each["Item"], (word for [word] in each["Named by"]), strict=True)) for each in lists]
    both = named[0].keys() & named[1].keys()
    assert {named[0][item] for item in both} == {named[1][item] for item in both} == {"✓ both"}
    assert {word for item, word in named[0].items() if item not in both} <= {"only A"}
    assert {word for item, word in named[1].items() if item not in both} <= {"only B"}


def test_marks_of_three():
    rows = {"A": [1, 2, 3], "B": [2, 3, 4], "C": [3, 5, 6]}
    assert marks(rows, "A") == ["only A", "A, B", "✓ all"]
    assert marks(rows, "C") == ["✓ all", "only C", "only C"]


def test_a_failure_is_one_model_s_own_and_can_be_tried_again(two, core):
    at = embed(two(Answer.json({"error": {"message": "slow down"}}, 429), answered))
    assert "The rate limit is reached" in said(at)
    assert len(maps(at)) == 1
    assert "Do they agree" not in said(at)
    at = settle(at.button(key="embeddings_second_run_retry").click().run())
    assert len(maps(at)) == 2
    assert "A and B share" in said(at)
    assert len(core().history.search("default")) == 3


def test_each_model_stops_alone(two, core):
    at = two(replace(Answer.json({}), wait=3600))
    at.text_area(key="embeddings_lines").set_value(LINES).run()
    at = at.button(key="embeddings_go").click().run()
    at = settle(at.button(key="embeddings_second_stop").click().run())
    assert {run.provider: run.status for run in core().history.search("default")} == {
        "local": "done",
        "openai": "cancelled",
    }
    assert "You stopped this run." in said(at)
    assert len(maps(at)) == 1


def test_a_model_joins_later_a_third_too_and_goes_again(two, core):
    at = two()
    at = at.button(key="embeddings_second_remove").click().run()
    at = embed(at)
    assert len(maps(at)) == 1
    at = at.button(key="embeddings_compare").click().run()
    at = settle(at.button(key="embeddings_second_add").click().run())
    at = at.button(key="embeddings_compare").click().run()
    assert "embeddings_compare" not in [button.key for button in at.button], "three are the most"
    at.selectbox(key="embeddings_third_provider").set_value("local").run()
    at.selectbox(key="embeddings_third_model").set_value("all-minilm-l6-v2").run()
    at = settle(at.button(key="embeddings_third_add").click().run())
    assert len(maps(at)) == 3
    assert "**A and C share 100% of their" in said(at)
    at.get_by_key("embeddings_pair").set_value("A and C").run()
    assert set(table(at, "Item", "Share")["Share"]) == {1.0}
    third = at.query_params["also"]
    at = at.button(key="embeddings_second_remove").click().run()
    assert not at.exception
    assert (at.query_params["with"], "also" in at.query_params) == (third, False)
    assert at.selectbox(key="embeddings_second_model").value == "all-minilm-l6-v2"
    assert len(maps(at)) == 2


def test_runs_of_different_items_are_not_compared(two, page):
    first = embed(two()).query_params["run"]
    other = settle(page("embeddings").button(key="embeddings_example_meanings").click().run()).query_params["run"]
    at = page("embeddings", run=first, **{"with": other})
    assert f"un `{other}` embeds other items than the first" in said(at)
    assert len(maps(at)) == 1
    assert "with" not in at.query_params


def test_a_model_that_does_not_take_the_items_says_so(two, page):
    at = choose(two(), "local", "colour-and-edges")
    at = give(at, ("sign.png", picture()))
    assert "`text-embedding-3-small` takes text only, so images cannot go to it." in said(at)
    assert at.button(key="embeddings_go").disabled


def test_pairs_are_checked_by_every_model_as_it_wants_its_queries(two, core, replay, page):
    at = embed(two())
    at.text_input(key="embeddings_prefix_B").set_value("query: ").run()
    at.text_input(key="embeddings_query_B").set_value('{"user": "me"}').run()
    at = check(at)
    queries = ["cats", "delays", "barking", "buses", "trains"]
    [*_, sent] = [each.json for each in replay.requests if each.method == "POST"]
    assert sent["input"] == [f"query: {query}" for query in queries]
    assert sent["user"] == "me"
    expected = [[0, 2], [3, 4], [1], [5], [3]]
    items = runs(core)
    asked = [core().history.get(id_, "default") for id_ in at.query_params["check"].split(",")]
    found = [
        retrieval(run.response["data"]["embeddings"], embedded(items[run.model]).vectors, expected, 5) for run in asked
    ]
    ranks = table(at, "Query", "Rank A")
    assert ranks["Query"].tolist() == queries
    assert (ranks["Rank A"].tolist(), ranks["Rank B"].tolist()) == (found[0].ranks, found[1].ranks)
    assert ranks["Expected"][0] == "A red cat sleeps | A blue cat sings"
    scores = table(at, "MRR")
    assert [row.split(" ")[0] for row in scores["MRR"]][:2] == [f"{each.mrr.value:.2f}" for each in found]
    assert scores[" "].tolist()[-1] == "A − B"
    assert "annot tell yet whether A or B finds more" in said(at) or "finds more of what was expected than" in said(at)
    link = dict(at.query_params)

    restarted()
    other = page("embeddings", **{name: value if isinstance(value, str) else value[0] for name, value in link.items()})
    assert not other.exception
    assert table(other, "Query", "Rank A")["Rank B"].tolist() == found[1].ranks
    assert other.text_area(key="embeddings_pairs").value.startswith("cats => A red cat sleeps | 3\n")
    assert len(core().history.search("default")) == 4, "looking asks nobody"


def test_pairs_come_from_a_file(two):
    at = embed(two())
    [uploader] = [each for each in at.file_uploader if each.key == "embeddings_pairs_file"]
    at = uploader.upload("pairs.csv", b"query,expected\nlate,4\nlate,5\nsong,3\n").run()
    assert at.text_area(key="embeddings_pairs").value == "late => 4 | 5\nsong => 3"
    [uploader] = [each for each in at.file_uploader if each.key == "embeddings_pairs_file"]
    at = uploader.upload("pairs.csv", b"query\nlate\n").run()
    assert "Pairs need two columns" in said(at)


def test_pairs_that_mean_nothing_are_not_sent(two, core):
    at = check(embed(two()), "cats => a giraffe")
    assert "The query `cats` expects `a giraffe`, and that is none of the 6 items" in said(at)
    assert "There is no pair yet" in said(check(at, " "))
    assert len(core().history.search("default")) == 2


def test_queries_of_one_model_fail_alone(two):
    at = check(embed(two(answered, Answer.json({"error": {"message": "no"}}, 500), answered)))
    assert "Rank A" in table(at, "Query", "Rank A").columns
    assert "Rank B" not in table(at, "Query", "Rank A").columns
    at = settle(at.button(key="embeddings_check_B_retry").click().run())
    assert "Rank B" in table(at, "Query", "Rank A").columns


def test_images_of_a_model_without_words_cannot_be_looked_for(page):
    at = page("embeddings").button(key="embeddings_compare").click().run()
    at.selectbox(key="embeddings_second_model").set_value("colour-and-edges").run()
    at = settle(at.button(key="embeddings_example_shapes").click().run())
    assert "**A and B share 100% of their" in said(at)
    assert "Queries are texts, and model A, `colour-and-edges`, takes images only." in said(at)
    changed = table(at, "Item", "Share")
    assert changed["Picture"].str.startswith("data:image/webp").all()


def test_exports_hold_what_is_shown(two, core):
    embed(two())
    founds = {letter: embedded(run) for letter, run in zip("BA", runs(core).values(), strict=True)}
    founds = dict(sorted(founds.items()))
    agreed = [Agreed("A", "B", overlap(founds["A"].vectors, founds["B"].vectors, 2))]
    rows = list(csv.DictReader(io.StringIO(as_csv(founds, agreed).decode("utf-8-sig"))))
    assert [row["text"] for row in rows] == LINES.split("\n")
    assert [float(row["shared@2 A and B"]) for row in rows] == list(agreed[0].found.shares)
    whole = json.loads(as_json(founds, agreed))
    assert whole["models"]["A"]["run"] == founds["A"].run.id
    assert len(whole["pairs"][0]["items"][0]["neighbours"]["B"]) == 2

    vectors = np.array([trigrams(text) for text in LINES.split("\n")], np.float32)
    found = retrieval(vectors[:2], vectors, [[0], [2]], 3)
    pairs = [Pair("=one", ("1",)), Pair("two", ("3",))]
    checked = Checked(pairs, [[0], [2]], LINES.split("\n"), {"A": found}, {"A": founds["A"].run})
    [first, second] = csv.DictReader(io.StringIO(ranks_as_csv(checked).decode("utf-8-sig")))
    assert (first["query"], first["rank A"], second["expected"]) == ("=one", "1", "A blue cat sings")
    told = json.loads(ranks_as_json(checked))
    assert told["queries"][1]["expected"] == [{"number": 3, "item": "A blue cat sings"}]
    assert told["models"]["A"]["scores"]["MRR"]["mean"] == pytest.approx(found.mrr.value)
