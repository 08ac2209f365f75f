"""Chat Completions over real HTTP: what is sent, and what every compatible server's answer becomes."""

import pytest

from playground.call import Message, Usage
from playground.errors import BadRequestError, InferenceServiceUnavailableError, ProviderError, TruncatedStreamError
from tests.remotes import KEY, aimed, chat, hear, listen
from tests.replay import Answer, ReplayServer, event

PATH = "/v1/chat/completions"
ENDED = [event({"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]}), event("[DONE]")]
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def delta(**said):
    return event({"choices": [{"index": 0, "delta": said, "finish_reason": None}]})


def finish(reason="stop", **beside):
    return event({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}], **beside})


def sent(replay: ReplayServer, name="groq", answer=None, **fields):
    """The body that goes out for a chat."""
    replay.on(
        "POST", PATH, answer or (Answer.stream(ENDED) if fields.get("stream") else Answer.golden("openai/chat.json"))
    )
    heard = hear(aimed(name, replay), chat(**fields))
    assert heard.error is None
    return replay.requests[-1].json


def test_a_bare_chat_sends_nothing_that_was_not_set(replay):
    assert sent(replay, model="gpt-oss") == {
        "model": "gpt-oss",
        "messages": [{"role": "user", "content": "What is the capital of France?"}],
    }
    headers = replay.requests[0].headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["content-type"] == "application/json"


def test_a_conversation_with_a_system_prompt(replay):
    replay.on("POST", PATH, Answer.golden("openai/chat.json"))
    call = chat(system="Be brief.")
    turns = (Message("user", "Hi"), Message("assistant", "Hello"), *call.messages)
    hear(aimed("groq", replay), type(call)("chat", "m", messages=turns, system=call.system))
    assert [(turn["role"], turn["content"]) for turn in replay.requests[0].json["messages"]] == [
        ("system", "Be brief."),
        ("user", "Hi"),
        ("assistant", "Hello"),
        ("user", "What is the capital of France?"),
    ]


def test_without_a_key_none_is_sent(replay):
    replay.on("POST", PATH, Answer.golden("openai/chat.json"))
    hear(aimed("ollama", replay), chat())
    assert "authorization" not in replay.requests[0].headers


@pytest.mark.parametrize(
    ("name", "given", "becomes"),
    [
        ("openai", {"max_tokens": 9}, {"max_tokens": 9}),  # the base URL is not OpenAI's
        ("groq", {"max_tokens": 9, "seed": 1, "stop": ["x"]}, {"max_tokens": 9, "seed": 1, "stop": ["x"]}),
        ("mistral", {"max_tokens": 9, "seed": 1}, {"max_tokens": 9, "random_seed": 1}),
        ("vllm", {"top_k": 4, "guided_regex": "a+", "n": 1}, {"top_k": 4, "guided_regex": "a+", "n": 1}),
    ],
)
def test_parameters_under_the_servers_names(replay, name, given, becomes):
    body = sent(replay, name, parameters=given)
    assert {key: value for key, value in body.items() if key not in ("model", "messages")} == becomes


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("openai", {"include_usage": True}),
        ("ollama", {"include_usage": True}),
        ("lm-studio", {"include_usage": True}),
        ("llama-cpp", {"include_usage": True}),
        ("vllm", {"include_usage": True}),
        ("openrouter", {"include_usage": True}),
        ("groq", {"include_usage": True}),
        ("mistral", None),
        ("deepseek", {"include_usage": True}),
        ("together", {"include_usage": True}),
        ("fireworks", {"include_usage": True}),
        ("xai", {"include_usage": True}),
    ],
)
def test_usage_is_asked_for_in_streams_where_the_server_takes_it(replay, name, options):
    body = sent(replay, name, stream=True)
    assert body["stream"] is True
    assert body.get("stream_options") == options


def test_own_stream_options_win(replay):
    given = {"stream_options": {"include_usage": False, "include_obfuscation": False}}
    assert sent(replay, stream=True, parameters=given)["stream_options"] == given["stream_options"]


