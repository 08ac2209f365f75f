"""An answer in several replies is one answer: asked on with the token, counted together, hung up on at once."""

import pytest

from playground.call import Usage
from playground.providers.hops import MOST
from tests.remotes import aimed, chat, hear
from tests.replay import Answer, event

WHOLE = "/v1beta/models/gemini-3.8-flash:generateContent"
STREAM = "/v1beta/models/gemini-3.8-flash:streamGenerateContent"


def reply(text, reason, token=None, prompt=10, said=5):
    candidate = {"content": {"parts": [{"text": text}]}, "finishReason": reason}
    counts = {"promptTokenCount": prompt, "candidatesTokenCount": said}
    return {"candidates": [candidate | ({"continuationToken": token} if token else {})], "usageMetadata": counts}


def play(replay, stream, *replies):
    if stream:
        replay.on("POST", STREAM, *(Answer.stream([event(each)]) for each in replies))
    else:
        replay.on("POST", WHOLE, *map(Answer.json, replies))


def ask(replay, stream):
    call = chat("Tell it all", model="gemini-3.8-flash", stream=stream, parameters={"max_tokens": 99})
    return hear(aimed("google", replay, path=""), call)


@pytest.mark.parametrize("stream", [False, True])
def test_it_goes_on_where_a_reply_stopped(replay, stream):
    replies = (
        reply("One, ", "CONTINUATION", "dG9rZW4x"),
        reply("two, ", "CONTINUATION", "dG9rZW4y"),
        reply("three.", "STOP"),
    )
    play(replay, stream, *replies)
    heard = ask(replay, stream)
    assert (heard.text, heard.finish, heard.error) == ("One, two, three.", "stop", None)
    assert heard.usage == Usage(prompt=30, completion=15, reasoning=0, cache_read=0)
    first, second, third = (request.json for request in replay.requests)
    assert "continuationToken" not in first
    assert (second, third) == (first | {"continuationToken": "dG9rZW4x"}, first | {"continuationToken": "dG9rZW4y"})
    assert [chunk.finish_reason for chunk in heard.chunks if chunk.finish_reason] == ["stop"]
    assert heard.answer.data == [None]
    assert len(heard.answer.exchanges) == 3


@pytest.mark.parametrize("stream", [False, True])
def test_without_a_token_it_ends_there(replay, stream):
    play(replay, stream, reply("One, ", "CONTINUATION"))
    heard = ask(replay, stream)
    assert (heard.text, heard.finish) == ("One, ", "length")
    assert len(replay.requests) == 1


def test_an_answer_without_end_ends(replay):
    play(replay, False, reply("On", "CONTINUATION", "dG9rZW4x"))
    heard = ask(replay, False)
    assert (heard.text, heard.finish) == ("On" * MOST, "length")
    assert len(replay.requests) == MOST


def test_a_later_reply_that_fails_keeps_what_was_said_and_counted(replay):
    broken = Answer.json({"error": {"code": 500, "message": "no", "status": "INTERNAL"}}, 500)
    replay.on("POST", WHOLE, Answer.json(reply("One, ", "CONTINUATION", "dG9rZW4x")), broken)
    heard = ask(replay, False)
    assert heard.error.status == 500
    assert (heard.text, heard.finish, heard.usage.prompt) == ("One, ", None, 10)


def test_leaving_in_a_later_reply_hangs_up(replay):
    first = Answer.stream([event(reply("One, ", "CONTINUATION", "dG9rZW4x"))])
    piece = {"candidates": [{"content": {"parts": [{"text": "two"}]}}]}
    replay.on("POST", STREAM, first, Answer.stream([event(piece)], then="hang"))
    chunks = aimed("google", replay, path="").answer(chat(model="gemini-3.8-flash", stream=True))
    while next(chunks).text != "two":
        pass
    assert not replay.hung_up.is_set()
    chunks.close()
    assert replay.hung_up.wait(5)
