"""What models refuse: named before anything is sent, with the model's own control."""

from datetime import date, timedelta

import pytest

from playground.errors import BadRequestError
from playground.providers import catalogue, kinds, refusals

NONE = {"reasoning": {"effort": "none"}}
REFUSED = [
    ("openai", "gpt-6.1-terra", {"temperature": 0.2}, "temperature", "reasoning"),
    ("openai", "gpt-6-luna", {"top_p": 0.5}, "top_p", "reasoning"),
    ("openai", "gpt-5.5-2026-04-23", {"logprobs": True}, "logprobs", "reasoning"),
    ("openai", "gpt-9-unheard-of", {"temperature": 0}, "temperature", "reasoning"),
    ("openai", "gpt-6.1-sol", {"temperature": 0.2, **NONE}, "temperature", "always reasons"),
    ("openai", "o3", {"top_p": 0.2, "reasoning_effort": "none"}, "top_p", "reasoning_effort"),
    ("openai", "o4-mini", {"stop": ["x"]}, "stop", "max_tokens"),
    ("openai", "text-embedding-ada-002", {"dimensions": 256}, "dimensions", "text-embedding-3-small"),
    ("openai", "gpt-transcribe", {"timestamp_granularities": ["word"]}, "timestamp_granularities", "whisper-1"),
    ("openai", "gpt-4o-mini-transcribe", {"response_format": "srt"}, "response_format", "whisper-1"),
    ("openai", "gpt-4o-transcribe-diarize", {"prompt": "x"}, "prompt", "diarized_json"),
    ("anthropic", "claude-sonnet-5-5", {"temperature": 1}, "temperature", "output_config"),
    ("anthropic", "claude-opus-4-7", {"top_k": 5}, "top_k", "output_config"),
    ("anthropic", "claude-fable-5-1", {"top_p": 0.5}, "top_p", "output_config"),
    ("anthropic", "claude-mythos-5-2", {"top_p": 0.5}, "top_p", "output_config"),
    ("anthropic", "claude-haiku-5-5", {"thinking": {"type": "enabled", "budget_tokens": 2000}}, "thinking", "adaptive"),
    ("anthropic", "claude-sonnet-4-6", {"temperature": 1, "thinking": {"type": "adaptive"}}, "temperature", "thinking"),
    ("anthropic", "claude-haiku-4-5", {"temperature": 1, "top_p": 0.5}, "top_p", "temperature"),
    ("anthropic", "claude-haiku-4-5", {"seed": 1}, "seed", "repeat"),
    ("anthropic", "claude-haiku-4-5", {"presence_penalty": 1}, "presence_penalty", "inputs.system"),
    ("google", "gemini-3.8-flash", {"temperature": 0.1}, "temperature", "thinkingLevel"),
    ("google", "gemini-3.5-flash-lite", {"topK": 3}, "topK", "thinkingLevel"),
    ("google", "gemini-3.1-pro-preview", {"candidateCount": 2}, "candidateCount", "inputs.prompts"),
]
TAKEN = [
    ("openai", "gpt-6.1-terra", {"temperature": 1}),
    ("openai", "gpt-6.1-terra", {"temperature": 0.2, "top_p": 0.5, **NONE}),
    ("openai", "gpt-5.4", {"temperature": 0.2, "reasoning_effort": "none"}),
    ("openai", "gpt-6.1-sol", {"temperature": 1, "max_tokens": 5}),
    ("openai", "gpt-4o-mini", {"temperature": 0.2, "top_p": 0.5, "logprobs": True}),
    ("openai", "gpt-5-chat-latest", {"temperature": 0.2}),
    ("openai", "whisper-1", {"timestamp_granularities": ["word"], "temperature": 0.2}),
    ("openai", "gpt-transcribe", {"response_format": "json", "prompt": "x"}),
    ("anthropic", "claude-haiku-4-5-20251001", {"temperature": 0.2}),
    ("anthropic", "claude-opus-4-6", {"temperature": 0.2, "top_p": 0.2, "thinking": {"type": "disabled"}}),
    ("anthropic", "claude-haiku-5-5", {"thinking": {"type": "adaptive"}}),
    ("google", "gemini-2.5-flash", {"temperature": 0.2, "candidateCount": 1}),
    ("google", "gemini-3.5-flash", {"temperature": 0.2}),
    ("groq", "gpt-6-like", {"temperature": 0.2}),
]


@pytest.mark.parametrize(("provider", "model", "parameters", "name", "control"), REFUSED)
def test_a_refused_parameter_is_named_with_the_models_own_control(provider, model, parameters, name, control):
    with pytest.raises(BadRequestError) as refused:
        refusals.check(model, provider, parameters)
    assert refused.value.message.startswith(f"`{model}` does not take `{name}`: ")
    assert control in refused.value.message
    assert refused.value.details == {"parameter": name, "model": model}


