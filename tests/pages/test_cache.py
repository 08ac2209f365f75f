"""The Cache page and the receipts in Chat, driven as a visitor drives them, over the real core."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.cache.demo import SAMPLES
from playground.runs import Runs
from tests.pages.conftest import settle

Page = Callable[..., AppTest]
QUESTION = "What is time to first token?"
OTHER = "How do I use the HTTP API?"
PARAPHRASES = [question for question, status in SAMPLES if status == "hit"]


def shown(at: AppTest) -> str:
    """Everything written on the page, in order."""
    assert not at.exception, at.exception
    return "\n".join(str(element.value) for element in (*at.title, *at.markdown, *at.text, *at.caption, *at.info))


def labels(at: AppTest) -> str:
    """The labels of all panels that open."""
    return "\n".join(panel.label for panel in at.expander)


def ask(at: AppTest, question: str = QUESTION) -> AppTest:
    """Ask in a conversation of its own: earlier messages are part of a request."""
    for button in at.button:
        if button.key == "chat_new":
            button.click().run()
            break
    at.chat_input(key="chat_input").set_value(question).run()
    return settle(at)


def until(at: AppTest, there: Callable[[], Any]) -> None:
    """Run the page until it shows what is awaited; a browser does so by its timer."""
    for _ in range(200):
        if there():
            return
        at.run()
        time.sleep(0.05)
    pytest.fail("what was awaited did not come")


def cached(at: AppTest, *questions: str) -> AppTest:
    """Chat with the cache on, asked these questions."""
    at.toggle(key="chat_cache").set_value(True).run()
    for question in questions:
        ask(at, question)
    return at


@pytest.fixture(autouse=True)
def own(core: Callable[[], Runs]) -> None:
    """No examples beside the test's own entries: the first who asks would bring them."""
    core().cache.clear_demo("default")


@pytest.fixture
def runs(core: Callable[[], Runs]) -> Callable[[], list[Any]]:
    return lambda: core().history.search("default")


def test_an_empty_cache_teaches(page: Page) -> None:
    at = page("cache")
    assert "Answers reused, with their risk shown" in shown(at)
    assert "No key needed" in at.button(key="cache_example_demo").label
    at.button(key="cache_example_own").click().run()
    assert at.toggle(key="chat_cache").value is True


def test_a_repeat_is_answered_from_the_cache_and_says_so(page: Page, runs: Callable[[], list[Any]]) -> None:
    at = cached(page("chat"), QUESTION, QUESTION)
    second, first = runs()
    assert (first.cached, second.cached) == (False, True)
    assert first.request["enable_semantic_cache"] is True
    assert first.request["cache_delta"] == 0.02
    assert second.response["data"]["text"] == first.response["data"]["text"]
    assert ":green-badge[:material/equal: Exact]" in labels(at)
    assert at.button(key="chat_0_cache_0_right")
    assert at.button(key="chat_0_cache_0_wrong")


def test_off_asks_for_nothing(page: Page, runs: Callable[[], list[Any]]) -> None:
    at = ask(ask(page("chat")))
    assert not any(run.cached for run in runs())
    assert not any("cache_delta" in run.request or run.request.get("enable_semantic_cache") for run in runs())
    assert "badge" not in labels(at)


def test_the_limit_is_kept_over_pages_and_taken_from_a_run(page: Page, runs: Callable[[], list[Any]]) -> None:
    at = cached(page("chat"))
    at.select_slider(key="chat_cache_delta").set_value(0.005).run()
    assert "At most 5 in 1,000 answers" in shown(at)
    at.switch_page("runs.py").run()
    at.switch_page("chat.py").run()
    ask(at)
    [run] = runs()
    assert run.request["cache_delta"] == 0.005
    other = page("chat", run=run.id)
    assert other.toggle(key="chat_cache").value is True
    assert other.select_slider(key="chat_cache_delta").value == 0.005


@pytest.mark.parametrize(("wish", "badge"), [("refresh", "Asked afresh"), ("no_store", "Kept out")])
def test_one_request_can_pass_the_cache_by(page: Page, runs: Callable[[], list[Any]], wish: str, badge: str) -> None:
    at = cached(page("chat"), QUESTION)
    at.get_by_key("chat_cache_once").set_value(wish).run()
    ask(at)
    assert not runs()[0].cached
    assert badge in labels(at)
    assert at.session_state["chat_cache_once"] is None, "for one request only"
    ask(at)
    assert runs()[0].cached


