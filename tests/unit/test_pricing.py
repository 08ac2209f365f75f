"""Costs: equal to the price list's own arithmetic on every model, and unknown wherever the list is silent."""

from datetime import UTC, datetime

import genai_prices
import pytest
from genai_prices.data import providers
from hypothesis import given
from hypothesis import strategies as st

from playground.call import Usage
from playground.pricing import AS_OF, LISTS, cost, price
from playground.providers.table import ROWS

NOV = datetime(2026, 11, 20, 12, 0, tzinfo=UTC).timestamp()
MODELS = [
    (ours, theirs, model)
    for ours, theirs in LISTS.items()
    for provider in providers
    if provider.id == theirs
    for model in provider.models
]


def listed(theirs, model, usage, when=NOV):
    """The list's own sum."""
    counts = genai_prices.Usage(
        input_tokens=usage.prompt,
        output_tokens=usage.completion,
        output_reasoning_tokens=usage.reasoning,
        cache_read_tokens=usage.cache_read,
        cache_write_tokens=usage.cache_write,
    )
    sent = datetime.fromtimestamp(when, UTC)
    return genai_prices.calc_price(counts, model, provider_id=theirs, genai_request_timestamp=sent)


def test_every_model_of_the_list_costs_what_the_list_says():
    usage = Usage(prompt=300_000, completion=5_000, reasoning=1_000, cache_read=40_000, cache_write=7_000)
    checked = 0
    for ours, theirs, model in MODELS:
        got = cost(ours, model.id, usage, "chat", NOV)
        if got is not None:
            assert got == pytest.approx(float(listed(theirs, model.id, usage).total_price)), model.id
            checked += 1
    assert checked > 1000


@given(
    st.sampled_from(["gpt-6-luna", "gpt-6.1-terra", "gpt-5.5"]),
    st.integers(0, 2_000_000),
    st.integers(0, 200_000),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_tokens_of_every_kind_add_up_as_the_list_adds_them(model, prompt, completion, read, written):
    cached = int(prompt * read)
    usage = Usage(prompt, completion, 0, cached, int((prompt - cached) * written))
    assert cost("openai", model, usage, "chat", NOV) == pytest.approx(float(listed("openai", model, usage).total_price))


@pytest.mark.parametrize(
    ("provider", "model", "usage", "dollars"),
    [
        ("openai", "gpt-6.1-terra", Usage(100_000, 0), 0.1),
        ("anthropic", "claude-opus-5-5", Usage(1_000_000, 1_000_000), 24.0),
        ("anthropic", "claude-opus-5-5", Usage(1_000_000, 0, cache_read=500_000), 2.0 + 0.1),
        ("google", "gemini-3.8-flash", Usage(100_000, 100_000), 0.075 + 0.375),
        ("xai", "grok-4.20", Usage(0, 0), 0.0),
    ],
)
def test_what_some_calls_cost(provider, model, usage, dollars):
    assert cost(provider, model, usage, "chat", NOV) == pytest.approx(dollars)


def test_a_long_prompt_pays_the_dearer_tier_for_all_of_it():
    small, large = (cost("openai", "gpt-6-luna", Usage(n, 0), "chat", NOV) for n in (10_000, 1_000_000))
    assert large > 100 * small


def test_tiers_begin_exactly_where_the_list_begins_them():
    checked = 0
    for ours, theirs, model in MODELS:
        prices = model.get_prices(datetime.fromtimestamp(NOV, UTC)).input_mtok
        for tier in getattr(prices, "tiers", ()):
            for prompt in (tier.start, tier.start + 1):
                got = cost(ours, model.id, Usage(prompt, 10), "chat", NOV)
                if got is not None:
                    assert got == pytest.approx(float(listed(theirs, model.id, Usage(prompt, 10)).total_price))
                    checked += 1
    assert checked > 50


def test_a_price_holds_for_the_moment_of_the_call():
    january = datetime(2027, 1, 2, tzinfo=UTC).timestamp()
    now, later = (cost("google", "gemini-3.8-flash", Usage(1000, 1000), "chat", when) for when in (NOV, january))
    assert now != later
    assert later == pytest.approx(float(listed("google", "gemini-3.8-flash", Usage(1000, 1000), january).total_price))


@pytest.mark.parametrize(
    ("provider", "model", "usage", "task"),
    [
        ("openai", "no-such-model", Usage(10, 10), "chat"),
        ("ollama", "gpt-6-luna", Usage(10, 10), "chat"),
        ("my-own-server", "gpt-6-luna", Usage(10, 10), "chat"),
        ("openai", "gpt-6-luna", Usage(), "chat"),
        ("openai", "gpt-6-luna", Usage(prompt=10), "chat"),  # stopped before the provider counted its answer
        ("openai", "gpt-6-luna", Usage(10, 10, cache_read=11), "chat"),  # more cached than there was
        ("openai", "whisper-1", Usage(10, 10), "transcription"),  # tokens of a model sold by the minute
        ("openai", "whisper-1", Usage(10, 10), "chat"),
        ("openai", "gpt-4o-transcribe", Usage(10, 10), "transcription"),  # sound and text have two prices
        ("openai", "gpt-6-luna", Usage(seconds=10), "transcription"),
        ("openai", "whisper-1", Usage(seconds=float("nan")), "transcription"),
        ("openai", "whisper-1", Usage(seconds=-1), "transcription"),
        ("openai", "tts-1", Usage(10), "embedding"),
        ("google", "gemma-3", Usage(10, 10), "chat"),  # on the list, without a price
    ],
)
def test_what_is_not_known_is_none_and_never_zero(provider, model, usage, task):
    assert cost(provider, model, usage, task, NOV) is None


def test_local_models_cost_nothing():
    assert cost("local", "handbook", Usage(10, 10), "chat", NOV) == 0.0
    assert price("local", "handbook").input == 0.0


def test_audio_is_charged_by_its_seconds():
    assert cost("openai", "whisper-1", Usage(seconds=60), "transcription", NOV) == pytest.approx(0.006)
    assert cost("openai", "gpt-transcribe", Usage(seconds=90), "transcription", NOV) == pytest.approx(0.00675)
    assert cost("openai", "gpt-realtime-whisper", Usage(seconds=60), "transcription", NOV) == pytest.approx(0.017)
    july = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
    hour = [cost("xai", "grok-voice-latest", Usage(seconds=3600), "transcription", when) for when in (july, NOV)]
    assert hour == pytest.approx([3.0, 4.8])
    shortest = cost("groq", "whisper-large-v3", Usage(seconds=1), "transcription", NOV)
    assert shortest == cost("groq", "whisper-large-v3", Usage(seconds=10), "transcription", NOV) > 0


def test_embeddings_are_charged_by_their_input():
    assert cost("openai", "text-embedding-3-small", Usage(1_000_000), "embedding", NOV) == pytest.approx(0.02)
    assert cost("google", "gemini-embedding-001", Usage(1_000_000), "embedding", NOV) == pytest.approx(0.15)


def test_the_picker_reads_prices_with_their_source():
    found = price("openai", "gpt-6-luna")
    assert (found.input, found.output, found.minute, found.tiered) == (0.1, 0.5, None, True)
    assert found.source == f"genai-prices {genai_prices.__version__}"
    assert price("openai", "whisper-1").minute == pytest.approx(0.006)
    assert price("ollama", "gemma-3") is None
    assert price("google", "gemma-3") is None


def test_every_provider_with_a_price_list_is_one_of_ours():
    assert LISTS.keys() <= {row.name for row in ROWS}


def test_the_date_of_the_installed_list_is_written_down():
    assert genai_prices.__version__ in AS_OF
