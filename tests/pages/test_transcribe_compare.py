"""A reference text and a second model on the Transcribe page: rates, aligned words, both at once, found again."""

import re

import pytest

from playground import samples
from tests.pages.hearing import CLOUD, SPEECH, components, diffs, go, heard, said, transcripts, upload
from tests.replay import Answer
from tests.specimens import talk

pytestmark = pytest.mark.slow

OTHERWISE = "Hello there. How are you?"
"""What the replayed model says, whatever it hears."""


@pytest.fixture
def cloud(environment, replay, page):
    """Opens the page with OpenAI picked, which is the replay server and says `OTHERWISE`."""
    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))
    replay.on("POST", CLOUD, Answer.golden("openai/verbose.json"))
    return lambda **query: page("transcribe", transcribe_provider="OpenAI", transcribe_model="whisper-1", **query)


@pytest.fixture
def both(environment, replay, page):
    """Opens the page with the local model first and OpenAI, which is the replay server, second."""
    environment(OPENAI_API_KEY="sk-pages-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))

    def open_page(*answers: Answer):
        replay.on("POST", CLOUD, *answers)
        second = {"transcribe_second_provider": "OpenAI", "transcribe_second_model": "whisper-1"}
        return page("transcribe", **second).button(key="transcribe_compare").click().run()

    return open_page


def refer(at, text: str):
    """Type a reference for the sample's recording."""
    return box(at).set_value(text).run()


def box(at):
    [found] = [area for area in at.text_area if str(area.key).startswith("transcribe_reference_media:")]
    return found


def figures(at) -> str:
    """The table of the card."""
    [found] = [element.value for element in at.markdown if "error rate**" in element.value]
    return str(found).replace("\N{NO-BREAK SPACE}", " ")


def test_the_sample_brings_its_reference(cloud):
    at = go(upload(cloud(), "call.flac", SPEECH))
    assert box(at).value == samples.spoken()
    assert "| **Word error rate** | **100 %** :small[:gray[" in figures(at)


def test_a_reference_is_measured_and_aligned(cloud):
    at = go(upload(cloud(), "call.flac", SPEECH))
    at = refer(at, "Hello, how are they YOU?")
    assert "**Word error rate** | **40 %** :small[:gray[S 0 · D 1 · I 1 · N 5]]" in figures(at)
    assert diffs(at) == [[("added", "", "there."), ("removed", "they", "")]]
    assert "**Words only:** lower case; no punctuation" in said(at)
    assert "`9` and `nine` differ" in said(at)
    at = at.get_by_key("transcribe_compared_as").set_value("As written").run()
    assert "**100 %**" in figures(at)
    assert "**As written:** each character in one Unicode form (NFC); any white space is one space." in said(at)


def test_equal_texts_are_called_so(cloud):
    at = refer(go(upload(cloud(), "call.flac", SPEECH)), OTHERWISE.lower())
    assert "| **Word error rate** | **0 %** :small[:gray[S 0 · D 0 · I 0 · N 5]] |" in figures(at)
    assert "Word for word the same" in said(at)
    assert not diffs(at)


def test_the_reference_stays_when_another_page_was_visited(cloud):
    at = refer(go(upload(cloud(), "call.flac", SPEECH)), "Hello")
    at.switch_page("chat.py").run()
    at.switch_page("transcribe.py").run()
    assert box(at).value == "Hello"
    assert "N 1]]" in figures(at)


def test_a_text_file_as_the_reference(cloud):
    at = go(upload(cloud(), "call.flac", SPEECH))
    [uploader] = [each for each in at.file_uploader if str(each.key).startswith("transcribe_reference_")]
    at = uploader.upload("said.txt", "\ufeffHello thére.\r\n".encode()).run()
    assert box(at).value == "Hello thére."
    assert ("changed", "thére.", "you?") in diffs(at)[0]


def test_a_reference_without_words_is_a_sentence(cloud):
    at = refer(go(upload(cloud(), "call.flac", SPEECH)), "— ?!")
    assert "The reference holds no word, so there is nothing to measure against" in said(at)
    assert not at.exception


def test_a_language_without_spaces_has_no_word_error_rate(cloud):
    at = refer(go(upload(cloud(), "call.flac", SPEECH)), "私は学生です。")
    assert "This language puts no spaces between words, so there is no word error rate" in said(at)
    assert "Word error rate" not in figures(at)
    assert "N 6]]" in figures(at)


def test_without_a_reference_nothing_is_claimed(cloud):
    at = refer(go(upload(cloud(), "call.flac", SPEECH)), "")
    assert not [element for element in at.markdown if "error rate**" in element.value]
    assert "Add a reference text to measure the error rate" in [expander.label for expander in at.expander]


def test_two_models_hear_one_recording_at_once(both, core, replay, page):
    at = upload(both(Answer.golden("openai/verbose.json")), "call.flac", SPEECH)
    assert "Stays on this machine: `pocketsphinx-en-us`" in said(at)
    assert "The whole file is sent, to OpenAI: `whisper-1`." in said(at)
    assert at.button(key="transcribe_go").label == "Transcribe with both"
    at = go(at)
    second, first = sorted(core().history.search("default"), key=lambda run: run.provider == "local")
    assert (first.model, second.model) == ("pocketsphinx-en-us", "whisper-1")
    assert (at.query_params["run"], at.query_params["with"]) == (first.id, second.id)
    assert first.request["inputs"] == second.request["inputs"]
    assert [len(lines) for lines in transcripts(at)] == [5, 2]
    table = figures(at)
    assert f"| [pocketsphinx\\-en\\-us](/runs?run={first.id}) | [whisper\\-1](/runs?run={second.id}) |" in table
    assert "| **Word error rate** | **0 %** " in table
    assert re.search(r"\*\*Real-time factor\*\* \| \d+\.\d\d \| \d+\.\d\d \|", table)
    assert "| **Cost** | free | \\$0.00" in table
    assert "processing time ÷ length of the sound; below 1 is faster than listening" in said(at)
    assert components(at)[-1]["sides"] == ["pocketsphinx-en-us", "whisper-1"]

    other = page("transcribe", run=first.id, **{"with": second.id})
    assert transcripts(other) == transcripts(at)
    assert other.selectbox(key="transcribe_second_model").value == "whisper-1"
    at.switch_page("chat.py").run()
    at.switch_page("transcribe.py").run()
    assert at.query_params["with"] == second.id
    assert len(transcripts(at)) == 2
    at.button(key="transcribe_second_remove").click().run()
    assert len(transcripts(at)) == 1
    assert "with" not in at.query_params


def test_a_second_model_joins_later_and_its_failure_is_its_own(both, replay, core):
    busy = Answer.json({"error": {"message": "slow down", "type": "rate_limit_error"}}, 429)
    at = both(busy, Answer.golden("openai/verbose.json"))
    at = heard(
        at.button(key="transcribe_second_remove").click().run().button(key="transcribe_example_sample").click().run()
    )
    assert len(transcripts(at)) == 1
    at = at.button(key="transcribe_compare").click().run()
    at = heard(at.button(key="transcribe_add").click().run())
    assert "The rate limit is reached" in said(at)
    assert len(transcripts(at)) == 1
    assert "| – |" in figures(at)
    at = heard(at.button(key="transcribe_second_run_retry").click().run())
    assert [len(lines) for lines in transcripts(at)] == [5, 2]
    sent = [received for received in replay.requests if received.path == CLOUD]
    assert [next(part.data for part in each.form if part.name == "file") for each in sent] == [SPEECH, SPEECH]
    assert len(core().history.search("default")) == 3


def test_each_of_two_stops_alone(both, core):
    from dataclasses import replace

    at = upload(both(replace(Answer.golden("openai/verbose.json"), wait=3600)), "call.flac", SPEECH)
    at = at.button(key="transcribe_go").click().run()
    at = heard(at.button(key="transcribe_second_stop").click().run())
    assert {run.provider: run.status for run in core().history.search("default")} == {
        "local": "done",
        "openai": "cancelled",
    }
    assert "You stopped this run." in said(at)
    assert len(transcripts(at)) == 1


def test_runs_of_different_recordings_are_not_compared(both, core, page):
    at = heard(both(Answer.golden("openai/verbose.json")).button(key="transcribe_second_remove").click().run())
    first = go(upload(at, "call.flac", SPEECH)).query_params["run"]
    other = go(upload(at.button(key="transcribe_new").click().run(), "talk.webm", talk())).query_params["run"]
    at = page("transcribe", run=first, **{"with": other})
    assert f"run `{other}` is no transcription of the same recording" in said(at).lower().replace(
        "run `run", "run `run"
    )
    assert len(transcripts(at)) == 1
