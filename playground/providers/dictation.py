"""Transcription by a model that chats and hears: the sound goes with an instruction to write it down.

What it can give is the text. Times of words and segments would be the model's guesses written as text, not
measurements, so `segments` is empty; `language` and `duration` are not known either. A model may tidy up what was said
or leave something out: whoever needs every word chooses a model made for transcription. `language` and `prompt` are
the parameters of transcription, put into the instruction; all others go to the chat untouched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground.call import Call, Chunk, Message
from playground.errors import BadRequestError, ProviderError
from playground.providers.intake import Intake, Taking
from playground.wire import Target, WireRequest

INSTRUCTION = (
    "Write down what is said in this recording, word for word, in the language that is spoken. "
    "Answer with the transcript alone: no heading, no times, no names of speakers, no remarks. "
    "If nothing is said, answer with nothing."
)
_WISHES: Mapping[str, str] = {
    "language": "The language is {}.",
    "prompt": "What is said is about this, which also shows how names are spelt: {}",
}
_FORMS = frozenset(("response_format", "timestamp_granularities", "timestamp_granularities[]"))


@dataclass(frozen=True, slots=True)
class Dictation:
    """A transcription asked of the chat that `chat` speaks."""

    chat: Taking

    def takes(self, model: str) -> Intake:
        """What the chat takes; anything but sound is refused by whoever reads the request."""
        return self.chat.takes(model)

    def encode(self, call: Call, target: Target) -> WireRequest:
        """The chat's request. Raises BadRequestError for forms and times, which only models for transcription have."""
        for name in sorted(_FORMS & call.parameters.keys()):
            raise BadRequestError(
                f"`{call.model}` writes down what it hears and knows no times: leave `{name}` out, or choose a model "
                "made for transcription such as `whisper-1`",
                code="parameter_refused",
                details={"parameter": name, "model": call.model},
            )
        return self.chat.encode(_as_chat(call), target)

    def decode(self, call: Call, body: Any) -> Chunk:
        """The text as the contract's transcription. Raises ProviderError for one that was cut or withheld."""
        chunk = self.chat.decode(_as_chat(call), body)
        if chunk.finish_reason != "stop":
            raise ProviderError(
                f"the transcript of `{call.model}` ended early (`{chunk.finish_reason}`); "
                "send a shorter recording, or allow more `max_tokens`"
            )
        data: dict[str, Any] = {"text": chunk.text.strip(), "language": None, "duration": None, "segments": []}
        return Chunk(data=data, usage=chunk.usage)


def _as_chat(call: Call) -> Call:
    wishes = [words.format(call.parameters[name]) for name, words in _WISHES.items() if name in call.parameters]
    rest = {name: value for name, value in call.parameters.items() if name not in _WISHES}
    message = Message("user", " ".join([INSTRUCTION, *wishes]), call.media)
    return replace(call, task="chat", messages=(message,), media=(), parameters=rest)
