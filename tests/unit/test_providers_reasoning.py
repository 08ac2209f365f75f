"""How much a model may think: the common words in each provider's own control, and thoughts apart from the answer."""

import pytest

from playground.errors import BadRequestError
from playground.providers import catalogue, reasoning
from tests.remotes import aimed, chat, hear, own_openai
from tests.replay import Answer, event

LEVEL = [
    ("openai", "gpt-6-luna", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
    (
        "anthropic",
        "claude-opus-5-5",
        {"reasoning_effort": "max"},
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
    ),
    (
        "anthropic",
        "claude-opus-4-6",
        {"reasoning_effort": "low"},
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
    ),
    ("anthropic", "claude-opus-5-5", {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
    ("anthropic", "claude-haiku-4-5", {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
    (
        "anthropic",
        "claude-haiku-4-5",
        {"reasoning_budget": 2000},
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
    ),
    (
        "anthropic",
        "claude-opus-4-6",
        {"reasoning_budget": 2000},
        {"thinking": {"type": "enabled", "budget_tokens": 2000}},
    ),
    ("google", "gemini-3.8-flash", {"reasoning_effort": "xhigh"}, {"thinkingConfig": {"thinkingLevel": "XHIGH"}}),
    ("google", "gemini-4-argon", {"reasoning_effort": "minimal"}, {"thinkingConfig": {"thinkingLevel": "MINIMAL"}}),
    ("google", "gemini-2.5-flash", {"reasoning_budget": -1}, {"thinkingConfig": {"thinkingBudget": -1}}),
    ("google", "gemini-2.5-flash", {"reasoning_effort": "none"}, {"thinkingConfig": {"thinkingBudget": 0}}),
    ("google", "gemini-2.5-pro", {"reasoning_budget": 512}, {"thinkingConfig": {"thinkingBudget": 512}}),
    ("openrouter", "z/any", {"reasoning_budget": 512}, {"reasoning": {"max_tokens": 512}}),
    ("ollama", "gpt-oss", {"reasoning_effort": "low"}, {"reasoning_effort": "low"}),
    ("my-box", "any", {"reasoning_effort": "whatever-it-knows"}, {"reasoning_effort": "whatever-it-knows"}),
]
REFUSED = [
    ("openai", "gpt-6-luna", {"reasoning_budget": 5}, ["`reasoning_budget`", "set `reasoning_effort`", "`xhigh`"]),
    ("openai", "gpt-6-luna", {"reasoning_effort": "huge"}, ["'huge'", "`minimal`"]),
    ("openai", "gpt-6-luna", {"reasoning_effort": 3}, ["`low`"]),
    ("anthropic", "claude-opus-5-5", {"reasoning_budget": 5}, ["`claude-opus-5-5`", "set `reasoning_effort`"]),
    ("anthropic", "claude-haiku-4-5", {"reasoning_effort": "low"}, ["`none`", "`reasoning_budget`"]),
    ("anthropic", "claude-opus-5-5", {"reasoning_effort": "minimal"}, ["`low`"]),
    ("google", "gemini-3.8-flash", {"reasoning_budget": 5}, ["set `reasoning_effort`", "`minimal`"]),
    ("google", "gemini-3.8-flash", {"reasoning_effort": "none"}, ["`minimal`"]),
    ("google", "gemini-2.5-pro", {"reasoning_effort": "none"}, ["set `reasoning_budget`", "number of tokens"]),
    ("google", "gemini-2.5-flash", {"reasoning_budget": "many"}, ["'many'"]),
    ("google", "gemini-2.5-flash", {"reasoning_budget": True}, ["True"]),
    ("ollama", "gpt-oss", {"reasoning_budget": 5}, ["set `reasoning_effort`"]),
    ("ollama", "gpt-oss", {"reasoning_effort": None}, ["None"]),
    (
        "openai",
        "gpt-6-luna",
        {"reasoning_effort": "low", "reasoning_budget": 5},
        ["`parameters.reasoning_budget`", "one of"],
    ),
    (
        "openai",
        "gpt-6-luna",
        {"reasoning_effort": "low", "reasoning": {"effort": "low"}},
        ["`parameters.reasoning.effort`"],
    ),
    (
        "anthropic",
        "claude-opus-5-5",
        {"reasoning_effort": "low", "thinking": {"type": "adaptive"}},
        ["`parameters.thinking`"],
    ),
    (
        "anthropic",
        "claude-opus-5-5",
        {"reasoning_effort": "low", "output_config": {"effort": "low"}},
        ["`parameters.output_config.effort`"],
    ),
    (
        "google",
        "gemini-3.8-flash",
        {"reasoning_effort": "low", "thinking_config": {}},
        ["`parameters.thinking_config`"],
    ),
    (
        "google",
        "gemini-3.8-flash",
        {"reasoning_effort": "low", "generationConfig": {"thinkingConfig": {}}},
        ["`parameters.generationConfig.thinkingConfig`"],
    ),
]
NATIVE = [
    {"reasoning": {"effort": "low", "summary": "auto"}},
    {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
    {"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 3}},
    {},
]


@pytest.mark.parametrize(("provider", "model", "parameters", "own"), LEVEL)
def test_the_common_words_in_the_models_own_terms(provider, model, parameters, own):
    assert reasoning.mapped(model, provider, parameters | {"max_tokens": 9}) == own | {"max_tokens": 9}


@pytest.mark.parametrize(("provider", "model", "parameters", "words"), REFUSED)
def test_what_a_model_does_not_have_is_a_400_that_names_what_it_has(provider, model, parameters, words):
    with pytest.raises(BadRequestError) as refused:
        reasoning.mapped(model, provider, parameters)
    assert all(word in refused.value.message for word in words)


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google", "ollama"])
@pytest.mark.parametrize("parameters", NATIVE)
def test_the_providers_own_words_pass_untouched(provider, parameters):
    assert reasoning.mapped("any", provider, parameters) is parameters


def test_what_stands_beside_the_effort_stays():
    parameters = {"reasoning_effort": "low", "output_config": {"task_budget": 5}}
    mapped = reasoning.mapped("claude-opus-5-5", "anthropic", parameters)
    assert mapped["output_config"] == {"task_budget": 5, "effort": "low"}
    assert parameters["output_config"] == {"task_budget": 5}


@pytest.mark.parametrize("provider", ["openai", "anthropic", "google"])
def test_every_chat_model_of_the_catalogue_takes_one_of_the_two_words(provider):
    for model in catalogue.models(provider, catalogue.as_of()):
        row = reasoning.control(model.id, provider)
        assert row.effort or row.budget
        assert row.provider == provider


# Over the wire, thoughts apart from the answer


def test_openai_is_told_on_responses_and_its_thoughts_are_apart(replay):
    replay.on("POST", "/v1/responses", Answer.golden("openai/responses.json"))
    parameters = {"reasoning_effort": "high", "reasoning": {"summary": "auto"}}
    heard = hear(own_openai(replay), chat(model="gpt-6-luna", parameters=parameters))
    assert replay.requests[0].json["reasoning"] == {"summary": "auto", "effort": "high"}
    assert "reasoning_effort" not in replay.requests[0].json
    assert heard.said == ("Paris — la ville.", "The user asks for a capital.\n\nIt is Paris.", "stop")
    assert heard.usage.reasoning == 32


def test_openai_is_told_on_chat_completions_beside_its_parameters(replay):
    replay.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    hear(own_openai(replay), chat(model="gpt-6-luna", parameters={"reasoning_effort": "low", "stop": "x"}))
    assert replay.requests[0].json["reasoning_effort"] == "low"


def test_anthropic_with_a_budget_keeps_room_for_the_answer(replay):
    replay.on("POST", "/v1/messages", Answer.golden("anthropic/chat.json"))
    heard = hear(
        aimed("anthropic", replay, path=""), chat(model="claude-haiku-4-5", parameters={"reasoning_budget": 2000})
    )
    assert replay.requests[0].json["thinking"] == {"type": "enabled", "budget_tokens": 2000}
    assert replay.requests[0].json["max_tokens"] == 18_000
    assert "reasoning_budget" not in replay.requests[0].json
    assert heard.reasoning
    assert heard.reasoning not in heard.text


def test_a_budget_and_a_temperature_do_not_go_together(replay):
    parameters = {"reasoning_budget": 2000, "temperature": 0.2}
    error = hear(aimed("anthropic", replay), chat(model="claude-haiku-4-5", parameters=parameters)).error
    assert "does not take `temperature`: not while it thinks" in error.message


def test_google_is_told_in_its_generation_config(replay):
    replay.on("POST", "/v1beta/models/gemini-3.8-flash:generateContent", Answer.golden("google/chat.json"))
    call = chat(model="gemini-3.8-flash", parameters={"reasoning_effort": "low", "max_tokens": 9})
    heard = hear(aimed("google", replay, path=""), call)
    assert replay.requests[0].json["generationConfig"] == {
        "maxOutputTokens": 9,
        "thinkingConfig": {"thinkingLevel": "LOW"},
    }
    assert heard.reasoning
    assert heard.usage.reasoning == 11


@pytest.mark.parametrize("stream", [False, True])
def test_tools_that_are_called_with_finish_stop_are_tool_calls(replay, stream):
    tools = [{"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    whole = {"choices": [{"message": {"content": None, "tool_calls": tools}, "finish_reason": "stop"}]}
    pieces = [
        event({"choices": [{"delta": {"tool_calls": tools}}]}),
        event({"choices": [{"delta": {}, "finish_reason": "stop"}]}),
        event("[DONE]"),
    ]
    replay.on("POST", "/v1/chat/completions", Answer.stream(pieces) if stream else Answer.json(whole))
    assert hear(aimed("ollama", replay), chat(stream=stream)).finish == "tool_calls"


def test_tools_that_are_called_without_any_finish(replay):
    pieces = [event({"choices": [{"delta": {"tool_calls": [{"index": 0}]}}]}), event("[DONE]")]
    replay.on("POST", "/v1/chat/completions", Answer.stream(pieces))
    assert hear(aimed("ollama", replay), chat(stream=True)).finish == "tool_calls"
