"""A request that is pasted fills the form of the page that asks it, and the form asks the same request again."""

import json
from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.pasted import pasted
from playground.runs import Runs
from playground.snippets import as_curl, as_json, as_mixpeek, as_python
from playground.ui.cache.controls import DELTAS
from playground.ui.forms.form import form_of
from tests.pages.conftest import settle
from tests.pages.test_runs import texts
from tests.specimens import picture, sound

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
ORIGIN = "http://127.0.0.1:8501"
CODES = (as_json, *(lambda request, each=each: each(request, ORIGIN) for each in (as_curl, as_python, as_mixpeek)))


def form() -> None:
    """Each page's form without the page around it: what is under `code` is pasted, what it asks goes to `asked`."""
    import streamlit as st

    from playground.pasted import pasted
    from playground.ui.attachments.tray import tray
    from playground.ui.bar import model_bar
    from playground.ui.cache.controls import cache_controls
    from playground.ui.core import core
    from playground.ui.embeddings.intake import given
    from playground.ui.embeddings.items import inputs_of
    from playground.ui.forms.fill import fill
    from playground.ui.forms.form import form_of
    from playground.ui.schema import schema_editor
    from playground.ui.sending import BACK, asking
    from playground.ui.system import system_prompt
    from playground.ui.transcribe.recording import TAKEN
    from playground.ui.transcribe.recording import inputs_of as inputs_of_recording

    found = form_of(pasted(st.session_state["code"]), core().providers)
    fill(found)
    key = {"chat": "chat", "embedding": "embeddings", "transcription": "transcribe"}[found.task]
    setup = model_bar(found.task, key)
    if found.task == "chat":
        system, (schema, _) = system_prompt("chat", None), schema_editor("chat", None)
        cache_controls("chat")
        asked = asking(setup, st.session_state[BACK], system=system, schema=schema)
    elif found.task == "embedding":
        rows = given(setup.choice)
        asked = setup.request(inputs_of(rows.texts if rows else [], tray("embeddings")))
    else:
        asked = setup.request(inputs_of_recording(st.session_state[TAKEN]))
    st.session_state["asked"] = asked


NASTY = "it's \"so\" $(x) `id` $HOME \\ \\n {{a}}\n\nJSON\nEOF\n'\t漢字 🙂 \u2028 !!"
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(str.strip)
SAID = st.just(NASTY) | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(str.strip)
LINES = WORDS.map(str.strip)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "temperature": st.floats(0, 2),
        "max_tokens": st.integers(1, 9999),
        "top_p": st.floats(0, 1),
        "seed": st.integers(-9999, 9999),
        "stop": st.lists(LINES.filter(lambda text: len(text.splitlines()) == 1), min_size=1, max_size=2),
        "logit_bias": st.dictionaries(SAID, st.integers(-9, 9), min_size=1, max_size=2),
        "schema": st.just({"type": "object", "properties": {NASTY: {"type": "string"}}}),
    },
).map(lambda found: found or None)


IMAGE = {"type": "image", "url": "https://example.com/a.png"}


