"""The user's parameters under a provider's own names, and the keys that are not theirs to set."""

from collections.abc import Collection, Mapping
from typing import Any

from playground.call import Call
from playground.errors import BadRequestError

# What a request already says elsewhere, and where.
_ELSEWHERE: Mapping[str, str] = {
    "model": "name the model in the request's `model`",
    "messages": "give the conversation in `inputs.messages` or `inputs.prompts`",
    "input": "give the text in `inputs`",
    "contents": "give the conversation in `inputs.messages` or `inputs.prompts`",
    "content": "give the text in `inputs`",
    "requests": "give the text in `inputs`",
    "instructions": "give the system prompt in `inputs.system`",
    "system": "give the system prompt in `inputs.system`",
    "systemInstruction": "give the system prompt in `inputs.system`",
    "system_instruction": "give the system prompt in `inputs.system`",
    "candidateCount": "there is one answer per prompt; repeat the prompt in `inputs.prompts`",
    "candidate_count": "there is one answer per prompt; repeat the prompt in `inputs.prompts`",
    "file": "give the sound in `inputs.audio_base64`",
    "stream": "ask for a stream by `Accept: text/event-stream`, or by `stream(…)` in Python",
}


def translate(call: Call, reserved: Collection[str], names: Mapping[str, str]) -> dict[str, Any]:
    """`call.parameters` as the provider calls them: `names` maps the contract's word to the provider's, the rest is
    handed over untouched.

    Raises BadRequestError for a reserved key, and where one control is given under both its names.
    """
    body: dict[str, Any] = {}
    for key, value in call.parameters.items():
        if key in reserved:
            raise BadRequestError(
                f"`parameters.{key}` cannot be set there; {_ELSEWHERE.get(key, 'the request says it elsewhere')}",
                code="reserved_parameter",
                details={"parameter": key},
            )
        name = names.get(key, key)
        if name in body or (name != key and name in call.parameters):
            raise BadRequestError(f"`parameters.{key}` and `parameters.{name}` are the same control; give one of them")
        body[name] = value
    return body
