"""The Chat page, driven as a visitor drives it, over the real core; cloud providers are a replay server."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.record import RunRecord
from playground.runs import Runs
from tests.pages.conftest import settle
from tests.replay import Answer, Received, ReplayServer, event

Page = Callable[..., AppTest]
CHAT = "/v1/chat/completions"


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return event(
        {"id": "c1", "object": "chat.completion.chunk", "choices": [{"delta": delta, "finish_reason": finish}]}
    )


def reply(*texts: str, **thoughts: str) -> list[bytes]:
    usage = event({"id": "c1", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 5}})
    pieces = [chunk({name: text}) for name, text in thoughts.items()]
    return [*pieces, *(chunk({"content": text}) for text in texts), chunk({}, "stop"), usage, event("[DONE]")]


@pytest.fixture
def cloud(environment: Callable[..., None], replay: ReplayServer, page: Page) -> Callable[..., AppTest]:
    """Opens the page with OpenAI picked, which is the replay server."""
    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))

    def open_page(*answers: Answer, model: str = "gpt-4.1") -> AppTest:
        replay.on("POST", CHAT, *answers)
        return page("chat", chat_provider="OpenAI", chat_model=model)

    return open_page


def ask(at: AppTest, question: str) -> AppTest:
    at.chat_input(key="chat_input").set_value(question).run()
    return settle(at)


def shown(at: AppTest) -> str:
    """Everything written on the page, in order."""
    assert not at.exception, at.exception
    return "\n".join([element.value for element in (*at.markdown, *at.text, *at.caption, *at.code)])


def asked(replay: ReplayServer) -> list[dict[str, Any]]:
    return [received.json for received in replay.requests if received.path == CHAT]


def history(core: Callable[[], Runs]) -> list[RunRecord]:
    return core().history.search("default")


def test_an_example_answers_without_a_key(page: Page, core: Callable[[], Runs]) -> None:
    at = page("chat")
    at.button(key="chat_example_0").click().run()
    settle(at)
    [run] = history(core)
    assert (run.status, run.door, run.provider, run.model) == ("done", "page", "local", "handbook")
    assert "parameters" not in run.request
    assert run.response is not None
    assert run.response["data"]["text"] in shown(at)
    assert "first token" in shown(at)
    assert at.query_params["run"] == run.id
    assert not [button for button in at.button if str(button.key).startswith("chat_example")]


def test_the_second_question_carries_the_first_and_its_answer(page: Page, core: Callable[[], Runs]) -> None:
    at = ask(ask(page("chat"), "What is time to first token?"), "And tokens per second?")
    second, first = history(core)
    assert first.response is not None
    assert second.request["inputs"]["messages"] == [
        {"role": "user", "content": "What is time to first token?"},
        {"role": "assistant", "content": first.response["data"]["text"]},
        {"role": "user", "content": "And tokens per second?"},
    ]
    assert [text.value for text in at.text] == ["What is time to first token?", "And tokens per second?"]


def test_a_link_opens_the_whole_conversation(page: Page, core: Callable[[], Runs]) -> None:
    ask(ask(page("chat"), "What is time to first token?"), "What is the cache?")
    last, first = history(core)
    other = page("chat", run=last.id)
    assert [text.value for text in other.text] == ["What is time to first token?", "What is the cache?"]
    links = [f"/runs?run={run.id}" for run in (first, last)]
    assert all(link in shown(other) for link in links), "each answer has its metric line again"
    ask(other, "Does it go on?")
    assert len(history(core)[0].request["inputs"]["messages"]) == 5


def test_a_link_to_nothing_says_so_and_the_page_works(page: Page, core: Callable[[], Runs]) -> None:
    at = page("chat", run="run_nothing")
    assert "there is no run `run_nothing`" in shown(at).replace("There", "there")
    ask(at, "What is TTFT?")
    assert len(history(core)) == 1


def test_only_what_was_set_is_sent(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = cloud(Answer.stream(reply("ok")))
    ask(at, "one")
    at.number_input(key="chat_temperature").set_value(0.5)
    at.text_area(key="chat_stop").set_value("END\n\nSTOP")
    at.text_area(key="chat_extra").set_value('{"user": "u1"}')
    at.text_area(key="chat_system").set_value("Be brief.")
    ask(at, "two")
    plain, full = asked(replay)
    assert not {"temperature", "top_p", "max_tokens", "max_completion_tokens", "seed", "stop", "user"} & set(plain)
    assert (full["temperature"], full["stop"], full["user"]) == (0.5, ["END", "STOP"], "u1")
    assert full["messages"][0] == {"role": "system", "content": "Be brief."}
    assert "Parameters · 3" in [popover.proto.popover.label for popover in at.get("popover")]


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ("{", "not JSON"),
        ("[1]", "must be a JSON object"),
        ('{"schema": {}}', "has its own editor"),
        ('{"temperature": 1}', "set twice"),
    ],
)
def test_free_parameters_are_checked_before_anything_is_sent(
    cloud: Callable[..., AppTest], replay: ReplayServer, extra: str, why: str
) -> None:
    at = cloud(Answer.stream(reply("ok")))
    at.number_input(key="chat_temperature").set_value(0.5)
    at.text_area(key="chat_extra").set_value(extra).run()
    assert at.chat_input(key="chat_input").disabled
    assert why in shown(at)
    at.button(key="chat_reset").click().run()
    assert not at.chat_input(key="chat_input").disabled
    assert at.number_input(key="chat_temperature").value is None
    assert not asked(replay)


def test_refused_parameters_are_disabled_and_say_why(page: Page, core: Callable[[], Runs]) -> None:
    at = page("chat")
    refused = core().providers["local"].model("handbook")
    assert refused is not None
    assert at.number_input(key="chat_temperature").disabled
    assert refused.refuses["temperature"] in shown(at)
    assert not at.number_input(key="chat_max_tokens").disabled


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [('{"name": "A", "email": "b", "topics": []}', "Matches the schema"), ('{"name": 1}', "Does not match the schema")],
)
def test_a_reply_is_held_against_its_schema(
    cloud: Callable[..., AppTest], replay: ReplayServer, answer: str, verdict: str
) -> None:
    at = cloud(Answer.stream(reply(answer)))
    at.button(key="chat_schema_Contact").click().run()
    ask(at, "who?")
    schema = json.loads(at.text_area(key="chat_schema").value)
    assert asked(replay)[0]["response_format"]["json_schema"]["schema"] == schema
    assert verdict in shown(at)
    assert json.dumps(json.loads(answer), indent=2) in [code.value for code in at.code]


def test_a_schema_that_is_none_is_not_sent(cloud: Callable[..., AppTest]) -> None:
    at = cloud(Answer.stream(reply("ok")))
    at.text_area(key="chat_schema").set_value('{"type": "thing"}').run()
    assert at.chat_input(key="chat_input").disabled
    assert "no valid JSON Schema" in shown(at)


def test_reasoning_stands_apart(cloud: Callable[..., AppTest]) -> None:
    at = ask(cloud(Answer.stream(reply("Four.", reasoning_content="Two and two."))), "2+2?")
    [reasoning] = [expander for expander in at.expander if expander.label.startswith("Reasoning")]
    assert [text.value for text in reasoning.markdown] == ["Two and two."]
    assert not reasoning.proto.expanded


def test_a_failure_is_explained_and_tried_again(
    cloud: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    limited = Answer.golden("errors/openai-rate.json", 429, {"retry-after": "20"})
    at = ask(cloud(limited, Answer.stream(reply("Now."))), "hello?")
    assert "The rate limit is reached" in shown(at)
    assert "It lies with the provider" in shown(at)
    assert [text.value for text in at.text] == ["hello?"], "what was typed is still there"
    at.button(key="chat_0_retry").click().run()
    settle(at)
    first, again = asked(replay)
    assert first == again
    assert "Now." in shown(at)
    assert "The rate limit is reached" not in shown(at)
    assert [run.status for run in history(core)] == ["done", "failed"]


def test_a_failed_turn_is_no_part_of_the_next_request(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = ask(cloud(Answer.golden("errors/openai-rate.json", 429), Answer.stream(reply("Yes."))), "lost?")
    ask(at, "there?")
    assert asked(replay)[1]["messages"] == [{"role": "user", "content": "there?"}]


def test_stop_keeps_what_had_arrived(
    cloud: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    at = cloud(Answer.stream([chunk({"content": "Once upon"})], then="hang"))
    at.chat_input(key="chat_input").set_value("a story").run()
    while "Once upon" not in shown(at):
        at.run()
    assert at.chat_input(key="chat_input").disabled
    assert "~2 tokens" in shown(at)
    at.button(key="chat_0_stop").click().run()
    settle(at)
    assert replay.hung_up.wait(5)
    [run] = history(core)
    assert (run.status, run.partial) == ("cancelled", ("Once upon",))
    assert "Once upon" in shown(at)
    assert "You stopped this answer" in shown(at)
    assert not at.chat_input(key="chat_input").disabled


def test_a_second_viewer_sees_the_answer_grow(cloud: Callable[..., AppTest], page: Page) -> None:
    at = cloud(Answer.stream([chunk({"content": "Once upon"})], then="hang"))
    at.chat_input(key="chat_input").set_value("a story").run()
    other = page("chat", run=at.query_params["run"])
    while "Once upon" not in shown(other):
        other.run()
    other.button(key="chat_0_stop").click().run()
    settle(at.run())
    assert "You stopped this answer" in shown(at)


def test_regenerate_asks_the_same_and_edit_takes_the_question_back(
    cloud: Callable[..., AppTest], replay: ReplayServer
) -> None:
    at = ask(cloud(Answer.stream(reply("One.")), Answer.stream(reply("Two."))), "number?")
    at.button(key="chat_0_again").click().run()
    settle(at)
    first, second = asked(replay)
    assert first == second
    assert "Two." in shown(at)
    assert "One." not in shown(at)
    at.button(key="chat_0_edit").click().run()
    assert at.chat_input(key="chat_input").value == "number?"
    assert not at.text
    assert "run" not in at.query_params


def test_a_new_chat_is_empty_and_the_runs_stay(page: Page, core: Callable[[], Runs]) -> None:
    at = ask(page("chat"), "What is TTFT?")
    at.button(key="chat_new").click().run()
    assert not at.text
    assert "run" not in at.query_params
    assert at.button(key="chat_example_0")
    assert len(history(core)) == 1


def test_without_a_key_the_page_says_what_to_do(page: Page) -> None:
    at = page("chat", chat_provider="OpenAI")
    assert at.chat_input(key="chat_input").disabled
    assert "OPENAI_API_KEY" in shown(at)


def test_a_model_nobody_knows_is_sent_as_it_stands(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = cloud(Answer.stream(reply("ok")), model="my-fine-tune")
    assert "Not in the catalogue" in shown(at)
    ask(at, "hello")
    assert asked(replay)[0]["model"] == "my-fine-tune"


def test_each_provider_remembers_its_model(cloud: Callable[..., AppTest]) -> None:
    at = cloud()
    at.selectbox(key="chat_provider").set_value("local").run()
    assert at.selectbox(key="chat_model").value == "handbook"
    at.selectbox(key="chat_provider").set_value("openai").run()
    assert at.selectbox(key="chat_model").value == "gpt-4.1"


def test_a_link_sets_the_controls_as_they_were(page: Page, core: Callable[[], Runs]) -> None:
    parameters = {"temperature": 0.25, "stop": ["END"], "max_tokens": 7, "top_k": 3, "schema": {"type": "object"}}
    inputs = {"messages": [{"role": "user", "content": "hello"}], "system": "Be brief."}
    asked = RawInferenceRequest(provider="openai", model="gpt-9", inputs=inputs, parameters=parameters)
    run = core().start(asked, door="api")
    run.wait()
    at = page("chat", run=run.id)
    assert not at.exception
    assert (at.selectbox(key="chat_provider").value, at.selectbox(key="chat_model").value) == ("openai", "gpt-9")
    assert at.number_input(key="chat_temperature").value == 0.25
    assert at.number_input(key="chat_max_tokens").value == 7
    assert at.text_area(key="chat_stop").value == "END"
    assert json.loads(at.text_area(key="chat_extra").value) == {"top_k": 3}
    assert json.loads(at.text_area(key="chat_schema").value) == {"type": "object"}
    assert at.text_area(key="chat_system").value == "Be brief."


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"prompts": ["What is TTFT?"]}, "not cached"),
        ({"prompts": ["one", "two"]}, "is not a conversation"),
        ({"messages": [{"role": "robot"}]}, "is not a conversation"),
        ({"messages": "hello"}, "is not a conversation"),
        ({"text": "embed me"}, "is not a conversation"),
    ],
)
def test_a_link_to_a_programs_run_opens_when_it_is_a_chat(
    page: Page, core: Callable[[], Runs], inputs: dict[str, Any], says: str
) -> None:
    run = core().start(RawInferenceRequest(provider="local", model="handbook", inputs=inputs))
    run.wait()
    assert says in shown(page("chat", run=run.id))


def test_the_page_does_not_wait_for_a_listing(
    environment: Callable[..., None], replay: ReplayServer, page: Page, core: Callable[[], Runs]
) -> None:
    asked_for, go = threading.Event(), threading.Event()

    def slow(_: Received) -> Answer:
        asked_for.set()
        go.wait(30)
        return Answer.golden("openai/models.json")

    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1")
    replay.on("GET", "/v1/models", slow)
    at = page("chat", chat_provider="OpenAI")
    assert asked_for.is_set()
    assert at.selectbox(key="chat_model").proto.placeholder == "Asking for its models …"
    assert not at.selectbox(key="chat_model").options
    go.set()
    while not at.selectbox(key="chat_model").options:
        at.run()
    assert at.selectbox(key="chat_model").value in at.selectbox(key="chat_model").options
    assert not at.chat_input(key="chat_input").disabled


def test_a_listing_that_fails_does_not_keep_from_asking(cloud: Callable[..., AppTest], replay: ReplayServer) -> None:
    replay.on("GET", "/v1/models", Answer.json({"error": {"message": "no such route"}}, 404))
    at = cloud(Answer.stream(reply("ok")), model="gpt-4.1")
    while "Models not listed" not in shown(at):
        at.run()
    ask(at, "hello")
    assert asked(replay)[0]["model"] == "gpt-4.1"