def turns(said: list[str], seen: list[bool]) -> list[dict[str, object]]:
    """A conversation; `seen` are the places in it where a person shows an image."""
    said = said if len(said) % 2 else said[:-1]
    return [
        {"role": "assistant", "content": text}
        if place % 2
        else {"role": "user", "content": [IMAGE, {"type": "text", "text": text}] if seen[place // 2] else text}
        for place, text in enumerate(said)
    ]


CACHE = st.sampled_from([{}, *({"enable_semantic_cache": True, "cache_delta": delta} for delta in DELTAS)])
CHATS = st.builds(
    lambda said, seen, system, parameters, cache: RawInferenceRequest(
        provider="openai",
        model="gpt-4.1",
        inputs={"messages": turns(said, seen)} | ({"system": system} if system else {}),
        parameters=parameters,
        **cache,
    ),
    st.lists(SAID, min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=2, max_size=2),
    st.none() | SAID,
    PARAMETERS,
    CACHE,
)
TEXTS = st.builds(
    lambda texts, parameters: RawInferenceRequest(
        provider="openai", model="text-embedding-3-small", inputs={"texts": texts}, parameters=parameters
    ),
    st.lists(st.one_of(LINES, LINES.map(lambda text: f"{text}\n{text}")), min_size=1, max_size=3),
    st.sampled_from([None, {"dimensions": 64}]),
)
SOUND = b64encode(sound(seconds=0.005)).decode()  # short enough to stand in a snippet
SOUNDS = st.builds(
    lambda inputs, parameters: RawInferenceRequest(
        provider="openai", model="whisper-1", inputs=inputs, parameters=parameters
    ),
    st.sampled_from([{"audio_url": "https://example.com/a.mp3"}, {"audio_base64": SOUND}]),
    st.sampled_from(
        [None, {"language": "en", "prompt": "O'Brien", "temperature": 0.2, "response_format": "verbose_json"}]
    ),
)


@pytest.mark.slow
def test_form_request_code_parse_form_is_the_same_request(core: Core, environment: Callable[..., None]):
    """Two rounds: the first fills the form with any request that it can ask, the second with what the form asked."""
    environment(OPENAI_API_KEY="sk-0123456789", OPENAI_BASE_URL="http://127.0.0.1:9/v1", PLAYGROUND_RETRIES="0")
    at = AppTest.from_function(form, default_timeout=60)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(request=CHATS | TEXTS | SOUNDS, code=st.sampled_from(CODES))
    def holds(request: RawInferenceRequest, code: Callable[[RawInferenceRequest], str]) -> None:
        asked = request
        for _ in range(2):
            at.session_state["code"] = code(asked)
            at.run()
            assert not at.exception, at.exception
            asked = at.session_state["asked"]
            assert asked == request

    holds()


def paste(at: AppTest, text: str, key: str = "chat") -> AppTest:
    at.button(key=f"{key}_paste").click().run()
    at.text_area(key="paste_text").set_value(text)
    return at.button(key="paste_go").click().run()


def test_curl_fills_chat_and_the_answer_comes(page: Page, core: Core):
    request = RawInferenceRequest(
        provider="local", model="handbook", inputs={"prompts": ["What is TTFT?"]}, parameters={"max_tokens": 5}
    )
    at = page("chat")
    at = paste(at, as_curl(request, ORIGIN)).run()
    assert not at.exception
    assert "The form holds the pasted request" in texts(at)
    assert at.number_input(key="chat_max_tokens").value == 5
    at.chat_input(key="chat_input").set_value("What is TTFT?").run()
    settle(at)
    [run] = core().history.search("default")
    assert run.request["parameters"] == {"max_tokens": 5}
    assert "The form holds" not in texts(at)


def test_what_was_there_can_be_put_back(page: Page, core: Core):
    at = page("chat", chat_provider="Groq", chat_model="llama-3")
    at.number_input(key="chat_max_tokens").set_value(77).run()
    body = {
        "provider": "local",
        "model": "handbook",
        "inputs": {"prompts": ["Hm?"], "image_base64": "<base64 of a.png>"},
    }
    at = paste(at, json.dumps(body)).run()
    assert at.number_input(key="chat_max_tokens").value is None
    assert "`a.png`" in texts(at)
    assert (at.selectbox(key="chat_provider").value, at.selectbox(key="chat_model").value) == ("local", "handbook")
    at.button(key="chat_pasted_undo").click().run()
    assert at.number_input(key="chat_max_tokens").value == 77
    assert at.selectbox(key="chat_provider").value == "groq"
    assert "The form holds" not in texts(at)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is nothing to read"),
        ("{", "The pasted JSON breaks off at line 1"),
        ('{"inputs": {"prompts": ["x"]}}', "The request needs `provider` and `model`"),
        ('{"provider": "nobody", "model": "m", "inputs": {"prompts": ["x"]}}', "No provider `nobody` here"),
        ('{"provider": "local", "model": "gone", "inputs": {"prompts": ["x"]}}', "No model `gone` on this machine"),
        ('{"provider": "local", "model": "handbook", "inputs": {}}', "The request asks nothing"),
        ('{"inference_name": "mine", "inputs": {"prompts": ["x"]}}', "asks by `inference_name`"),
        ('{"provider": "local", "model": "handbook", "inputs": {"messages": [{}]}}', "must take turns"),
        ('{"provider": "anthropic", "model": "claude", "inputs": {"text": "x"}}', "has no models for embedding"),
    ],
)
def test_what_cannot_be_asked_says_why(core: Core, text: str, words: str):
    with pytest.raises(BadRequestError) as failure:
        form_of(pasted(text), core().providers)
    assert words.lower() in failure.value.message.lower()


def test_a_text_that_cannot_be_read_changes_nothing(page: Page):
    at = page("chat")
    at.number_input(key="chat_max_tokens").set_value(77).run()
    at = paste(at, "{")
    assert "breaks off at line 1" in at.session_state["paste_problem"]
    assert at.number_input(key="chat_max_tokens").value == 77


def test_files_in_the_text_are_attached_and_notes_are_made(core: Core):
    image = b64encode(picture()).decode()
    body = {
        "provider": "OpenAI",
        "model": "gpt-4.1",
        "inputs": {"prompts": ["One?", "Two?"], "image_base64": image, "audio_base64": "AAAA"},
        "enable_semantic_cache": True,
        "cache_delta": 0.017,
    }
    found = form_of(pasted(json.dumps(body)), core().providers)
    assert [file.modality for file in found.values["chat_tray"]] == ["image"]
    notes = " ".join(found.notes)
    assert "the first of 2" in notes
    assert "1 of its files cannot be opened" in notes
    assert "0.017 became 0.02" in notes


def test_a_sound_goes_to_transcribe_and_other_files_to_embeddings(core: Core):
    def task(**fields: object) -> str:
        return form_of(pasted(json.dumps(fields)), core().providers).task

    sound = {"audio_url": "https://example.com/a.mp3"}
    assert task(provider="openai", model="whisper-1", inputs=sound) == "transcription"
    image = {"image_url": "https://example.com/a.png"}
    assert task(provider="local", model="colour-and-edges", inputs=image) == "embedding"