def test_regenerate_asks_the_model(page: Page, runs: Callable[[], list[Any]]) -> None:
    at = cached(page("chat"), QUESTION, QUESTION)
    settle(at.button(key="chat_0_again").click().run())
    assert [run.cached for run in runs()] == [False, True, False]


def test_a_receipt_opens(page: Page) -> None:
    at = cached(page("chat"), QUESTION, QUESTION)
    at.session_state["chat_0_cache_0_why"] = True
    at.run()
    facts = at.table[0].value.to_string()
    assert "Saved" in facts
    assert "Similarity" not in facts, "it goes without saying"


def test_a_word_on_an_answer_is_evidence(page: Page, core: Callable[[], Runs]) -> None:
    at = cached(page("chat"), QUESTION, QUESTION)
    at.button(key="chat_0_cache_0_right").click().run()
    assert "Noted as right" in shown(at)
    at.button(key="chat_0_cache_0_wrong").click().run()
    assert "Noted as wrong: this stored answer is deleted" in shown(at)
    assert core().cache.entries("default") == []


def test_the_model_can_be_asked_anyway(page: Page, runs: Callable[[], list[Any]]) -> None:
    at = cached(page("chat"), QUESTION, QUESTION)
    at.button(key="chat_0_cache_0_anyway").click().run()
    until(at, lambda: "Stored answer and the model's answer of now are the same, word for word" in shown(at))
    assert runs()[0].cached is False
    assert runs()[0].request == runs()[1].request


def test_a_run_shows_its_receipt(page: Page, runs: Callable[[], list[Any]]) -> None:
    at = cached(page("chat"), QUESTION, QUESTION)
    assert "Exact" in labels(page("runs", run=runs()[0].id))
    at.toggle(key="chat_cache").set_value(False).run()
    ask(at, OTHER)
    assert "Cache off" in shown(page("runs", run=runs()[0].id))


def test_the_overview_counts(page: Page) -> None:
    cached(page("chat"), QUESTION, QUESTION, OTHER, QUESTION)
    at = page("cache")
    metrics = {metric.label: metric for metric in at.metric}
    assert metrics["Hit rate"].value == "50%"
    assert metrics["Hit rate"].delta == "2 exact, 0 similar"
    assert metrics["Entries"].value == "2"
    assert re.match(r"Learning, \d of 200 judged answers", at.get("progress")[0].proto.text)
    assert "no similar prompt was answered from the cache" in shown(at)
    until(at, lambda: exact(at) == 2)  # written down now and then


def exact(at: AppTest) -> int:
    """Exact repeats in the chart's table."""
    return sum(int(frame.value["Exact"].sum()) for frame in at.dataframe if "Exact" in frame.value)


def test_entries_are_found_opened_and_deleted(page: Page, core: Callable[[], Runs]) -> None:
    cached(page("chat"), QUESTION, OTHER)
    at = page("cache", cache_view="Entries")
    assert at.dataframe[0].value["Prompt"].tolist() == [OTHER, QUESTION]
    at.text_input(key="cache_text").set_value("first token").run()
    assert at.dataframe[0].value["Prompt"].tolist() == [QUESTION]
    at.text_input(key="cache_text").set_value("nowhere").run()
    assert "No entry matches" in shown(at)
    at.button(key="cache_clear_search").click().run()
    entry = core().cache.entries("default", text="first token")[0].entry
    opened = page("cache", entry=str(entry))
    assert QUESTION in shown(opened)
    opened.button(key="cache_delete").click().run()
    assert [line.prompt for line in core().cache.entries("default")] == [OTHER]
    assert "no entry `5`" in shown(page("cache", entry="5"))


def test_clearing_wants_a_confirmation(page: Page, core: Callable[[], Runs]) -> None:
    cached(page("chat"), QUESTION)
    at = page("cache", cache_view="Entries")
    assert at.button(key="cache_clear_all").disabled
    at.checkbox(key="cache_sure").set_value(True).run()
    at.button(key="cache_clear_all").click().run()
    assert core().cache.entries("default") == []
    assert "Answers reused, with their risk shown" in shown(at) or "The cache is empty" in shown(at)


def test_an_export_comes_in_again(page: Page, core: Callable[[], Runs]) -> None:
    cached(page("chat"), QUESTION, OTHER)
    file = b"".join(core().cache.export("default"))
    core().cache.forget("default", [core().cache.entries("default")[0].entry])
    at = page("cache", cache_view="Entries")
    at.file_uploader(key="cache_file").upload("cache.jsonl", file).run()
    assert "1 entry came in" in shown(at)
    assert len(core().cache.entries("default")) == 2
    at.file_uploader(key="cache_file").upload("cache.jsonl", b"nothing of ours").run()
    assert "Line 1" in shown(at)


