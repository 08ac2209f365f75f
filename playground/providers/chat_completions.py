"""OpenAI's Chat Completions, the wire that every compatible server speaks.

Evidence: the types of openai 3.51.0 (`types/chat/`), and what compatible servers add to them: usage on a chunk that
also has choices, on one that has none, or never; reasoning under `reasoning` or `reasoning_content`; content as a list
of parts (Mistral); HTTP 200 with an error object.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.call import Call, Chunk, Media, Message, Modality, Usage
from playground.errors import BadRequestError, ProviderError
from playground.media import EXTENSIONS
from playground.providers import bearer, counts, inline, intakes, schema
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import Event, Target, WireRequest

_RESERVED = frozenset(("model", "messages", "stream"))
_FINISHES = {"function_call": "tool_calls", "eos": "stop", "model_length": "length", "max_tokens": "length"}


@dataclass(frozen=True, slots=True)
class ChatCompletions:
    """`POST {base}/chat/completions` as one kind of server takes it.

    `names` are its words for the contract's parameters. `counts_streams`: it takes `stream_options.include_usage`
    (Mistral answers 422 to it and sends usage anyway). `obeys_schema`: it takes `response_format.json_schema`.
    `intake` are the files it takes.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    counts_streams: bool = True
    obeys_schema: bool = True
    intake: Intake = intakes.COMPATIBLE

    def takes(self, model: str) -> Intake:  # noqa: ARG002 - the protocol's
        """`intake`, for every model."""
        return self.intake

    def encode(self, call: Call, target: Target) -> WireRequest:
        """The request; nothing is sent that was not set, save the wish for usage at a stream's end."""
        options = translate(call, _RESERVED, self.names)
        detail = inline.take_detail(call, options)
        body: dict[str, Any] = {"model": call.model, "messages": _messages(call, detail)} | options
        _one_answer(body)
        if call.schema is not None:
            body["response_format"] = self._format(call, body, target.provider)
        if call.stream:
            body["stream"] = True
            if self.counts_streams and isinstance(wishes := body.get("stream_options", {}), Mapping):
                body["stream_options"] = {"include_usage": True, **wishes}
        return WireRequest(f"{target.base_url}/chat/completions", bearer.headers(target), body)

    def _format(self, call: Call, body: Mapping[str, Any], provider: str) -> dict[str, Any]:
        if "response_format" in body:
            raise BadRequestError("`parameters.schema` and `parameters.response_format` ask for two forms; give one")
        if not self.obeys_schema:
            raise BadRequestError(
                f"`{provider}` cannot hold an answer to a schema; describe it in the prompt and ask for JSON with "
                '`response_format: {"type": "json_object"}`',
                code="parameter_refused",
                details={"parameter": "schema", "model": call.model},
            )
        return {"type": "json_schema", "json_schema": schema.named(call.schema or {})}

    def decode(self, call: Call, body: Any) -> Chunk:  # noqa: ARG002 - the protocol's
        """A whole answer. Raises ProviderError for a body without choices."""
        choice = next(iter(_first_choice(body)), None)
        message = choice.get("message") if choice else None
        if choice is None or not isinstance(message, Mapping):
            raise ProviderError("the provider answered without a message in `choices`; check its base URL")
        text, thought, refused = _said(message)
        finish = _finish(choice.get("finish_reason"), calls=bool(message.get("tool_calls"))) or "stop"
        return Chunk(text, thought, usage=_usage(body), finish_reason="content_filter" if refused else finish)

    def follow(self, call: Call, events: Iterator[Event]) -> Iterator[Chunk]:  # noqa: ARG002 - the protocol's
        """A stream: text, reasoning, finish reason and usage, each when it comes; usage may follow the finish reason.

        It ends at `[DONE]`, which stands for a finish reason where a server gives none.
        """
        finish, spoke, refused, calls = None, False, False, False
        for event in events:
            if event.done:
                if spoke and finish is None:
                    yield Chunk(finish_reason="content_filter" if refused else _finish("stop", calls=calls))
                return
            for choice in _first_choice(event.data):
                delta = choice.get("delta") or {}
                text, thought, refusing = _said(delta)
                spoke, refused, calls = True, refused or refusing, calls or bool(delta.get("tool_calls"))
                finish = _finish(choice.get("finish_reason"), calls=calls) or finish
                if text or thought:
                    yield Chunk(text, thought)
            usage = _usage(event.data)
            if usage is not None or finish is not None:
                yield Chunk(usage=usage, finish_reason="content_filter" if finish and refused else finish)


