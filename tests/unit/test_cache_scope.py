"""The scope of a stored answer, field by field: whatever may change an answer is in it, and nothing else is."""

from dataclasses import replace

import pytest

from playground.cache.scope import DEMO, asked, moved, owner, scope, unopened
from playground.call import Call, Media, Message, Stop

PICTURE = Media("image", "image/png", b"one", "cat.png")
CALL = Call(
    "chat",
    "m",
    messages=(
        Message("user", "Hello", (PICTURE,)),
        Message("assistant", "Hi"),
        Message("user", "What is this?", (PICTURE,)),
    ),
    system="Be brief.",
    parameters={"temperature": 0.5, "max_tokens": 10, "anything": [1, 2]},
    schema={"type": "object"},
)


def of(call: Call = CALL, namespace: str = "n", provider: str = "p") -> str:
    return scope(namespace, provider, call)


def last(**changes: object) -> Call:
    *earlier, message = CALL.messages
    return replace(CALL, messages=(*earlier, replace(message, **changes)))


def first(**changes: object) -> Call:
    message, *later = CALL.messages
    return replace(CALL, messages=(replace(message, **changes), *later))


OTHERS = {
    "namespace": of(namespace="other"),
    "provider": of(provider="other"),
    "model": of(replace(CALL, model="other")),
    "system": of(replace(CALL, system="Be long.")),
    "no system": of(replace(CALL, system=None)),
    "schema": of(replace(CALL, schema={"type": "array"})),
    "no schema": of(replace(CALL, schema=None)),
    "temperature": of(replace(CALL, parameters={**CALL.parameters, "temperature": 0.6})),
    "parameter left out": of(replace(CALL, parameters={"temperature": 0.5, "max_tokens": 10})),
    "an unknown parameter": of(replace(CALL, parameters={**CALL.parameters, "new": 1})),
    "a parameter's kind": of(replace(CALL, parameters={**CALL.parameters, "max_tokens": "10"})),
    "true is not 1": of(replace(CALL, parameters={**CALL.parameters, "anything": True})),
    "what was said before": of(first(content="Good evening")),
    "who said it": of(first(role="assistant", media=())),
    "a file before": of(first(media=(replace(PICTURE, data=b"two"),))),
    "the file": of(last(media=(replace(PICTURE, data=b"two"),))),
    "no file": of(last(media=())),
    "two files": of(last(media=(PICTURE, PICTURE))),
    "the file's type": of(last(media=(replace(PICTURE, mime="image/jpeg"),))),
    "the model's revision": scope("n", "p", CALL, "changed"),
    "an answer less before": of(replace(CALL, messages=CALL.messages[1:])),
}


@pytest.mark.parametrize("field", OTHERS)
def test_what_changes_an_answer_is_in_the_scope(field: str):
    assert OTHERS[field] != of()


def test_no_two_of_these_changes_are_the_same():
    assert len(set(OTHERS.values())) == len(OTHERS)


@pytest.mark.parametrize(
    "same",
    [
        last(content="And that?"),
        replace(CALL, stream=True, stop=Stop()),
        last(media=(replace(PICTURE, name="dog.png"),)),
        replace(CALL, parameters={"anything": [1, 2], "max_tokens": 10.0, "temperature": 0.5}),
    ],
    ids=["the last words", "streaming", "a file's name", "order and form of parameters"],
)
def test_what_changes_no_answer_is_not(same: Call):
    assert of(same) == of()


def test_half_a_surrogate_pair_has_a_scope():
    assert of(replace(CALL, system="\ud800"), namespace="\udfff")


def test_a_scope_moves_to_another_namespace():
    assert moved(of(), "other") == of(namespace="other")
    assert of().startswith(owner("n"))


def test_the_last_words_are_what_is_compared():
    assert asked(CALL) == "What is this?"


def test_a_file_that_the_provider_opens_is_unknown_here():
    assert not unopened(CALL)
    assert unopened(last(media=(Media("image", "", b"", url="https://example.com/a.png"),)))


def test_the_examples_are_plain_questions_to_the_handbook():
    plain = Call("chat", "handbook", messages=(Message("user", "What is TTFT?"),))
    assert scope("anybody", "local", plain).endswith(DEMO)
    assert not scope("anybody", "local", replace(plain, parameters={"max_tokens": 5})).endswith(DEMO)
