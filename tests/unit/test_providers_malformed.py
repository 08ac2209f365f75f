"""Answers that are JSON and yet not the protocol: the provider's doing, said so, and what had arrived is kept."""

import pytest

from playground.call import Call
from playground.errors import ProviderError
from tests.remotes import aimed, chat, hear, own_openai
from tests.replay import Answer, event

CHAT, RESPONSES, EMBEDDINGS = "/v1/chat/completions", "/v1/responses", "/v1/embeddings"


def said(text, finish=None):
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


@pytest.mark.parametrize(
    "broken",
    [
        {"choices": [{"index": 0, "delta": "text"}]},
        {"choices": ["text"]},
        {"choices": 1},
        {"choices": [], "x_groq": "no object"},
    ],
)
def test_a_broken_chunk_ends_the_stream_and_keeps_the_text(replay, broken):
    replay.on("POST", CHAT, Answer.stream([said("Hello"), event(broken)]))
    heard = hear(aimed("groq", replay), chat(stream=True))
    assert isinstance(heard.error, ProviderError)
    assert heard.answer.texts == ("Hello",)
    assert "not its protocol" in heard.error.message


@pytest.mark.parametrize("output", [1, ["text"], [{"type": "message", "content": 1}], [{"type": []}]])
def test_a_broken_response_is_said(replay, output):
    replay.on("POST", RESPONSES, Answer.json({"status": "completed", "output": output}))
    assert isinstance(hear(own_openai(replay), chat(model="gpt-6-luna")).error, ProviderError)


def test_a_broken_index_is_said(replay):
    replay.on("POST", EMBEDDINGS, Answer.json({"data": [{"index": [0], "embedding": [1.0]}]}))
    call = Call("embedding", "m", texts=("a",))
    assert isinstance(hear(aimed("together", replay), call).error, ProviderError)


def test_the_first_choice_counts_wherever_it_stands(replay):
    choices = [{"index": 1, "message": {"content": "no"}}, {"index": 0, "message": {"content": "yes"}}]
    replay.on("POST", CHAT, Answer.json({"choices": choices}))
    assert hear(aimed("groq", replay), chat()).answer.texts == ("yes",)


def test_silence_after_the_finish_reason_takes_nothing_away(replay):
    replay.on("POST", CHAT, Answer.stream([said("Hello", "stop")], then="hang"))
    heard = hear(aimed("groq", replay, PLAYGROUND_TIMEOUT="0.3"), chat(stream=True))
    assert heard.error is None
    assert heard.said == ("Hello", "", "stop")


def test_summaries_of_several_thoughts_are_paragraphs(replay):
    parts = [
        event({"type": "response.reasoning_summary_part.added", "output_index": place, "summary_index": 0})
        + event({"type": "response.reasoning_summary_text.delta", "delta": text})
        for place, text in enumerate(("First.", "Second."))
    ]
    end = event({"type": "response.completed", "response": {"status": "completed", "output": []}})
    replay.on("POST", RESPONSES, Answer.stream([*parts, end]))
    assert hear(own_openai(replay), chat(model="gpt-6-luna", stream=True)).answer.reasoning == ("First.\n\nSecond.",)