def _messages(call: Call, detail: str | None) -> list[dict[str, Any]]:
    system = [{"role": "system", "content": call.system}] if call.system is not None else []
    return system + [{"role": message.role, "content": _content(message, detail)} for message in call.messages]


def _content(message: Message, detail: str | None) -> str | list[dict[str, Any]]:
    if not message.media:
        return message.content
    parts = [_PARTS[each.modality](each) for each in message.media]
    for part in parts:
        if detail is not None and part["type"] == "image_url":
            part["image_url"]["detail"] = detail
    return [*parts, *({"type": "text", "text": text} for text in inline.words(message))]


def _sound(media: Media) -> dict[str, Any]:
    form = EXTENSIONS.get(media.mime, "wav")
    return {"type": "input_audio", "input_audio": {"data": inline.encoded(media), "format": form}}


def _document(media: Media) -> dict[str, Any]:
    return {
        "type": "file",
        "file": {"filename": inline.neutral_name(media), "file_data": inline.located(media)},
    }


# `video_url` is vLLM's and OpenRouter's; OpenAI has the others.
_PARTS: Mapping[Modality, Callable[[Media], dict[str, Any]]] = {
    "image": lambda media: {"type": "image_url", "image_url": {"url": inline.located(media)}},
    "audio": _sound,
    "video": lambda media: {"type": "video_url", "video_url": {"url": inline.located(media)}},
    "document": _document,
}


def _one_answer(body: Mapping[str, Any]) -> None:
    if body.get("n", 1) != 1:
        raise BadRequestError(
            "`parameters.n` asks for several answers, and there is one answer per prompt; "
            "repeat the prompt in `inputs.prompts` instead",
            code="parameter_refused",
            details={"parameter": "n"},
        )


def _first_choice(data: Any) -> tuple[Mapping[str, Any], ...]:
    """The choice with index 0, if it is there: a chunk with usage alone has none."""
    choices = data.get("choices") if isinstance(data, dict) else None
    for choice in choices or ():
        if not choice.get("index"):
            return (choice,)
    return ()


def _said(message: Mapping[str, Any]) -> tuple[str, str, bool]:
    """Text and reasoning of a message or delta, which never mix, and whether the text is a refusal."""
    content = message.get("content")
    thought = message.get("reasoning_content") or message.get("reasoning") or ""
    thought = thought if isinstance(thought, str) else ""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, Mapping)]
        text = "".join(part.get("text") or "" for part in parts if part.get("type") == "text")
        return text, thought + "".join(map(_thinking, parts)), False
    if isinstance(content, str) and content:
        return content, thought, False
    refusal = message.get("refusal")
    return refusal or "", thought, bool(refusal)


def _thinking(part: Mapping[str, Any]) -> str:
    """Mistral's `{"type": "thinking", "thinking": [{"type": "text", "text": …}]}`."""
    inner = part.get("thinking") if part.get("type") == "thinking" else None
    if isinstance(inner, list):
        return "".join(piece.get("text") or "" for piece in inner if isinstance(piece, Mapping))
    return inner if isinstance(inner, str) else ""


def _finish(reason: Any, *, calls: bool) -> str | None:
    """The reason in our words; some servers say `stop` although tools are called."""
    if calls and reason == "stop":
        return "tool_calls"
    return _FINISHES.get(reason, reason) if isinstance(reason, str) and reason else None


def _usage(data: Any) -> Usage | None:
    if not isinstance(data, dict):
        return None
    raw = data.get("usage")
    if raw is None and (groq := data.get("x_groq")):  # Groq's older place for it
        raw = groq.get("usage")
    return counts.usage(raw) if raw else None
