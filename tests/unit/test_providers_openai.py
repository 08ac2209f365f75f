"""OpenAI's own API over real HTTP: Responses, and when Chat Completions instead."""

import pytest

from playground.call import Message, Usage
from playground.errors import BadRequestError, ProviderError, TooManyRequestsError, TruncatedStreamError
from playground.providers.openai import CHAT_ONLY, RESPONSES_ONLY, TwoWires
from playground.providers.responses import encode
from playground.wire import Target
from tests.remotes import KEY, chat, hear, own_openai
from tests.replay import Answer, event, golden

RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"
SCHEMA = {"title": "City", "type": "object", "properties": {"city": {"type": "string"}}}
USAGE = Usage(21, 40, 32, 8, 4)


@pytest.fixture
def openai(replay):
    replay.on("POST", RESPONSES, Answer.golden("openai/responses.json"))
    replay.on("POST", CHAT, Answer.golden("openai/chat.json"))
    return own_openai(replay)


def test_a_bare_chat_goes_to_responses_and_is_not_stored(replay, openai):
    heard = hear(openai, chat(model="gpt-6.1-terra"))
    assert heard.said == ("Paris — la ville.", "The user asks for a capital.\n\nIt is Paris.", "stop")
    assert heard.answer.usage == USAGE
    assert replay.requests[0].path == RESPONSES
    assert replay.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert replay.requests[0].json == {
        "model": "gpt-6.1-terra",
        "input": [{"role": "user", "content": "What is the capital of France?"}],
        "store": False,
    }


def test_everything_set_goes_out_under_responses_names(replay, openai):
    parameters = {
        "max_tokens": 50,
        "top_p": 0.5,
        "reasoning": {"effort": "none", "summary": "auto"},
        "text": {"verbosity": "low"},
        "service_tier": "flex",
    }
    call = chat(model="gpt-6-luna", system="Be brief.", parameters=parameters, schema=SCHEMA)
    turns = (Message("user", "Hi"), Message("assistant", "Hello"), *call.messages)
    hear(openai, type(call)(**{name: getattr(call, name) for name in call.__slots__} | {"messages": turns}))
    body = replay.requests[0].json
    assert body["instructions"] == "Be brief."
    assert [turn["role"] for turn in body["input"]] == ["user", "assistant", "user"]
    assert body["max_output_tokens"] == 50
    assert body["text"] == {
        "verbosity": "low",
        "format": {"type": "json_schema", "name": "City", "schema": SCHEMA, "strict": False},
    }
    assert {name: body[name] for name in ("top_p", "reasoning", "service_tier")} == {
        name: parameters[name] for name in ("top_p", "reasoning", "service_tier")
    }
    assert "max_tokens" not in body
    assert "stream" not in body


def test_who_wants_it_stored_says_so(replay, openai):
    hear(openai, chat(parameters={"store": True}))
    assert replay.requests[0].json["store"] is True


def test_a_stream(replay, openai):
    replay.on("POST", RESPONSES, Answer.golden("openai/responses.sse", headers={"x-request-id": "req_9"}))
    heard = hear(openai, chat(stream=True))
    assert heard.error is None
    assert heard.said == ("Paris — la ville.", "The user asks for a capital.\n\nIt is Paris.", "stop")
    assert [chunk.usage for chunk in heard.chunks if chunk.usage] == [USAGE]
    assert heard.chunks[0].exchange.request_id == "req_9"
    assert replay.requests[0].json["stream"] is True
    assert "stream_options" not in replay.requests[0].json


@pytest.mark.parametrize("name", sorted(CHAT_ONLY - {"n"}))
def test_parameters_of_chat_completions_go_there(replay, openai, name):
    heard = hear(
        openai,
        chat(
            model="gpt-4o",
            parameters={name: "v", "max_tokens": 5} if name != "max_completion_tokens" else {name: 5},
        ),
    )
    assert heard.said[0] == "Paris — la ville."
    assert replay.requests[0].path == CHAT
    assert replay.requests[0].json["max_completion_tokens"] == 5
    assert replay.requests[0].json[name] in ("v", 5)
    assert "store" not in replay.requests[0].json


@pytest.mark.parametrize("name", sorted(RESPONSES_ONLY - {"text", "reasoning"}))
def test_parameters_of_responses_go_there(replay, openai, name):
    hear(openai, chat(parameters={name: "v"}))
    assert (replay.requests[0].path, replay.requests[0].json[name]) == (RESPONSES, "v")


@pytest.mark.parametrize(
    ("model", "parameters", "words"),
    [
        ("gpt-6-luna", {"stop": ["x"], "truncation": "auto"}, ["`stop`", "`truncation`"]),
        ("gpt-5.5-pro", {"seed": 1}, ["`seed`", "`gpt-5.5-pro`"]),
        ("gpt-5.3-codex", {"logit_bias": {}}, ["`logit_bias`", "`gpt-5.3-codex`"]),
        ("gpt-6-luna", {"instructions": "x"}, ["`parameters.instructions`", "`inputs.system`"]),
        ("gpt-6-luna", {"input": "x"}, ["`parameters.input`", "`inputs`"]),
        ("gpt-6-luna", {"stream": True}, ["`parameters.stream`"]),
        (
            "gpt-6-luna",
            {"max_tokens": 1, "max_output_tokens": 2},
            ["`parameters.max_tokens`", "`parameters.max_output_tokens`"],
        ),
        ("gpt-6-luna", {"max_tokens": 1, "max_completion_tokens": 2}, ["`parameters.max_completion_tokens`"]),
    ],
)
def test_what_cannot_be_sent_is_a_400_that_names_it(replay, openai, model, parameters, words):
    error = hear(openai, chat(model=model, parameters=parameters)).error
    assert isinstance(error, BadRequestError)
    assert [word for word in words if word not in error.message] == []
    assert replay.requests == []


