"""Google over real HTTP, chat and its listing: what is sent, and what comes of what is answered."""

import contextlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.call import Call, Usage
from playground.errors import (
    BadRequestError,
    InferenceServiceUnavailableError,
    ProviderError,
    TimeoutError,  # noqa: A004
    TooManyRequestsError,
    TruncatedStreamError,
    UnauthorizedError,
)
from playground.providers import gemini_embeddings, google
from playground.wire import Event
from tests.remotes import chat, hear, remote
from tests.replay import Answer, event, golden

KEY = "AIzaSy0123456789-abcdefghijklmnopqrstuvw"
WHOLE = "/v1beta/models/gemini-3.8-flash:generateContent"
STREAM = "/v1beta/models/gemini-3.8-flash:streamGenerateContent"
USAGE = Usage(prompt=2112, completion=31, reasoning=11, cache_read=2000)
TEXT = "The capital of France is Paris. 🗼"
THOUGHT = "The capital of France is well known."


@pytest.fixture
def gemini(replay, settings):
    return remote("google", settings(GEMINI_API_KEY=KEY, GOOGLE_GEMINI_BASE_URL=replay.url, PLAYGROUND_RETRIES=0))


def ask(text="Capital of France?", model="gemini-3.8-flash", **fields):
    return chat(text, model=model, **fields)


def piece(*parts, reason=None, **usage):
    """One event of a stream."""
    candidate = {"content": {"role": "model", "parts": [{"text": part} for part in parts]}, "index": 0}
    reply = {"candidates": [candidate | ({"finishReason": reason} if reason else {})]}
    return event(reply | ({"usageMetadata": usage} if usage else {}))


def played(replay, *pieces, then="end"):
    replay.on("POST", STREAM, Answer.stream(pieces, then=then))


def test_a_plain_call_sends_what_was_said_and_nothing_else(replay, gemini):
    replay.on("POST", WHOLE, Answer.golden("google/chat.json"))
    hear(gemini, ask())
    (sent,) = replay.requests
    assert sent.json == {"contents": [{"role": "user", "parts": [{"text": "Capital of France?"}]}]}
    assert sent.headers["x-goog-api-key"] == KEY
    assert "authorization" not in sent.headers
    assert sent.query == {}


def test_a_conversation_keeps_its_roles_and_its_system_prompt(replay, gemini):
    replay.on("POST", STREAM, Answer.golden("google/chat.sse"))
    heard = hear(gemini, chat("Hi", "Hello!", "Bye", model="models/gemini-3.8-flash", system="Be brief.", stream=True))
    assert heard.error is None
    (sent,) = replay.requests
    assert sent.query == {"alt": "sse"}
    assert sent.json == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hi"}]},
            {"role": "model", "parts": [{"text": "Hello!"}]},
            {"role": "user", "parts": [{"text": "Bye"}]},
        ],
    }


def test_parameters_go_where_google_keeps_them(replay, gemini):
    replay.on("POST", "/v1beta/models/gemini-2.5-flash:generateContent", Answer.golden("google/chat.json"))
    common = {"temperature": 0.5, "top_p": 0.9, "top_k": 3, "max_tokens": 50, "stop": "END", "seed": 7}
    own = {"thinkingConfig": {"thinkingBudget": 0}, "media_resolution": "MEDIA_RESOLUTION_LOW"}
    top = {"safetySettings": [{"category": "x"}], "tools": [], "cachedContent": "c/1", "surprise": {"a_b": None}}
    whole = {"generationConfig": {"responseLogprobs": True}}
    hear(gemini, ask(model="gemini-2.5-flash", parameters=common | own | top | whole))
    sent = replay.requests[0].json
    assert sent.pop("contents")
    assert sent.pop("generationConfig") == {
        "temperature": 0.5,
        "topP": 0.9,
        "topK": 3,
        "maxOutputTokens": 50,
        "stopSequences": ["END"],
        "seed": 7,
        "thinkingConfig": {"thinkingBudget": 0},
        "mediaResolution": "MEDIA_RESOLUTION_LOW",
        "responseLogprobs": True,
    }
    assert sent == top


