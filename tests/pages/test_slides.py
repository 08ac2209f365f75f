"""Slides: runs are put into a deck, in an order, and shown one by one; nothing of it is a run."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.runs import Runs
from playground.store.decks import Deck
from tests.runs import chat

Page = Callable[..., AppTest]
Core = Callable[[], Runs]


def shown(at: AppTest) -> str:
    return "\n".join(each.value for kind in (at.title, at.markdown, at.caption) for each in kind)


def keys(at: AppTest) -> set[str]:
    return {str(button.key) for button in at.button}


def deck_of(core: Core, *ids: str) -> Deck:
    for id_ in ids:
        core().history.record(chat(id_, f"Question {id_}?", f"Answer {id_}.", pace=(((0, 6), (3_600_000, 3)),)))
    return core().history.decks.make("default", "A *deck*", ids)


def order(core: Core, deck: Deck) -> tuple[str, ...]:
    found = core().history.decks.get(deck.id, "default")
    assert found is not None
    return found.runs


def test_a_run_goes_into_a_new_deck_and_into_one_that_is_there(page: Page, core: Core):
    deck_of(core, "a")
    core().history.record(chat("b"))
    at = page("runs", run="b")
    at.button(key="runs_deck_add").click().run()
    (deck,) = core().history.decks.all("default")
    assert deck.runs == ("a", "b")
    assert "“A *deck*” has 2 slides" in shown(at)
    at.selectbox(key="runs_deck").set_value("A new deck").run()
    at.text_input(key="runs_deck_title").set_value("Mine").run()
    at.button(key="runs_deck_add").click().run()
    assert {(each.title, each.runs) for each in core().history.decks.all("default")} == {
        ("A *deck*", ("a", "b")),
        ("Mine", ("b",)),
    }


def test_slides_are_turned_to_their_ends_and_left(page: Page, core: Core):
    deck = deck_of(core, "a", "b")
    at = page("slides", deck=deck.id, slide="1")
    assert "Answer a." in shown(at)
    assert "Recorded 21 Sep 2026" in shown(at)
    assert "1 of 2" in shown(at)
    assert at.button(key="slides_previous").disabled
    at.button(key="slides_next").click().run()
    assert at.query_params["slide"] == "2"
    assert "Answer b." in shown(at)
    assert at.button(key="slides_next").disabled
    assert at.button(key="slides_forward").disabled
    at.button(key="slides_back").click().run()
    assert "Answer a." in shown(at)
    at.button(key="slides_leave").click().run()
    assert "slide" not in at.query_params
    assert "slides_row_0_out" in keys(at)
    assert core().history.count("default") == 2


def test_a_slide_out_of_range_is_the_nearest(page: Page, core: Core):
    deck = deck_of(core, "a", "b")
    for asked, found in (("9", "Answer b."), ("0", "Answer a."), ("-1", "Answer a."), ("²", "Answer a.")):
        at = page("slides", deck=deck.id, slide=asked)
        assert not at.exception
        assert found in shown(at)


def test_answers_come_at_their_pace_where_that_is_wanted(page: Page, core: Core):
    deck = deck_of(core, "a", "b")
    at = page("slides", deck=deck.id)
    at.toggle(key="slides_pace").set_value(True).run()
    at.query_params["slide"] = "1"
    at.run()
    at.button(key="slides_next").click().run()
    assert "Answer b." not in shown(at)
    assert "Recorded 21 Sep 2026" in shown(at)
    at.button(key="slides_skip").click().run()
    assert "Answer b." in shown(at)
    at.button(key="slides_replay").click().run()
    assert "Answer b." not in shown(at)


def test_a_deck_is_put_in_order(page: Page, core: Core):
    deck = deck_of(core, "a", "b", "c")
    at = page("slides", deck=deck.id)
    at.button(key="slides_row_0_down").click().run()
    assert order(core, deck) == ("b", "a", "c")
    at.button(key="slides_row_2_up").click().run()
    assert order(core, deck) == ("b", "c", "a")
    at.button(key="slides_row_0_out").click().run()
    assert order(core, deck) == ("c", "a")
    at.text_input(key="slides_title").set_value("Other").run()
    at.button(key="slides_rename").click().run()
    assert [each.value for each in at.title] == ["Other"]
    at.button(key="slides_delete").click().run()
    assert core().history.decks.all("default") == []
    assert core().history.count("default") == 3
    assert "arrow keys" in shown(at)


def test_runs_that_are_gone_and_decks_that_are_unknown(page: Page, core: Core):
    deck = core().history.decks.make("default", "Lost", ["run_gone"])
    for query in ({"deck": deck.id}, {"deck": deck.id, "slide": "1"}):
        at = page("slides", **query)
        assert not at.exception
        assert "not in the history any more" in shown(at)
    assert "There is no deck `nope`" in shown(page("slides", deck="nope"))
    empty = core().history.decks.make("default", "Empty")
    assert "No slides yet" in shown(page("slides", deck=empty.id, slide="1"))


def test_every_kind_of_run_has_a_slide(page: Page, core: Core):
    texts = ["a cat", "a dog", "red", "blue"]
    request = RawInferenceRequest(provider="local", model="all-minilm-l6-v2", inputs={"texts": texts})
    vectors = core().start(request).wait(60)
    assert vectors is not None
    failed = {"success": False, "status": 429, "error": {"message": "too many requests"}}
    core().history.record(chat("failed", status="failed", response=None, error=failed))
    heard = {"text": "Hello there", "segments": [{"start": 0.0, "end": 1.0, "text": "Hello there"}], "duration": 1.0}
    core().history.record(chat("heard", task="transcription", request={"inputs": {}}, response={"data": heard}))
    one = {"embedding": [0.1, 0.2], "dimensions": 2}
    core().history.record(chat("one", task="embedding", request={"inputs": {"text": "x"}}, response={"data": one}))
    deck = core().history.decks.make("default", "All", [vectors.id, "failed", "heard", "one"])
    for slide, found in enumerate(("4 texts, 384 dimensions", "Too many requests.", "Hello there", "Answered"), 1):
        at = page("slides", deck=deck.id, slide=str(slide))
        assert not at.exception
        assert found in shown(at)
        assert "Recorded" in shown(at)
