"""What the Chat page says of the models: the line below the picker, the table, the parameters, the end of a model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from playground.call import Model, Readiness
from playground.providers.capabilities import Capability
from playground.runs import Runs
from playground.ui.facts import ending, flow, short
from playground.ui.picker import Choice
from tests.pages.test_chat import ask, asked, reply, shown
from tests.replay import Answer, ReplayServer

Page = Callable[..., AppTest]
KNOWN = Model("m", ("chat",), inputs=("text", "image"), retires="2027-01-14")


def choice(model: Model) -> Choice:
    can = Capability("openai", model, outputs=("text", "json"))
    return Choice("openai", model.id, model, Readiness(True), "OpenAI", can)


@pytest.fixture
def cloud(environment: Callable[..., None], replay: ReplayServer, page: Page) -> Callable[..., AppTest]:
    """Opens Chat on a model of OpenAI, which is the replay server."""
    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))
    replay.on("POST", "/v1/chat/completions", Answer.stream(reply("ok")))
    return lambda model: page("chat", chat_provider="OpenAI", chat_model=model)


def test_the_line_says_what_goes_in_what_comes_out_how_much_and_since_when(cloud: Callable[..., AppTest]) -> None:
    line = next(text for text in shown(cloud("gpt-4.1")).splitlines() if "Ready" in text)
    for told in ("text", "images", "PDF → text, JSON", "1M context", "\\$2 in, \\$8 out per million tokens"):
        assert told in line
    assert "as of 20 Nov 2026" in line
    assert "14 Jan 2027" in line
    assert "audio" not in line


def test_a_local_model_is_free(page: Page) -> None:
    assert "free, on this machine" in shown(page("chat"))


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 3, 1), "· until 14 Jan 2027"),
        (date(2026, 11, 1), "orange-badge[:material/event_upcoming: Retires on 14 Jan 2027]"),
        (date(2027, 1, 14), "red-badge[:material/event_busy: Retired on 14 Jan 2027: choose another]"),
    ],
)
def test_the_end_of_a_model_is_told_louder_as_it_comes_near(today: date, said: str) -> None:
    assert said in ending(choice(KNOWN), today)
    assert ending(choice(replace(KNOWN, retires=None)), today) == ""


def test_words_for_numbers_and_ways() -> None:
    assert [short(count) for count in (512, 8_192, 128_000, 1_050_000)] == ["512", "8.19K", "128K", "1.05M"]
    can = choice(KNOWN).can
    assert can is not None
    assert flow(can) == ":material/notes: text, :material/image: images → text, JSON"


def test_the_table_has_every_model_on_offer(cloud: Callable[..., AppTest]) -> None:
    at = cloud("gpt-4.1")
    at.button(key="chat_lineup").click().run()
    rows = at.dataframe[0].value.set_index("Model")
    assert rows.loc["gpt-4o", ["Images", "Audio", "PDF"]].tolist() == [True, False, True]
    assert rows.loc["gpt-4o", "Context"] == 128_000
    assert rows.loc["gpt-4o", ["$ in", "$ out"]].tolist() == [2.5, 10]
    assert rows.loc["whisper-1", "Gives"] == "transcript"
    assert "catalogue as of 20 Nov 2026" in shown(at)


def test_sampling_is_free_while_nothing_is_reasoned(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = cloud("gpt-5.5")
    assert at.number_input(key="chat_temperature").disabled
    at.text_area(key="chat_extra").set_value('{"reasoning_effort": "none"}').run()
    assert not at.number_input(key="chat_temperature").disabled
    at.number_input(key="chat_temperature").set_value(0.3)
    ask(at, "hello")
    assert (asked(replay)[0]["temperature"], asked(replay)[0]["reasoning_effort"]) == (0.3, "none")


def test_a_server_that_lists_nothing_takes_a_typed_model(
    environment: Callable[..., None], replay: ReplayServer, page: Page, core: Callable[[], Runs]
) -> None:
    environment(PLAYGROUND_COMPATIBLE_MINE_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("errors/openai-rate.json", 500))
    replay.on("POST", "/v1/chat/completions", Answer.stream(reply("ok")))
    at = page("chat", chat_provider="mine")
    while "Models not listed" not in shown(at):
        at.run()
    assert at.chat_input(key="chat_input").placeholder == "Type a model's name first"
    assert at.selectbox(key="chat_model").proto.accept_new_options
    ask(page("chat", chat_provider="mine", chat_model="my-model"), "hello")  # what is typed is in the address
    assert asked(replay)[0]["model"] == "my-model"


def test_a_link_to_nothing_is_told_beside_a_conversation(page: Page) -> None:
    at = ask(page("chat"), "What is TTFT?")
    at.query_params["run"] = "run_nothing"
    at.run()
    said = [each.value for each in (*at.main.text, *at.main.markdown)]
    assert any("no run `run_nothing`" in each for each in said)
    assert "What is TTFT?" in said


def test_a_link_to_a_provider_that_is_not_here_says_who_answers_instead(page: Page) -> None:
    at = page("chat", chat_provider="Lab", chat_model="m")
    assert "There is no provider `Lab` here, so This machine is chosen" in at.toast[0].value
    assert not page("chat", chat_provider="OpenAI").toast
