"""The Compare page, driven as a visitor drives it, over the real core; cloud providers are a replay server."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground import samples
from playground.comparison import Cell, Set
from playground.runs import Runs, shared
from tests.pages.conftest import settle
from tests.replay import Answer, Received, ReplayServer, event
from tests.specimens import picture

Page = Callable[..., AppTest]
CHAT = "/v1/chat/completions"
PROMPT = "compare_chat_prompt"


def said(text: str) -> list[bytes]:
    pieces = [event({"choices": [{"delta": {"content": f"{word} "}, "finish_reason": None}]}) for word in text.split()]
    usage = event({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}})
    ending = event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    return [*pieces, ending, usage, event("[DONE]")]


def echo(received: Received) -> Answer:
    """The last words of what was asked, and by whom."""
    content = received.json["messages"][-1]["content"]
    return Answer.stream(said(f"{received.json['model']} says {content}"))


@pytest.fixture
def cloud(environment: Callable[..., None], replay: ReplayServer, page: Page) -> Callable[..., AppTest]:
    """Opens the page with these models of OpenAI, which is the replay server."""
    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))
    replay.on("POST", CHAT, echo)

    def open_page(*models: str) -> AppTest:
        panes = dict(zip("ABCDEF", models, strict=False))
        query = {f"compare_chat_{letter}_model": model for letter, model in panes.items()}
        query |= {f"compare_chat_{letter}_provider": "OpenAI" for letter in panes}
        return page("compare", panes="".join(panes), **query)

    return open_page


def run(at: AppTest, prompt: str = "") -> AppTest:
    if prompt:
        at.text_area(key=PROMPT).set_value(prompt)
    at.button(key="compare_go").click().run()
    return settle(at)


def shown(at: AppTest) -> str:
    """Everything written on the page, in order."""
    assert not at.exception, at.exception
    return "\n".join([element.value for element in (*at.markdown, *at.text, *at.caption, *at.code)])


def uploader(at: AppTest, key: str) -> Any:
    """The uploader whose key begins so; a new one stands there after each file."""
    return next(each for each in at.file_uploader if str(each.key).startswith(key))


def asked(replay: ReplayServer) -> list[dict[str, Any]]:
    return [received.json for received in replay.requests if received.path == CHAT]


def kept(core: Callable[[], Runs], at: AppTest) -> tuple[Set, dict[Cell, str]]:
    found = core().history.sets.get(str(at.query_params["set"]), "default")
    assert found is not None
    return found, core().history.sets.runs(found.id)


def test_an_example_compares_without_a_key(page: Page, core: Callable[[], Runs]) -> None:
    at = page("compare")
    at.button(key="compare_example_one").click().run()
    settle(at)
    of, runs = kept(core, at)
    assert [pane.parameters for pane in of.panes] == [{"sentences": 1}, {"sentences": 3}]
    records = [core().history.get(runs[Cell(0, letter)], "default") for letter in "AB"]
    for record in records:
        assert record is not None
        assert record.response is not None
        assert record.response["data"]["text"] in shown(at)
        assert f"/runs?run={record.id}" in shown(at)


def test_one_click_asks_every_pane_with_what_is_shared(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = cloud("gpt-4.1", "gpt-4o", "o3")
    at.number_input(key="compare_chat_temperature").set_value(0.5)
    at.text_area(key="compare_chat_system").set_value("Be brief.")
    run(at, "Hello")
    sent = {each["model"]: each for each in asked(replay)}
    assert set(sent) == {"gpt-4.1", "gpt-4o", "o3"}
    assert (sent["gpt-4.1"]["temperature"], sent["gpt-4o"]["temperature"]) == (0.5, 0.5)
    assert "temperature" not in sent["o3"], "what a model refuses is left out for it alone"
    assert "`temperature` left out here" in shown(at)
    assert all("Be brief." in json.dumps(each["messages"][0]) for each in sent.values())
    for model in sent:
        assert f"{model} says Hello" in shown(at)


def test_a_sound_is_transcribed_by_every_pane(page: Page, cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    replay.on("POST", "/v1/audio/transcriptions", Answer.json({"text": "Hello there."}))
    panes = {f"compare_transcription_{letter}_provider": "OpenAI" for letter in "AB"}
    models = {"compare_transcription_A_model": "whisper-1", "compare_transcription_B_model": "gpt-4o-transcribe"}
    at = page("compare", **panes, **models)
    at.segmented_control(key="compare_task").set_value("transcription").run()
    uploader(at, "compare_sound").upload("call.flac", (samples.FOLDER / "speech.flac").read_bytes()).run()
    run(at)
    sent = [received for received in replay.requests if received.path == "/v1/audio/transcriptions"]
    asked_of = {part.text for received in sent for part in received.form if part.name == "model"}
    assert asked_of == set(models.values())
    assert shown(at).count("Hello there.") == 2
    at.segmented_control(key="compare_base").set_value("A").run()
    assert "Word for word the same as A." in shown(at)


def test_each_pane_may_have_its_own(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = cloud("gpt-4.1", "gpt-4o")
    at.number_input(key="compare_chat_temperature").set_value(0.5).run()
    at.toggle(key="compare_sync").set_value(False).run()
    assert at.number_input(key="compare_chat_B_temperature").value == 0.5, "what was shared is where each begins"
    at.toggle(key="compare_shared").set_value(False).run()
    at.number_input(key="compare_chat_B_temperature").set_value(1.0)
    at.text_area(key="compare_chat_B_system").set_value("Rhyme.")
    run(at, "Hello")
    sent = {each["model"]: each for each in asked(replay)}
    assert (sent["gpt-4.1"]["temperature"], sent["gpt-4o"]["temperature"]) == (0.5, 1.0)
    assert [each["role"] for each in sent["gpt-4.1"]["messages"]] == ["user"]
    assert sent["gpt-4o"]["messages"][0]["content"] == "Rhyme."
    at.toggle(key="compare_sync").set_value(True).run()
    assert at.number_input(key="compare_chat_temperature").value == 0.5, "the first pane's hold for all"


def test_a_new_pane_is_a_copy_and_one_can_go(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = cloud("gpt-4.1", "gpt-4o")
    at.toggle(key="compare_sync").set_value(False).run()
    at.number_input(key="compare_chat_A_seed").set_value(7).run()
    at.button(key="compare_copy_A").click().run()
    assert at.number_input(key="compare_chat_C_seed").value == 7
    assert at.selectbox(key="compare_chat_C_model").value == "gpt-4.1"
    at.button(key="compare_remove_B").click().run()
    assert at.query_params["panes"] == "AC"
    run(at, "Hello")
    assert [(each["model"], each.get("seed")) for each in asked(replay)] == [("gpt-4.1", 7)] * 2
    at.button(key="compare_add").click().run()
    assert at.query_params["panes"] == "ABC", "the free letter is given again"
    assert at.selectbox(key="compare_chat_B_model").value == "gpt-4.1"
    assert "This pane is new" in shown(at)
    for _ in range(3):
        at.button(key="compare_add").click().run()
    assert at.button(key="compare_add").disabled


def test_a_failing_pane_leaves_the_others_alone_and_is_tried_again(
    cloud: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    limited = Answer.golden("errors/openai-rate.json", 429, {"retry-after": "20"})
    first = iter([limited])
    replay.on("POST", CHAT, lambda got: next(first, echo(got)) if got.json["model"] == "gpt-4o" else echo(got))
    at = run(cloud("gpt-4.1", "gpt-4o"), "Hello")
    assert "The rate limit is reached" in shown(at)
    assert "gpt-4.1 says Hello" in shown(at)
    before = kept(core, at)[1]
    at.button(key="compare_run_B_retry").click().run()
    settle(at)
    assert "gpt-4o says Hello" in shown(at)
    assert "The rate limit is reached" not in shown(at)
    after = kept(core, at)[1]
    assert after[Cell(0, "A")] == before[Cell(0, "A")]
    assert after[Cell(0, "B")] != before[Cell(0, "B")]
    assert len(asked(replay)) == 3


def test_a_link_brings_everything_back(
    cloud: Callable[..., AppTest], page: Page, core: Callable[[], Runs], replay: ReplayServer
) -> None:
    at = cloud("gpt-4.1", "gpt-4o", "o3")
    at.toggle(key="compare_shared").set_value(False).run()
    at.text_area(key="compare_chat_B_system").set_value("Rhyme about {{what}}.").run()
    at.text_area(key=PROMPT).set_value("Say {{what}}").run()
    at.text_input(key="compare_value_what").set_value("rain")
    run(at)
    of, runs = kept(core, at)
    core().close()  # as after a restart
    shared.cache_clear()
    other = page("compare", set=of.id)
    assert other.text_area(key=PROMPT).value == "Say {{what}}"
    assert other.text_input(key="compare_value_what").value == "rain"
    assert other.text_area(key="compare_chat_B_system").value == "Rhyme about {{what}}."
    assert [other.selectbox(key=f"compare_chat_{letter}_model").value for letter in "ABC"] == [
        "gpt-4.1",
        "gpt-4o",
        "o3",
    ]
    assert all(f"/runs?run={run}" in shown(other) for run in runs.values())
    assert "gpt-4o says Say rain" in shown(other)
    assert len(asked(replay)) == 3, "looking runs nothing"


def test_a_link_to_nothing_says_so_and_the_page_works(page: Page) -> None:
    at = page("compare", set="set_nothing")
    assert "there is no comparison `set_nothing`" in shown(at).replace("There", "there")
    run(at, "What is TTFT?")
    assert "TTFT" in shown(at)


def test_words_that_differ_are_marked(cloud: Callable[..., AppTest]) -> None:
    at = run(cloud("gpt-4.1", "gpt-4o"), "one two")
    at.segmented_control(key="compare_base").set_value("A").run()
    assert "1 worded differently" in shown(at)
    [element] = at.get("bidi_component")
    pairs = json.loads(element.proto.json)["pairs"]
    assert {"kind": "changed", "before": "gpt-4.1", "after": "gpt-4o"} in pairs
    assert {"kind": "same", "before": "says one two", "after": "says one two"} in pairs


def test_rows_of_a_file_are_all_run(
    cloud: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    at = cloud("gpt-4.1", "gpt-4o")
    rows = "word,note\n" + "".join(f"w{number},n{number}\n" for number in range(4))
    uploader(at, "compare_rows").upload("rows.csv", rows.encode(), "text/csv").run()
    at.text_area(key=PROMPT).set_value("Say {{word}} {{other}}").run()
    assert "The file has no column `other`" in shown(at)
    at.text_area(key=PROMPT).set_value("Say {{word}}").run()
    at.number_input(key="compare_from_row").set_value(3)
    run(at)
    assert sorted(each["messages"][0]["content"] for each in asked(replay)) == ["Say w2"] * 2
    at.segmented_control(key="compare_all").set_value("All").run()
    at.button(key="compare_go").click().run()
    of, _ = kept(core, at)
    assert of.rows[1] == {"word": "w1", "note": "n1"}
    for _ in range(200):
        if not [each for each in at.button if each.key == "compare_stop"]:
            break
        at.run()
    assert len(asked(replay)) == 2 + 8
    assert "8 of 8 answers" in shown(at)
    table = at.dataframe(key="compare_table_of_rows").value
    assert table["B"].tolist() == [f"gpt-4o says Say w{number}" for number in range(4)]
    at.session_state["compare_row"] = 2
    at.run()
    assert "gpt-4.1 says Say w2" in shown(at)
    assert "gpt-4.1 says Say w0" not in shown(at)


def test_rows_can_be_stopped_keep_what_is_there_and_go_on(
    cloud: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    silent = Answer.stream(said("never")[:1], then="hang")
    replay.on("POST", CHAT, lambda got: silent if "w1" in str(got.json) else echo(got))
    at = cloud("gpt-4.1", "gpt-4o")
    uploader(at, "compare_rows").upload("rows.jsonl", b'{"word": "w0"}\n{"word": "w1"}\n{"word": "w2"}').run()
    at.text_area(key=PROMPT).set_value("Say {{word}}")
    at.segmented_control(key="compare_all").set_value("All").run()
    at.number_input(key="compare_abreast").set_value(1)
    at.button(key="compare_go").click().run()
    while sum(runs.row == 1 for runs in kept(core, at)[1]) < 2:
        at.run()
    at.button(key="compare_stop").click().run()
    settle(at)
    for _ in range(100):
        if "2 of 6 answers · 2 stopped" in shown(at):
            break
        at.run()
    assert "2 of 6 answers · 2 stopped" in shown(at)
    assert at.dataframe(key="compare_table_of_rows").value["A"].tolist()[2] == "not run"
    replay.on("POST", CHAT, echo)
    at.button(key="compare_rest").click().run()
    for _ in range(200):
        if "6 of 6 answers" in shown(at):
            break
        at.run()
    assert "6 of 6 answers" in shown(at)
    assert sum("w0" in str(each) for each in asked(replay)) == 2, "what was there is not asked again"


def test_what_is_missing_is_said_and_nothing_is_sent(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = run(cloud("gpt-4.1", "gpt-4o"))
    assert "There is no question yet" in shown(at)
    run(at, "Say {{what}}")
    assert "There is no value for `what`" in shown(at)
    assert at.text_area(key=PROMPT).value == "Say {{what}}"
    assert not asked(replay)


def test_files_go_to_every_pane(cloud: Callable[..., AppTest], replay: ReplayServer, page: Page) -> None:
    at = cloud("gpt-4.1", "gpt-4o")
    uploader(at, "compare_intake").upload("dot.png", picture(), "image/png").run()
    assert "dot.png" in shown(at).replace("\\", "")
    run(at, "What is this?")
    for each in asked(replay):
        kinds = [part["type"] for part in each["messages"][-1]["content"]]
        assert sorted(kinds) == ["image_url", "text"]
    again = page("compare", set=str(at.query_params["set"]))
    assert "dot.png" in shown(again).replace("\\", "")


def test_embeddings_stand_side_by_side(page: Page, core: Callable[[], Runs]) -> None:
    at = page("compare")
    at.segmented_control(key="compare_task").set_value("embedding").run()
    at.text_area(key="compare_embedding_prompt").set_value("A cat sleeps.\nA kitten naps.\nRates rose.")
    run(at)
    assert shown(at).count("**3** vectors of **384** numbers") == 2
    first = at.dataframe[0].value
    assert first["Text"].tolist() == ["A kitten naps.", "Rates rose."]
    near = first["Cosine to the first"].tolist()
    assert near[0] > 0.5 > near[1]
    assert len(kept(core, at)[1]) == 2
