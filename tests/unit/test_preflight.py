"""Pre-flight: what is known of a request before it is sent, and nothing that is not."""

from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.contract import RawInferenceRequest
from playground.pricing import price
from playground.runs import Runs, build
from playground.settings import Settings
from playground.tokens import estimate
from tests.specimens import picture, sound

ROOT = Path(__file__).parents[2]
KEYS = {"OPENAI_API_KEY": "sk-0123456789", "ANTHROPIC_API_KEY": "sk-ant-0123456789"}


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    """A core with keys whose providers would not be reached."""
    nowhere = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "ANTHROPIC_BASE_URL": "http://127.0.0.1:9"}
    made = build(Settings.of({"PLAYGROUND_DATA_DIR": str(tmp_path), **KEYS, **nowhere}))
    yield made
    made.close()


def look(runs: Runs, model: str = "openai/gpt-4.1", **fields):
    provider, _, name = model.partition("/")
    fields = {"inputs": {"prompts": ["Hello there"]}} | fields
    return runs.preflight(RawInferenceRequest(provider=provider, model=name, **fields), "default")


def codes(found) -> list[tuple[str, bool]]:
    return [(each.code, each.stops) for each in found.problems]


def test_a_price_is_a_range_from_nothing_answered_to_all_that_may_be(runs: Runs):
    found = look(runs, parameters={"max_tokens": 1000})
    listed = price("openai", "gpt-4.1")
    assert found.ready
    assert found.output == 1000
    assert found.dollars.low == pytest.approx(found.tokens.low * listed.input / 1e6)
    assert found.dollars.high == pytest.approx((found.tokens.high * listed.input + 1000 * listed.output) / 1e6)


def test_without_a_limit_the_end_is_open(runs: Runs):
    found = look(runs)
    assert (found.output, found.dollars.high) == (None, None)
    assert found.dollars.low > 0
    assert found.context == runs.providers["openai"].model("gpt-4.1").context


def test_each_prompt_is_paid_for(runs: Runs):
    one, two = (
        look(runs, inputs={"prompts": ["Hello there"] * count}, parameters={"max_tokens": 9}) for count in (1, 2)
    )
    assert two.dollars.high == pytest.approx(2 * one.dollars.high)


def test_every_refused_parameter_is_named_at_once(runs: Runs):
    found = look(runs, "anthropic/claude-opus-5", parameters={"top_p": 0.5, "seed": 7, "temperature": 0.1})
    assert [code for code, _ in codes(found)] == ["parameter_refused"] * 3
    assert all(name in str(found.problems) for name in ("top_p", "seed", "temperature"))


def test_a_missing_key(tmp_path: Path):
    with_none = build(Settings.of({"PLAYGROUND_DATA_DIR": str(tmp_path)}))
    found = look(with_none)
    with_none.close()
    assert codes(found) == [("not_ready", True)]
    assert "OPENAI_API_KEY" in found.problems[0].message
    assert found.tokens is not None


def test_too_large_for_the_context(runs: Runs):
    found = look(runs, "openai/gpt-4.1", inputs={"prompts": ["word " * 1_200_000]})
    assert codes(found) == [("too_long", True)]
    perhaps = look(runs, "openai/gpt-4.1", inputs={"prompts": ["word " * 700_000]})
    assert codes(perhaps) == [("too_long", False)]
    assert perhaps.ready


def test_a_kind_that_the_model_does_not_take(runs: Runs):
    files = {"prompts": ["?"], "audio_base64": b64encode(sound()).decode()}
    found = look(runs, inputs=files)
    assert [stops for _, stops in codes(found)] == [True]
    assert "audio" in found.problems[0].message


def test_files_are_not_counted_and_leave_the_price_open(runs: Runs):
    found = look(runs, inputs={"prompts": ["?"], "image_base64": b64encode(picture()).decode()})
    assert found.ready
    assert found.uncounted == ("image",)
    assert found.tokens.high is None
    assert found.dollars.high is None


def test_a_broken_file_is_found_before_it_is_sent(runs: Runs):
    found = look(runs, inputs={"prompts": ["?"], "image_base64": b64encode(picture()[:60]).decode()})
    assert not found.ready


def test_a_file_that_would_be_fetched_is_not(runs: Runs):
    files = {"prompts": ["?"], "image_url": "http://example.com/a.png"}
    found = look(runs, "local/image-reader", inputs=files)
    assert codes(found) == [("not_fetched", False)]
    assert found.ready


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        ("local/handbook", {"prompts": ["What is TTFT?", "And RTF? Ä 漢字"]}),
        ("local/summary", {"prompts": ["One sentence. Another one."]}),
        ("local/all-minilm-l6-v2", {"texts": ["apple", "A longer text about pears.", "word " * 400]}),
    ],
)
def test_what_is_counted_here_is_what_the_answer_counts(runs: Runs, model: str, inputs: dict):
    found = look(runs, model, inputs=inputs)
    provider, _, name = model.partition("/")
    run = runs.start(RawInferenceRequest(provider=provider, model=name, inputs=inputs)).wait(60)
    assert found.exact
    assert found.tokens.low == found.tokens.high == run.prompt_tokens
    assert (found.dollars.low, found.dollars.high) == (0, 0)


def test_a_text_that_will_be_cut_is_told(runs: Runs):
    assert codes(look(runs, "local/all-minilm-l6-v2", inputs={"text": "word " * 400})) == [("too_long", False)]
    assert codes(look(runs, "local/all-minilm-l6-v2", inputs={"text": "word"})) == []


def test_a_sound_by_the_minute_is_priced_by_its_length(runs: Runs):
    found = look(runs, "openai/whisper-1", inputs={"audio_base64": b64encode(sound(seconds=3)).decode()})
    assert found.tokens is None
    assert found.dollars.low == found.dollars.high == pytest.approx(price("openai", "whisper-1").minute / 20, rel=0.02)


def test_nothing_is_recorded(runs: Runs):
    look(runs)
    assert runs.history.count("default") == 0


@given(text=st.text(), more=st.text())
def test_guesses_are_ordered_and_grow(text: str, more: str):
    low, high = estimate(text)
    assert 0 <= low <= high
    both = estimate(text + more)
    assert low <= both[0]
    assert high <= both[1]


def test_prose_and_code_lie_within_what_a_real_tokenizer_counts():
    """The bundled WordPiece is one tokenizer among many; its counts of our own files lie within the range."""
    from playground.providers.local.speaking import count

    for name in ("playground/tokens.py", "README.md", "playground/ui/look.css"):
        text = (ROOT / name).read_text("utf-8")
        low, high = estimate(text)
        assert low <= count(text) <= high, name