@pytest.mark.parametrize(("provider", "model", "parameters"), TAKEN)
def test_what_a_model_takes_passes(provider, model, parameters):
    refusals.check(model, provider, parameters)


def test_the_picker_knows_what_is_always_refused_and_no_more():
    assert set(catalogue.model("openai", "gpt-6.1-terra").refuses) == {
        "temperature",
        "top_p",
        "logprobs",
        "top_logprobs",
    }
    assert set(catalogue.model("anthropic", "claude-opus-5-5").refuses) == {
        "temperature",
        "top_p",
        "top_k",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "detail",
    }
    assert set(catalogue.model("anthropic", "claude-haiku-4-5").refuses) == {
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "detail",
    }
    assert set(catalogue.model("openai", "gpt-4o").refuses) == set()


PROVIDERS = ("openai", "anthropic", "google")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_default_retires_within_a_quarter(provider):
    models = catalogue.models(provider, catalogue.as_of())
    for task in {task for model in models for task in model.tasks}:
        first = next(model for model in models if task in model.tasks)
        assert not first.retires or date.fromisoformat(first.retires) > catalogue.as_of() + timedelta(days=92)


def test_models_on_their_way_out_come_last_and_then_not_at_all():
    def ids(today):
        return [model.id for model in catalogue.models("openai", date.fromisoformat(today))]

    now, later, much_later = ids("2026-11-20"), ids("2026-12-11"), ids("2027-03-01")
    assert now[0] == later[0] == much_later[0] == "gpt-6.1-terra"
    assert now.index("whisper-1") < now.index("gpt-4o") < now.index("gpt-5")
    assert later.index("gpt-4o") < later.index("whisper-1")
    assert "gpt-5" not in later
    assert not {"gpt-4o", "whisper-1"} & set(much_later)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_catalogue_names_each_model_once_with_tasks_and_inputs(provider):
    models = catalogue.models(provider, catalogue.as_of())
    assert len({model.id for model in models}) == len(models)
    assert all(model.tasks and model.inputs for model in models)
    assert all(model.dimensions for model in models if model.tasks == ("embedding",))


@pytest.mark.parametrize("provider", ["ollama", "as_of", "nobody"])
def test_who_is_not_in_the_catalogue_has_no_models(provider):
    assert catalogue.models(provider, catalogue.as_of()) == ()


def test_a_snapshot_is_what_its_family_is():
    assert catalogue.model("openai", "gpt-5.5-2026-04-23").context == catalogue.model("openai", "gpt-5.5").context
    assert catalogue.model("anthropic", "claude-haiku-4-5-20251001").id == "claude-haiku-4-5-20251001"
    assert catalogue.model("openai", "gpt-9") is None


@pytest.mark.parametrize(
    ("id", "tasks"),
    [
        ("llama3.2:latest", ("chat",)),
        ("mistral-7b-instruct", ("chat",)),
        ("gpt-oss-safeguard-20b", ("chat",)),
        ("gpt-3.5-turbo-instruct", ()),
        ("nomic-embed-text:latest", ("embedding",)),
        ("BAAI/bge-m3", ("embedding",)),
        ("intfloat/multilingual-e5-large", ("embedding",)),
        ("openai/whisper-large-v3", ("transcription",)),
        ("gpt-4o-mini-transcribe", ("transcription",)),
        ("gpt-realtime-whisper", ()),
        ("gpt-live-transcribe", ()),
        ("chatgpt-image-latest", ()),
        ("gpt-4o-mini-tts", ()),
        ("grok-2-image-1212", ()),
        ("Qwen/Qwen3-Reranker-8B", ()),
        ("omni-moderation-latest", ()),
        ("meta-llama/llama-guard-4-12b", ()),
        ("mistral-ocr-latest", ()),
        ("black-forest-labs/FLUX.2-pro", ()),
    ],
)
def test_what_an_unknown_id_is_for(id, tasks):
    assert kinds.tasks(id) == tasks


@pytest.mark.parametrize(
    ("model", "parameters", "lifted"),
    [
        ("gpt-5.5", {}, set()),
        ("gpt-5.5", {"reasoning_effort": "low"}, set()),
        ("gpt-5.5", {"reasoning_effort": "none"}, {"temperature", "top_p", "logprobs", "top_logprobs"}),
        ("gpt-5.5", {"reasoning": {"effort": "none"}}, {"temperature", "top_p", "logprobs", "top_logprobs"}),
        ("o3", {"reasoning_effort": "none"}, set()),
        ("gpt-4.1", {"reasoning_effort": "none"}, set()),
    ],
)
def test_what_is_taken_after_all_beside_other_parameters(model, parameters, lifted):
    assert refusals.lifted(model, "openai", parameters) == lifted
    for name in lifted & {"top_p"}:
        refusals.check(model, "openai", {**parameters, name: 0.5})