def test_a_schema_is_sent_as_it_is(replay, gemini):
    replay.on("POST", WHOLE, Answer.golden("google/chat.json"))
    schema = {"type": "object", "properties": {"first_name": {"type": ["string", "null"]}}, "$defs": {"a_b": {}}}
    hear(gemini, ask(schema=schema))
    assert replay.requests[0].json["generationConfig"] == {
        "responseMimeType": "application/json",
        "responseJsonSchema": schema,
    }


@pytest.mark.parametrize(
    ("parameters", "schema", "named"),
    [
        ({"model": "x"}, None, "model"),
        ({"messages": []}, None, "messages"),
        ({"contents": []}, None, "inputs.messages"),
        ({"systemInstruction": {}}, None, "inputs.system"),
        ({"system_instruction": {}}, None, "inputs.system"),
        ({"stream": True}, None, "stream"),
        ({"candidateCount": 2}, None, "inputs.prompts"),
        ({"max_tokens": 1, "maxOutputTokens": 2}, None, "maxOutputTokens"),
        ({"max_tokens": 1, "generationConfig": {"maxOutputTokens": 2}}, None, "maxOutputTokens"),
        ({"generationConfig": 5}, None, "generationConfig"),
        ({"response_schema": {}}, {"type": "object"}, "responseSchema"),
        ({"generationConfig": {"responseJsonSchema": {}}}, {"type": "object"}, "responseJsonSchema"),
    ],
)
def test_what_is_not_a_parameter_is_refused_with_the_reason(replay, gemini, parameters, schema, named):
    heard = hear(gemini, ask(parameters=parameters, schema=schema))
    assert isinstance(heard.error, BadRequestError)
    assert named in heard.error.message
    assert replay.requests == []


def test_a_base_url_may_name_another_version(replay, settings):
    replay.on("POST", "/proxy/v1/models/gemini-3.8-flash:generateContent", Answer.golden("google/chat.json"))
    provider = remote("google", settings(GOOGLE_API_KEY=KEY, GOOGLE_GEMINI_BASE_URL=f"{replay.url}/proxy/v1"))
    assert hear(provider, ask()).error is None


@pytest.mark.parametrize("suffix", ["", "/", "/v1beta", "/v1beta/"])
def test_a_base_url_may_name_the_version_or_not(replay, settings, suffix):
    replay.on("POST", WHOLE, Answer.golden("google/chat.json"))
    provider = remote("google", settings(GOOGLE_API_KEY=KEY, GOOGLE_GEMINI_BASE_URL=replay.url + suffix))
    assert hear(provider, ask()).error is None


def test_a_models_name_cannot_lead_elsewhere(replay, gemini):
    heard = hear(gemini, ask(model="../../v1/files?key=1#"))
    assert replay.requests[0].path == "/v1beta/models/../../v1/files?key=1#:generateContent"  # one segment, quoted
    assert replay.requests[0].query == {}
    assert heard.error is not None


def test_a_whole_answer_is_text_reasoning_and_counts_apart(replay, gemini):
    replay.on("POST", WHOLE, Answer.golden("google/chat.json"))
    heard = hear(gemini, ask())
    assert (heard.text, heard.reasoning, heard.usage, heard.finish) == (TEXT, THOUGHT, USAGE, "stop")
    assert KEY not in repr(heard.chunks[0].exchange)


def test_a_stream_with_crlf_says_the_same_as_the_whole_answer(replay, gemini):
    assert b"\r\n\r\n" in golden("google/chat.sse")
    replay.on("POST", STREAM, Answer.golden("google/chat.sse"))
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, heard.reasoning, heard.usage, heard.finish) == (TEXT, THOUGHT, USAGE, "stop")
    assert [chunk.text for chunk in heard.chunks if chunk.text] == ["The capital of France ", "is Paris. 🗼"]


@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_stream_may_be_cut_anywhere_even_inside_a_character(replay, gemini, size):
    data = golden("google/chat.sse")
    played(replay, *(data[place : place + size] for place in range(0, len(data), size)))
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, heard.usage, heard.error) == (TEXT, USAGE, None)