def test_a_dry_look_up_changes_nothing(page: Page, core: Callable[[], Runs], runs: Callable[[], list[Any]]) -> None:
    cached(page("chat"), QUESTION)
    before = core().cache.state("default").counts, len(runs())
    at = page("cache", cache_view="Try it")
    at.button(key="cache_look").click().run()
    assert "Write a prompt first" in shown(at)
    at.text_area(key="cache_prompt").set_value(QUESTION).run()
    at.button(key="cache_look").click().run()
    assert ":green-badge[:material/equal: Exact]" in shown(at)
    at.text_area(key="cache_prompt").set_value("How warm is the sea?").run()
    at.button(key="cache_fool").click().run()
    assert "Try to fool it" in shown(at)
    assert "None of the" in shown(at)
    assert (core().cache.state("default").counts, len(runs())) == before


def test_rules_are_kept(page: Page, core: Callable[[], Runs]) -> None:
    at = page("cache", cache_view="Rules")
    at.get_by_key("cache_guarantee").set_value("per_request").run()
    at.checkbox(key="cache_judge_similar").set_value(False).run()
    rules = core().cache.rules("default")
    assert (rules.guarantee, rules.judges) == ("per_request", ("equal",))
    again = page("cache", cache_view="Rules")
    assert again.get_by_key("cache_guarantee").value == "per_request"
    assert again.checkbox(key="cache_judge_similar").value is False


def test_the_map_and_its_table(page: Page) -> None:
    cached(page("chat"), QUESTION)
    assert "A map needs two entries" in shown(page("cache", cache_view="Map"))
    cached(page("chat"), OTHER)
    at = page("cache", cache_view="Map")
    [chart] = [each for each in at.get("echarts_chart") if each.key.startswith("cache_map")]
    assert chart.proto.alt == "Map of 2 entries by PCA, coloured by answer"
    assert sorted(at.dataframe[0].value["Prompt"]) == sorted([QUESTION, OTHER])
    assert json.loads(chart.proto.spec)["series"]


def test_the_demo_shows_hits_and_goes_away(page: Page, core: Callable[[], Runs], runs: Callable[[], list[Any]]) -> None:
    at = page("cache")
    at.button(key="cache_example_demo").click().run()
    assert "Demo loaded" in shown(at)
    assert "came with the playground" in shown(at)
    assert "Learned from" in shown(at)
    [place] = [place for place, (_, status) in enumerate(SAMPLES) if status == "exact"]
    at.button(key=f"cache_example_{place}").click().run()
    settle(at)
    at.switch_page("chat.py").run()  # where the click has led; AppTest itself stays
    until(at, lambda: "Demo" in labels(at))
    [run] = runs()
    assert run.cached
    assert run.request["inputs"]["messages"][0]["content"] == SAMPLES[place][0]
    at.switch_page("cache.py").run()
    at.button(key="cache_demo_clear").click().run()
    assert not core().cache.state("default").demo


def test_a_paraphrase_is_a_hit_and_a_word_on_it_is_evidence(page: Page, core: Callable[[], Runs]) -> None:
    """Hits are checked by a die now and then, so several are asked; one of them is served all but surely."""
    core().cache.load_demo("default")
    at = page("chat")
    at.toggle(key="chat_cache").set_value(True).run()
    for question in PARAPHRASES:
        ask(at, question)
        if "bolt: Hit" in labels(at):
            break
    at.session_state["chat_0_cache_0_why"] = True
    at.run()
    facts = at.table[0].value.to_string()
    assert "at most 2 in 100 wrong" in facts
    drawn = [json.loads(element.proto.json or "{}") for element in at.get("bidi_component")]
    [pairs] = [data for data in drawn if "pairs" in data]
    [gauge] = [data for data in drawn if "within" in data]
    assert {pair["kind"] for pair in pairs["pairs"]} > {"same"}
    assert gauge["within"] is True
    assert re.fullmatch(r"Chance of error at most [\d.]+%; [\d.]+% allowed for one answer now", gauge["label"])
    at.button(key="chat_0_cache_0_wrong").click().run()
    assert "Noted as wrong" in shown(at)
    assert "A person called this answer wrong" in shown(at)
    entry = core().receipts(core().history.search("default")[0])[0]["entry"]
    assert re.search(r"Evidence\*\* · \d+ right, 1 wrong", shown(page("cache", entry=entry)))
