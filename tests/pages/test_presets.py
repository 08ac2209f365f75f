"""Presets: a setup is saved under a name, set again on another visit, renamed, deleted; it never holds a key."""

import json
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from playground.runs import Runs

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
KEY = "sk-preset-test-0123456789"
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}}}


def save(at: AppTest, name: str, page: str = "chat") -> AppTest:
    at.text_input(key=f"{page}_preset_name").set_value(name)
    return at.button(key=f"{page}_preset_save").click().run()


def shown(at: AppTest) -> str:
    return "\n".join(each.value for each in at.markdown)


def kept(core: Core, task: str = "chat") -> dict[str, dict[str, object]]:
    return core().history.presets.all("default", task)


@pytest.fixture
def cloud(page: Page, environment: Callable[..., None]) -> Page:
    """The Chat page with a model that takes every parameter."""
    environment(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://127.0.0.1:9/v1")

    def open_page() -> AppTest:
        at = page("chat", chat_provider="OpenAI", chat_model="gpt-test")
        assert at.selectbox(key="chat_model").value == "gpt-test"
        return at

    return open_page


def test_a_setup_comes_back_on_another_visit(page: Page, core: Core, cloud: Page):
    at = cloud()
    at.number_input(key="chat_temperature").set_value(0.5)
    at.text_area(key="chat_extra").set_value(json.dumps({"seed": 7, "note": f"key {KEY}", "api_key": "sk-any"}))
    at.text_area(key="chat_system").set_value("You are terse.")
    at.text_area(key="chat_schema").set_value(json.dumps(SCHEMA))
    at.toggle(key="chat_cache").set_value(True)
    save(at.run(), "Terse & *typed*")
    assert kept(core) == {
        "Terse & *typed*": {
            "provider": "openai",
            "model": "gpt-test",
            "parameters": {"temperature": 0.5, "seed": 7, "note": "key •••"},
            "schema": SCHEMA,
            "system": "You are terse.",
            "cache_delta": 0.02,
        }
    }

    other = page("chat")
    other.button(key="chat_preset_0_load").click().run()
    assert not other.exception
    assert other.selectbox(key="chat_provider").value == "openai"
    assert other.selectbox(key="chat_model").value == "gpt-test"
    assert other.number_input(key="chat_temperature").value == 0.5
    assert other.number_input(key="chat_seed").value == 7
    assert other.text_area(key="chat_system").value == "You are terse."
    assert json.loads(other.text_area(key="chat_schema").value) == SCHEMA
    assert other.toggle(key="chat_cache").value is True


def test_what_is_not_set_is_emptied(core: Core, cloud: Page):
    at = save(cloud(), "Plain")
    at.number_input(key="chat_temperature").set_value(1.5)
    at.text_area(key="chat_system").set_value("Something")
    at.run()
    at.button(key="chat_preset_0_load").click().run()
    assert at.number_input(key="chat_temperature").value is None
    assert at.text_area(key="chat_system").value == ""


def test_rename_and_delete(page: Page, core: Core):
    at = save(save(page("chat"), "One"), "Two")
    at.button(key="chat_preset_1_rename").click().run()
    assert at.text_input(key="chat_preset_name").value == "Two"
    save(at, "One")
    assert "There is a preset `One` already" in shown(at)
    save(at, "Zwei")
    assert list(kept(core)) == ["One", "Zwei"]
    at.button(key="chat_preset_0_delete").click().run()
    assert list(kept(core)) == ["Zwei"]
    assert "“One” is deleted." in shown(at)


def test_a_preset_needs_a_name(page: Page, core: Core):
    at = save(page("chat"), "   ")
    assert "Type a name first." in shown(at)
    assert kept(core) == {}


def test_a_provider_that_is_gone_is_said(page: Page, core: Core):
    core().history.presets.keep("default", "chat", "Old", {"provider": "gone", "model": "m", "system": "Hi"})
    at = page("chat")
    at.button(key="chat_preset_0_load").click().run()
    assert not at.exception
    assert "The provider `gone` is not set up any more" in shown(at)
    assert at.selectbox(key="chat_provider").value == "local"
    assert at.text_area(key="chat_system").value == "Hi"


def test_other_pages_have_their_own(page: Page, core: Core):
    save(page("chat"), "Mine")
    at = page("transcribe")
    assert "transcribe_preset_0_load" not in {button.key for button in at.button}
    save(at, "Mine", "transcribe")
    assert kept(core, "transcription")["Mine"]["provider"] == "local"
    assert kept(core)["Mine"]["model"] == "handbook"


def test_all_panes_of_a_comparison_come_back(page: Page, core: Core, environment: Callable[..., None]):
    environment(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    cloud = {f"compare_chat_{letter}_provider": "OpenAI" for letter in "ABD"}
    models = {f"compare_chat_{letter}_model": f"gpt-{letter}" for letter in "ABD"}
    at = page("compare", panes="ABD", **cloud, **models)
    at.toggle(key="compare_sync").set_value(False).run()
    at.number_input(key="compare_chat_B_temperature").set_value(0.5)
    at.text_area(key="compare_chat_system").set_value(f"Be terse. {KEY}")
    at.text_area(key="compare_chat_prompt").set_value("Not kept")
    save(at.run(), "Three", "compare")
    assert not at.exception
    [setup] = kept(core, "compare-chat").values()
    assert [(pane["letter"], pane["model"], pane["parameters"]) for pane in setup["panes"]] == [
        ("A", "gpt-A", {}),
        ("B", "gpt-B", {"temperature": 0.5}),
        ("D", "gpt-D", {}),
    ]
    assert KEY not in json.dumps(setup)
    assert "Not kept" not in json.dumps(setup)
    assert not kept(core), "Chat has its own"

    at = page("compare")
    assert "3 panes: gpt" in "".join(button.label for button in at.button).replace("\\", "")
    at.button(key="compare_preset_0_load").click().run()
    assert not at.exception
    assert [at.selectbox(key=f"compare_chat_{letter}_model").value for letter in "ABD"] == ["gpt-A", "gpt-B", "gpt-D"]
    assert at.number_input(key="compare_chat_B_temperature").value == 0.5
    assert at.text_area(key="compare_chat_system").value == "Be terse. •••"
    assert "“Three” is set" in shown(at)