def test_a_refused_prompt_is_an_empty_answer_that_was_filtered(replay, gemini):
    replay.on("POST", WHOLE, Answer.golden("google/blocked.json"))
    played(replay, event(golden("google/blocked.json").decode().replace("\n", "")))
    for heard in (hear(gemini, ask()), hear(gemini, ask(stream=True))):
        assert (heard.text, heard.finish, heard.error) == ("", "content_filter", None)
        assert heard.usage == Usage(prompt=9, completion=0, reasoning=0, cache_read=0)


def test_a_candidate_without_parts_is_an_empty_answer(replay, gemini):
    usage = {"promptTokenCount": 9, "thoughtsTokenCount": 16, "totalTokenCount": 25}
    for content in ({}, {"content": {"role": "model"}}, {"content": {"parts": []}}):
        reply = {"candidates": [{"finishReason": "MAX_TOKENS", "index": 0} | content], "usageMetadata": usage}
        replay.on("POST", WHOLE, Answer.json(reply))
        heard = hear(gemini, ask())
        assert (heard.text, heard.finish, heard.error) == ("", "length", None)
        assert heard.usage == Usage(prompt=9, completion=16, reasoning=16, cache_read=0)


FINISHES = [
    ("STOP", "stop"),
    ("MAX_TOKENS", "length"),
    ("CONTINUATION", "length"),
    ("SAFETY", "content_filter"),
    ("RECITATION", "content_filter"),
    ("PROHIBITED_CONTENT", "content_filter"),
    ("SPII", "content_filter"),
    ("BLOCKLIST", "content_filter"),
    ("MODEL_ARMOR", "content_filter"),
    ("IMAGE_SAFETY", "content_filter"),
    ("MALFORMED_RESPONSE", "MALFORMED_RESPONSE"),
    ("A_NEW_REASON", "A_NEW_REASON"),
]


@pytest.mark.parametrize(("said", "meant"), FINISHES)
def test_finish_reasons_streamed(replay, gemini, said, meant):
    played(replay, piece("Hi"), piece("", reason=said))
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, heard.finish, heard.error) == ("Hi", meant, None)


@pytest.mark.parametrize(("said", "meant"), FINISHES)
def test_finish_reasons_whole(replay, gemini, said, meant):
    replay.on("POST", WHOLE, Answer.json({"candidates": [{"finishReason": said}]}))
    assert hear(gemini, ask()).finish == meant


