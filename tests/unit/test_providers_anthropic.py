"""Anthropic over real HTTP: what is sent, and what comes of what is answered."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.call import Usage
from playground.errors import (
    BadRequestError,
    InferenceServiceUnavailableError,
    ProviderError,
    TooManyRequestsError,
    TruncatedStreamError,
)
from playground.providers import anthropic
from playground.wire import Event
from tests.remotes import chat, hear, remote
from tests.replay import Answer, event, golden

KEY = "sk-ant-api03-0123456789abcdef"
MESSAGES = "/v1/messages"
USAGE = Usage(prompt=2312, completion=31, reasoning=11, cache_read=2000, cache_write=300)
TEXT = "The capital of France is Paris. 🗼"
THOUGHT = "The capital of France is well known."


@pytest.fixture
def claude(replay, settings):
    return remote(
        "anthropic", settings(ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=f"{replay.url}/", PLAYGROUND_RETRIES=0)
    )


def ask(text="Capital of France?", model="claude-sonnet-5-5", **fields):
    return chat(text, model=model, **fields)


def start(text="", usage=None):
    """The beginning of a stream that has said `text`."""
    said = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
    usage = usage or {"input_tokens": 5, "output_tokens": 1}
    message = {"type": "message", "role": "assistant", "content": [], "stop_reason": None, "usage": usage}
    return [
        event({"type": "message_start", "message": message}, "message_start"),
        event(said, "content_block_delta"),
    ]


def end(reason, **usage):
    delta = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
    return [event(delta, "message_delta"), event({"type": "message_stop"}, "message_stop")]


def played(replay, *pieces, then="end"):
    replay.on("POST", MESSAGES, Answer.stream(pieces, then=then))


# What is sent


def test_a_plain_call_sends_what_was_said_and_what_the_provider_demands(replay, claude):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.json"))
    hear(claude, ask())
    (sent,) = replay.requests
    assert sent.json == {
        "model": "claude-sonnet-5-5",
        "max_tokens": 16_000,
        "messages": [{"role": "user", "content": "Capital of France?"}],
    }
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert "x-api-key" not in sent.headers
    assert sent.headers["anthropic-version"] == "2026-10-21"
    assert sent.query == {}


def test_a_conversation_keeps_its_roles_and_its_system_prompt(replay, claude):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.sse"))
    hear(claude, chat("Hi", "Hello!", "Bye", model="claude-opus-5-5", system="Be brief.", stream=True))
    assert replay.requests[0].json == {
        "model": "claude-opus-5-5",
        "max_tokens": 16_000,
        "system": "Be brief.",
        "messages": [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello!"},
            {"role": "user", "content": "Bye"},
        ],
        "stream": True,
    }


def test_parameters_travel_under_the_providers_names_and_unknown_ones_untouched(replay, claude):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.json"))
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "$comment": "kept as it is"}
    own = {"thinking": {"type": "adaptive"}, "metadata": {"user_id": "u"}, "surprise": [1, None]}
    common = {"max_tokens": 99, "stop": "END", "output_config": {"effort": "low"}}
    hear(claude, ask(parameters=own | common, schema=schema))
    sent = replay.requests[0].json
    assert {name: sent[name] for name in own} == own
    assert sent["max_tokens"] == 99
    assert sent["stop_sequences"] == ["END"]
    assert "stop" not in sent
    assert sent["output_config"] == {"effort": "low", "format": {"type": "json_schema", "schema": schema}}


@pytest.mark.parametrize(
    ("model", "parameters", "version"),
    [
        ("claude-haiku-4-5-20251001", {"temperature": 0.2}, "2023-06-01"),
        ("claude-sonnet-4-6", {"top_p": 0.9}, "2023-06-01"),
        ("claude-opus-4-6", {"top_k": 5}, "2023-06-01"),
        ("claude-haiku-4-5", {"max_tokens": 10}, "2026-10-21"),
        ("claude-some-day", {"temperature": 0.2}, "2026-10-21"),
    ],
)
def test_the_older_version_is_spoken_only_where_sampling_is_set_and_taken(replay, claude, model, parameters, version):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.json"))
    hear(claude, ask(model=model, parameters=parameters))
    assert replay.requests[0].headers["anthropic-version"] == version
    assert parameters.items() <= replay.requests[0].json.items()


def test_a_thinking_budget_leaves_room_for_the_answer(replay, claude):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.json"))
    hear(claude, ask(model="claude-haiku-4-5", parameters={"thinking": {"type": "enabled", "budget_tokens": 20_000}}))
    assert replay.requests[0].json["max_tokens"] == 36_000


@pytest.mark.parametrize(
    ("parameters", "schema", "named"),
    [
        ({"model": "x"}, None, "model"),
        ({"messages": []}, None, "messages"),
        ({"system": "x"}, None, "inputs.system"),
        ({"stream": True}, None, "stream"),
        ({"stop": ["a"], "stop_sequences": ["b"]}, None, "stop_sequences"),
        ({"output_config": {"format": {}}}, {"type": "object"}, "output_config.format"),
    ],
)
def test_what_is_not_a_parameter_is_refused_with_the_reason(replay, claude, parameters, schema, named):
    heard = hear(claude, ask(parameters=parameters, schema=schema))
    assert isinstance(heard.error, BadRequestError)
    assert named in heard.error.message
    assert replay.requests == []


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_a_base_url_may_name_the_version_or_not(replay, settings, suffix):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.json"))
    provider = remote("anthropic", settings(ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=replay.url + suffix))
    assert hear(provider, ask()).error is None


# What comes out


def test_a_whole_answer_is_text_reasoning_and_counts_apart(replay, claude):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.json", headers={"request-id": "req_011"}))
    heard = hear(claude, ask())
    assert (heard.text, heard.reasoning, heard.usage, heard.finish) == (TEXT, THOUGHT, USAGE, "stop")
    assert heard.chunks[0].exchange.request_id == "req_011"
    assert KEY not in repr(heard.chunks[0].exchange)


def test_a_stream_says_the_same_as_the_whole_answer(replay, claude):
    replay.on("POST", MESSAGES, Answer.golden("anthropic/chat.sse"))
    heard = hear(claude, ask(stream=True))
    assert (heard.text, heard.reasoning, heard.usage, heard.finish) == (TEXT, THOUGHT, USAGE, "stop")
    assert [chunk.text for chunk in heard.chunks if chunk.text] == ["The capital of France ", "is Paris. 🗼"]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_stream_may_be_cut_anywhere_even_inside_a_character(replay, claude, size):
    data = golden("anthropic/chat.sse")
    played(replay, *(data[place : place + size] for place in range(0, len(data), size)))
    heard = hear(claude, ask(stream=True))
    assert (heard.text, heard.usage, heard.error) == (TEXT, USAGE, None)


def test_crlf_comments_pings_unknown_events_and_several_data_lines_are_read(replay, claude):
    played(
        replay,
        b": hello\r\n\r\n",
        *start("Good "),
        event({"type": "ping"}, "ping"),
        event({"type": "content_block_start", "content_block": {"type": "oracle"}}, "content_block_start"),
        event({"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": {}}}),
        event({"type": "weather_report", "text": "rain"}, "weather_report"),
        b'event: content_block_delta\r\ndata: {"type": "content_block_delta",\r\n'
        b'data: "delta": {"type": "text_delta", "text": "day"}}\r\n\r\n',
        *end("end_turn", output_tokens=4),
    )
    heard = hear(claude, ask(stream=True))
    assert (heard.text, heard.finish, heard.error) == ("Good day", "stop", None)


def test_counts_of_the_end_replace_those_of_the_start(replay, claude):
    usage = {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": None, "output_tokens": 1}
    played(
        replay, *start("Hi", usage), *end("end_turn", input_tokens=12, cache_read_input_tokens=None, output_tokens=40)
    )
    assert hear(claude, ask(stream=True)).usage == Usage(prompt=17, completion=40, cache_read=5)


def test_counts_that_are_no_numbers_are_not_counts(replay, claude):
    usage = {"input_tokens": "12", "output_tokens": 3, "cache_read_input_tokens": None}
    replay.on("POST", MESSAGES, Answer.json({"content": [], "stop_reason": "end_turn", "usage": usage}))
    assert hear(claude, ask()).usage == Usage(completion=3)


def test_a_stream_that_breaks_knows_its_prompt_and_not_its_answer(replay, claude):
    played(replay, *start("Hi"), then="close")
    assert hear(claude, ask(stream=True)).usage == Usage(prompt=5)


FINISHES = [
    ("end_turn", "stop"),
    ("stop_sequence", "stop"),
    ("max_tokens", "length"),
    ("model_context_window_exceeded", "length"),
    ("refusal", "content_filter"),
    ("tool_use", "tool_calls"),
    ("pause_turn", "pause_turn"),
    ("a_new_reason", "a_new_reason"),
]


@pytest.mark.parametrize(("said", "meant"), FINISHES)
def test_finish_reasons_streamed(replay, claude, said, meant):
    played(replay, *start("Hi"), *end(said, output_tokens=2))
    assert hear(claude, ask(stream=True)).finish == meant


@pytest.mark.parametrize(("said", "meant"), FINISHES)
def test_finish_reasons_whole(replay, claude, said, meant):
    body = {"type": "message", "content": [], "stop_reason": said, "usage": {"input_tokens": 1, "output_tokens": 0}}
    replay.on("POST", MESSAGES, Answer.json(body))
    heard = hear(claude, ask())
    assert (heard.text, heard.finish, heard.usage) == ("", meant, Usage(prompt=1, completion=0))


@pytest.mark.parametrize(
    ("kind", "error", "status"),
    [
        ("overloaded_error", InferenceServiceUnavailableError, 503),
        ("rate_limit_error", TooManyRequestsError, 429),
        ("api_error", ProviderError, 500),
    ],
)
def test_an_error_in_the_middle_is_an_error_and_keeps_the_text(replay, claude, kind, error, status):
    failure = {"type": "error", "error": {"type": kind, "message": "Sorry", "details": None}, "request_id": "req_7"}
    played(replay, *start("Half an"), event(failure, "error"))
    heard = hear(claude, ask(stream=True))
    assert type(heard.error) is error
    assert heard.error.status == status
    assert (heard.text, heard.finish) == ("Half an", None)


@pytest.mark.parametrize("then", ["end", "close"])
def test_a_stream_without_message_stop_is_cut_even_after_its_stop_reason(replay, claude, then):
    played(replay, *start("Half an"), end("end_turn", output_tokens=2)[0], then=then)
    heard = hear(claude, ask(stream=True))
    assert isinstance(heard.error, TruncatedStreamError)
    assert (heard.text, heard.finish) == ("Half an", None)


def test_nothing_is_waited_for_after_message_stop(replay, claude):
    played(replay, *start("Hi"), *end("end_turn", output_tokens=2), then="hang")
    heard = hear(claude, ask(stream=True))
    assert (heard.text, heard.finish, heard.error) == ("Hi", "stop", None)


@pytest.mark.parametrize("body", [{"a": 1}, [], {"content": None}, {"content": "text"}])
def test_a_reply_that_is_no_message_is_an_error(replay, claude, body):
    replay.on("POST", MESSAGES, Answer.json(body))
    assert isinstance(hear(claude, ask()).error, ProviderError)


def test_a_stream_of_something_else_is_an_error(replay, claude):
    played(replay, event({"hello": "world"}), event([1, 2]))
    assert isinstance(hear(claude, ask(stream=True)).error, ProviderError)


def test_an_error_answer_is_told_by_its_type(replay, claude):
    failure = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}, "request_id": "req_9"}
    replay.on("POST", MESSAGES, Answer.json(failure, 529))
    heard = hear(claude, ask())
    assert isinstance(heard.error, InferenceServiceUnavailableError)
    assert heard.error.details["request_id"] == "req_9"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "content",
                    "usage",
                    "delta",
                    "message",
                    "text",
                    "input_tokens",
                    "output_tokens_details",
                    "data",
                    "id",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
KINDS = st.sampled_from(["message_start", "content_block_delta", "message_delta", "message_stop", "text", "x"])


@given(JSON)
def test_no_reply_however_odd_is_more_than_a_provider_error(body):
    with contextlib.suppress(ProviderError):
        anthropic.decode(ask(), body)
    with contextlib.suppress(ProviderError):
        anthropic.list_models(body)


@given(st.lists(st.tuples(KINDS, JSON, JSON, JSON)))
def test_no_event_however_odd_breaks_the_stream(events):
    said = [Event("", {"type": kind, "delta": a, "message": b, "usage": c}) for kind, a, b, c in events]
    list(anthropic.follow(ask(stream=True), iter(said)))


# The listing


def test_the_listing_is_read_to_its_last_page(replay, claude):
    replay.on("GET", "/v1/models", Answer.golden("anthropic/models-1.json"), Answer.golden("anthropic/models-2.json"))
    opus, sonnet = claude.models()
    assert [request.query for request in replay.requests] == [
        {"limit": "1000"},
        {"limit": "1000", "after_id": "claude-opus-5-5"},
    ]
    assert all(request.headers["anthropic-version"] == "2026-10-21" for request in replay.requests)
    assert all(request.headers["authorization"] == f"Bearer {KEY}" for request in replay.requests)
    assert (opus.id, opus.context, opus.max_output, opus.retires) == ("claude-opus-5-5", 1_000_000, 128_000, None)
    assert set(opus.inputs) == {"text", "image", "document"}
    assert (sonnet.id, sonnet.retires, sonnet.note) == ("claude-sonnet-4-5-20250929", "2026-11-30", "deprecated")


def test_capabilities_come_from_the_listing():
    row = {"id": "claude-new", "display_name": "New", "capabilities": {"image_input": {"supported": True}}}
    ((model,), following) = anthropic.list_models({"data": [row], "has_more": False, "last_id": "claude-new"})
    assert (model.title, model.tasks, model.inputs, following) == ("New", ("chat",), ("text", "image"), None)