def test_a_schema_is_handed_over_as_it_is(replay):
    loose = {"title": "A city!", "type": "object", "properties": {"city": {"type": "string"}}}
    replay.on("POST", PATH, Answer.golden("openai/chat.json"))
    for schema, name, strict in ((SCHEMA, "answer", True), (loose, "A_city", False)):
        hear(aimed("groq", replay), chat(schema=schema))
        assert replay.requests[-1].json["response_format"] == {
            "type": "json_schema",
            "json_schema": {"name": name, "schema": schema, "strict": strict},
        }


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("groq", {"parameters": {"model": "other"}}, ["`parameters.model`", "`model`"]),
        ("groq", {"parameters": {"messages": []}}, ["`parameters.messages`", "`inputs.messages`"]),
        ("groq", {"parameters": {"stream": True}}, ["`parameters.stream`", "text/event-stream"]),
        ("groq", {"parameters": {"n": 3}}, ["`parameters.n`", "`inputs.prompts`"]),
        ("mistral", {"parameters": {"seed": 1, "random_seed": 2}}, ["`parameters.seed`", "`parameters.random_seed`"]),
        ("deepseek", {"schema": SCHEMA}, ["`deepseek`", "json_object"]),
        ("groq", {"schema": SCHEMA, "parameters": {"response_format": {}}}, ["`parameters.schema`", "response_format"]),
    ],
)
def test_what_cannot_be_sent_is_a_400_that_says_why(replay, name, fields, words):
    heard = hear(aimed(name, replay), chat(**fields))
    assert isinstance(heard.error, BadRequestError)
    assert [word for word in words if word not in heard.error.message] == []
    assert replay.requests == []


PLAIN = Usage(prompt=18, completion=12)
ANSWERS = [
    ("openai", "openai/chat.json", ("Paris — la ville.", "", "stop"), Usage(21, 40, 32, 8, 4)),
    ("openai", "openai/chat.sse", ("Paris — la ville.", "", "stop"), Usage(21, 40, 32, 8, 4)),
    ("openai", "openai/refusal.json", ("I can't help with that.", "", "content_filter"), Usage(9, 7)),
    ("groq", "compatible/groq.sse", ("Paris.", "Capital of France.", "stop"), PLAIN),
    ("mistral", "compatible/mistral.sse", ("Paris.", "Capital of France.", "stop"), PLAIN),
    ("deepseek", "compatible/deepseek.sse", ("Paris.", "Capital of France.", "stop"), Usage(18, 12, 8, 16)),
    ("openrouter", "compatible/openrouter.sse", ("Paris.", "Capital of France.", "stop"), Usage(18, 12, None, 0)),
    ("vllm", "compatible/vllm.sse", ("Paris.", "Capital of France.", "stop"), PLAIN),
    ("llama-cpp", "compatible/llama-cpp.sse", ("Paris.", "", "length"), None),
    ("xai", "compatible/xai.json", ("Paris.", "Capital of France.", "stop"), Usage(32, 103, 94, 0)),
]


@pytest.mark.parametrize(("name", "golden", "said", "usage"), ANSWERS, ids=[row[1] for row in ANSWERS])
def test_answers_of_every_server(replay, name, golden, said, usage):
    replay.on("POST", PATH, Answer.golden(golden, headers={"x-request-id": "req_7"}))
    heard = hear(aimed(name, replay), chat(stream=golden.endswith(".sse")))
    assert heard.error is None
    assert heard.said == said
    assert [chunk.usage for chunk in heard.chunks if chunk.usage] == ([usage] if usage else [])
    exchange = heard.chunks[0].exchange
    assert (exchange.status, exchange.request_id, exchange.url) == (200, "req_7", f"{replay.url}{PATH}")
    assert KEY not in str(exchange)
    assert exchange.body == replay.requests[0].json


def test_a_streamed_refusal(replay):
    replay.on("POST", PATH, Answer.stream([delta(refusal="I "), delta(refusal="can't."), finish(), event("[DONE]")]))
    assert hear(aimed("openai", replay), chat(stream=True)).said == ("I can't.", "", "content_filter")


@pytest.mark.parametrize(
    ("reason", "becomes"),
    [
        ("function_call", "tool_calls"),
        ("model_length", "length"),
        ("eos", "stop"),
        ("insufficient_system_resource",) * 2,
    ],
)
def test_finish_reasons_are_the_contracts_or_the_providers_own(replay, reason, becomes):
    replay.on("POST", PATH, Answer.stream([delta(content="x"), finish(reason), event("[DONE]")]))
    assert hear(aimed("groq", replay), chat(stream=True)).said[2] == becomes