def test_a_tool_call_is_told_from_an_answer(replay, gemini):
    parts = [{"functionCall": {"name": "weather", "args": {}}}]
    replay.on("POST", WHOLE, Answer.json({"candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]}))
    assert hear(gemini, ask()).finish == "tool_calls"


def test_only_the_first_candidate_is_the_answer(replay, gemini):
    candidates = [{"index": number, "content": {"parts": [{"text": str(number)}]}} for number in (1, 0)]
    replay.on("POST", WHOLE, Answer.json({"candidates": candidates}))
    assert hear(gemini, ask()).text == "0"


def test_counts_are_kept_from_the_last_event_that_has_them(replay, gemini):
    played(
        replay,
        piece("a", promptTokenCount=5),
        piece("b", promptTokenCount=5, candidatesTokenCount=2),
        piece("c", reason="STOP"),
        event({"usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 3}}),
    )
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, heard.finish) == ("abc", "stop")
    assert heard.usage == Usage(prompt=5, completion=3, reasoning=0, cache_read=0)


def test_an_error_in_the_middle_is_an_error_and_keeps_the_text(replay, gemini):
    failure = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}
    for wrapped in (failure, [failure]):
        played(replay, piece("Half an"), event(wrapped))
        heard = hear(gemini, ask(stream=True))
        assert isinstance(heard.error, InferenceServiceUnavailableError)
        assert (heard.text, heard.finish) == ("Half an", None)


@pytest.mark.parametrize("then", ["end", "close"])
def test_a_stream_without_a_finish_reason_is_cut(replay, gemini, then):
    played(replay, piece("Half an", promptTokenCount=5, candidatesTokenCount=2), then=then)
    heard = hear(gemini, ask(stream=True))
    assert isinstance(heard.error, TruncatedStreamError)
    assert heard.text == "Half an"
    assert heard.usage.completion == 2


def test_silence_is_a_timeout_before_the_end_and_nothing_after_it(replay, settings):
    values = {"PLAYGROUND_TIMEOUT": 0.2, "PLAYGROUND_RETRIES": 0}
    gemini = remote("google", settings(GEMINI_API_KEY=KEY, GOOGLE_GEMINI_BASE_URL=replay.url, **values))
    played(replay, piece("Half an"), then="hang")
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, type(heard.error)) == ("Half an", TimeoutError)
    played(replay, piece("All of it", reason="STOP"), then="hang")
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, heard.finish, heard.error) == ("All of it", "stop", None)


def test_a_connection_that_breaks_after_the_end_loses_nothing(replay, gemini):
    played(replay, piece("All of it", reason="STOP"), then="close")
    heard = hear(gemini, ask(stream=True))
    assert (heard.text, heard.finish, heard.error) == ("All of it", "stop", None)


@pytest.mark.parametrize("body", [{"a": 1}, [], {"candidates": []}, {"candidates": "x"}])
def test_a_reply_without_candidates_or_feedback_is_an_error(replay, gemini, body):
    replay.on("POST", WHOLE, Answer.json(body))
    assert isinstance(hear(gemini, ask()).error, ProviderError)


def test_a_stream_of_something_else_is_an_error(replay, gemini):
    played(replay, event({"hello": "world"}))
    assert isinstance(hear(gemini, ask(stream=True)).error, ProviderError)
    played(replay, event([1, 2]))
    assert isinstance(hear(gemini, ask(stream=True)).error, ProviderError)


def test_a_bad_key_comes_as_400_and_is_told_as_401(replay, gemini):
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
    failure = {"code": 400, "message": f"API key not valid: {KEY}", "status": "INVALID_ARGUMENT", "details": details}
    for body in ({"error": failure}, [{"error": failure}]):
        replay.on("POST", WHOLE, Answer.json(body, 400))
        heard = hear(gemini, ask())
        assert isinstance(heard.error, UnauthorizedError)
        assert KEY not in heard.error.message


def test_the_pause_that_google_asks_for_is_passed_on(replay, gemini):
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17s"}]
    failure = {"error": {"code": 429, "message": "Slow", "status": "RESOURCE_EXHAUSTED", "details": details}}
    replay.on("POST", WHOLE, Answer.json(failure, 429))
    heard = hear(gemini, ask())
    assert isinstance(heard.error, TooManyRequestsError)
    assert heard.error.retry_after == 17


NAMES = [
    "candidates",
    "content",
    "parts",
    "text",
    "usageMetadata",
    "promptTokenCount",
    "finishReason",
    "models",
    "name",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
@example({"candidates": [{"content": {"parts": 5}}], "usageMetadata": {"promptTokenCount": 1}})
@example({"candidates": [5, {"content": 5}], "usageMetadata": {"promptTokenCount": 1, "thoughtsTokenCount": "2"}})
def test_no_reply_however_odd_is_more_than_a_provider_error(body):
    with contextlib.suppress(ProviderError):
        google.decode(ask(), body)
    with contextlib.suppress(ProviderError):
        google.list_models(body)
    with contextlib.suppress(ProviderError):
        gemini_embeddings.decode(Call("embedding", "m", texts=("a",)), {"embeddings": body})
    with contextlib.suppress(ProviderError):
        list(google.follow(ask(stream=True), iter([Event("", body)])))


def test_the_listing_is_read_to_its_last_page_and_keeps_what_can_be_asked(replay, gemini):
    replay.on("GET", "/v1beta/models", Answer.golden("google/models-1.json"), Answer.golden("google/models-2.json"))
    flash, embedding = gemini.models()
    assert [request.query for request in replay.requests] == [
        {"pageSize": "1000"},
        {"pageSize": "1000", "pageToken": "Ch9tb2RlbHMv+/="},
    ]
    assert all(request.headers["x-goog-api-key"] == KEY for request in replay.requests)
    assert (flash.id, flash.tasks, flash.context, flash.max_output) == (
        "gemini-3.8-flash",
        ("chat", "transcription"),
        1_048_576,
        65_536,
    )
    assert (embedding.id, embedding.tasks, embedding.context) == ("gemini-embedding-001", ("embedding",), 2048)