def test_a_schema_and_a_format_are_one_too_many(openai):
    error = hear(openai, chat(schema=SCHEMA, parameters={"text": {"format": {"type": "text"}}})).error
    assert isinstance(error, BadRequestError)
    assert "`parameters.schema`" in error.message


@pytest.mark.parametrize(
    ("base_url", "own"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.evil.example/v1", False),
        ("https://openrouter.ai/api/v1", False),
        ("http://127.0.0.1:8000/v1", False),
    ],
)
def test_responses_is_spoken_with_openai_alone(base_url, own):
    wire = TwoWires()(chat(), Target("openai", base_url, KEY))
    assert (getattr(wire, "encode", None) is encode) is own


def response(**changes):
    body = {"object": "response", "status": "completed", "error": None, "output": [], "usage": None}
    return body | changes


def message(*parts):
    return {"type": "message", "role": "assistant", "content": list(parts)}


REFUSAL = message({"type": "refusal", "refusal": "I can't."})
TEXT = message({"type": "output_text", "text": "Hi"}, {"type": "output_text", "text": "!"})
CALL = {"type": "function_call", "name": "f", "arguments": "{}"}
ENDS = [
    (response(output=[TEXT]), ("Hi!", "stop")),
    (response(output=[REFUSAL]), ("I can't.", "content_filter")),
    (response(output=[CALL]), ("", "tool_calls")),
    (response(status="incomplete", incomplete_details={"reason": "max_output_tokens"}), ("", "length")),
    (
        response(status="incomplete", incomplete_details={"reason": "content_filter"}, output=[TEXT]),
        ("Hi!", "content_filter"),
    ),
    (response(status="incomplete", incomplete_details={"reason": "max_messages"}), ("", "max_messages")),
    (response(status="incomplete", incomplete_details=None), ("", "incomplete")),
]


@pytest.mark.parametrize(("body", "said"), ENDS)
def test_how_a_response_can_end(replay, openai, body, said):
    replay.on("POST", RESPONSES, Answer.json(body))
    heard = hear(openai, chat())
    assert (heard.said[0], heard.said[2]) == said
    kind = "response.incomplete" if body["status"] == "incomplete" else "response.completed"
    replay.on("POST", RESPONSES, Answer.stream([event({"type": kind, "response": body}, kind)]))
    assert hear(openai, chat(stream=True)).said[2] == said[1]


def test_a_streamed_refusal(replay, openai):
    events = [
        {"type": "response.refusal.delta", "delta": "I can't."},
        {"type": "response.completed", "response": response()},
    ]
    replay.on("POST", RESPONSES, Answer.stream([event(each, each["type"]) for each in events]))
    assert hear(openai, chat(stream=True)).said == ("I can't.", "", "content_filter")


DELTA = event({"type": "response.output_text.delta", "delta": "Par"}, "response.output_text.delta")
FAILED = response(status="failed", error={"code": "rate_limit_exceeded", "message": "slow down"})


@pytest.mark.parametrize(
    ("pieces", "kind", "word"),
    [
        ([DELTA], TruncatedStreamError, "before the answer was complete"),
        ([DELTA, event("[DONE]")], TruncatedStreamError, "before the answer was complete"),
        (
            [DELTA, event({"type": "response.failed", "response": FAILED}, "response.failed")],
            TooManyRequestsError,
            "slow down",
        ),
        (
            [DELTA, event({"type": "error", "code": "server_error", "message": "oops", "param": None}, "error")],
            ProviderError,
            "oops",
        ),
        ([DELTA, event({"type": "response.completed", "response": None})], ProviderError, "openai"),
    ],
)
def test_broken_streams_are_errors_that_keep_the_text(replay, openai, pieces, kind, word):
    replay.on("POST", RESPONSES, Answer.stream(pieces))
    heard = hear(openai, chat(stream=True))
    assert type(heard.error) is kind
    assert heard.said == ("Par", "", None)
    assert word in heard.error.message


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (FAILED | {"error": {"code": "server_error", "message": "oops"}}, "oops"),
        (response(status="cancelled"), "cancelled"),
        (response(status="queued"), "queued"),
        ({"object": "response"}, "openai"),
    ],
)
def test_what_is_no_answer_is_an_error(replay, openai, body, word):
    replay.on("POST", RESPONSES, Answer.json(body))
    error = hear(openai, chat()).error
    assert isinstance(error, ProviderError)
    assert word in error.message


def test_the_streams_terminal_event_ends_the_read(replay, openai):
    replay.on("POST", RESPONSES, Answer.stream([golden("openai/responses.sse")], then="hang"))
    assert hear(openai, chat(stream=True)).said[2] == "stop"
    assert replay.hung_up.wait(5)