def test_only_the_first_choice_is_read(replay):
    other = event({"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "stop"}]})
    replay.on("POST", PATH, Answer.stream([delta(content="A"), other, finish(), event("[DONE]")]))
    assert hear(aimed("groq", replay), chat(stream=True)).said == ("A", "", "stop")


def test_done_ends_the_answer_also_without_a_finish_reason(replay):
    replay.on("POST", PATH, Answer.stream([delta(content="A"), event("[DONE]")], then="hang"))
    assert hear(aimed("groq", replay), chat(stream=True)).said == ("A", "", "stop")


def test_a_finish_reason_ends_the_answer_also_without_done(replay):
    replay.on("POST", PATH, Answer.stream([delta(content="A"), finish("length")]))
    assert hear(aimed("groq", replay), chat(stream=True)).said == ("A", "", "length")


def test_a_line_that_breaks_after_the_end_takes_nothing_away(replay):
    replay.on("POST", PATH, Answer.stream([delta(content="A"), finish()], then="close"))
    heard = hear(aimed("groq", replay), chat(stream=True))
    assert (heard.error, heard.said) == (None, ("A", "", "stop"))


def test_characters_cut_in_two_are_joined(replay):
    grin = ["\\ud83d", "\\ude00"]
    pieces = [b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % piece.encode() for piece in grin]
    lone = b'data: {"choices":[{"index":0,"delta":{"content":"\\udc00a","reasoning":"b\\ud83d"}}]}\n\n'
    replay.on("POST", PATH, Answer.stream([*pieces, lone, finish(), event("[DONE]")]))
    heard = hear(aimed("groq", replay), chat(stream=True))
    assert heard.said == ("😀\ufffda", "b\ufffd", "stop")
    assert [chunk.text.encode() for chunk in heard.chunks][:3] == [b"", b"", "😀".encode()]


def test_utf8_cut_by_the_network(replay):
    data = delta(content="naïve – 日本") + finish() + event("[DONE]")
    replay.on("POST", PATH, Answer.stream([data[i : i + 1] for i in range(len(data))]))
    assert hear(aimed("groq", replay), chat(stream=True)).said[0] == "naïve – 日本"


GOOD = [delta(content="Par"), delta(content="is")]
BROKEN = [
    ("cut", Answer.stream(GOOD, then="close"), TruncatedStreamError, "Paris", "broke off"),
    ("no terminal signal", Answer.stream(GOOD), TruncatedStreamError, "Paris", "before the answer was complete"),
    ("nothing but usage", Answer.stream([event({"choices": [], "usage": None})]), TruncatedStreamError, "", "nothing"),
    ("no event", Answer.stream([b": hello\n\n"]), ProviderError, "", "events"),
    (
        "an error after text",
        Answer.stream([*GOOD, event({"error": {"message": "boom", "code": 502}})]),
        ProviderError,
        "Paris",
        "boom",
    ),
    (
        "an overload after text",
        Answer.stream([*GOOD, event({"error": {"message": "busy", "type": "overloaded_error"}}, "error")]),
        InferenceServiceUnavailableError,
        "Paris",
        "busy",
    ),
    (
        "a named error",
        Answer.stream([*GOOD, event({"message": "worker died"}, "error")]),
        ProviderError,
        "Paris",
        "worker died",
    ),
    (
        "a flat error",
        Answer.stream([event({"object": "error", "message": "flat", "code": 400})]),
        BadRequestError,
        "",
        "flat",
    ),
    (
        "an error as JSON",
        Answer.json({"error": {"message": "no model", "code": "model_not_found"}}),
        None,
        "",
        "no model",
    ),
    ("HTML", Answer(200, {"Content-Type": "text/html"}, b"<html>hello</html>"), ProviderError, "", "events"),
]


@pytest.mark.parametrize(("name", "answer", "kind", "text", "word"), BROKEN, ids=[row[0] for row in BROKEN])
def test_broken_streams_are_errors_that_keep_the_text(replay, name, answer, kind, text, word):
    replay.on("POST", PATH, answer)
    heard = hear(aimed("groq", replay), chat(stream=True))
    assert heard.error is not None
    assert heard.error.status >= 400
    assert kind is None or type(heard.error) is kind
    assert heard.said[0] == text
    assert word in heard.error.message


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (Answer.json({"error": {"message": "gateway says no"}}), "gateway says no"),
        (Answer.json({"choices": []}), "choices"),
        (Answer.json({"choices": [{"index": 0, "message": None}]}), "choices"),
        (Answer.json([]), "choices"),
        (Answer.json({"detail": "hm"}), "choices"),
        (Answer(200, {"Content-Type": "text/html"}, b"<html>hello</html>"), "hello"),
        (Answer(200, {"Content-Type": "application/json"}, b""), "`groq`"),
    ],
)
def test_nonsense_with_status_200_is_a_provider_error(replay, body, word):
    replay.on("POST", PATH, body)
    error = hear(aimed("groq", replay), chat()).error
    assert type(error) is ProviderError
    assert word in error.message


def test_leaving_the_generator_hangs_up(replay):
    replay.on("POST", PATH, Answer.stream([delta(content="A")], then="hang"))
    chunks = aimed("groq", replay).answer(chat(stream=True))
    assert [next(chunks).text for _ in range(2)] == ["", "A"]
    assert not replay.hung_up.is_set()
    chunks.close()
    assert replay.hung_up.wait(5)


def test_a_stop_ends_the_read_and_keeps_the_text(replay):
    replay.on("POST", PATH, Answer.stream([delta(content="A")], then="hang"))
    call = chat(stream=True)
    chunks = aimed("groq", replay).answer(call)
    assert [next(chunks).text for _ in range(2)] == ["", "A"]
    call.stop.set()
    assert listen(chunks).error.type == "CancelledError"
    assert replay.hung_up.wait(5)
