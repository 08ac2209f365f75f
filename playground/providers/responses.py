"""OpenAI's Responses API, spoken with OpenAI alone; `store` is always false unless the user sets it.

Evidence: the types of openai 3.51.0 (`types/responses/`). There is no `[DONE]`: a stream ends with
`response.completed`, `response.incomplete` or `response.failed`, and only that event has the usage.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from playground.call import Call, Chunk, Media, Message
from playground.errors import BadRequestError, ProviderError
from playground.faults import stream_fault
from playground.providers import bearer, counts, inline, intakes, schema
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import Event, Target, WireRequest

_RESERVED = frozenset(("model", "input", "messages", "instructions", "stream"))
_NAMES = {"max_tokens": "max_output_tokens"}
_FINISHES = {"max_output_tokens": "length", "content_filter": "content_filter"}
_CALLS = frozenset(("function_call", "custom_tool_call"))
_ENDS = frozenset(("response.completed", "response.incomplete", "response.failed"))


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """Images and PDF."""
    return intakes.RESPONSES


def encode(call: Call, target: Target) -> WireRequest:
    """The request; beside what was set it says only that nothing is stored, and `detail`, which each image needs."""
    options = translate(call, _RESERVED, _NAMES)
    if "reasoning_effort" in options:
        options["reasoning"] = {**options.get("reasoning", {}), "effort": options.pop("reasoning_effort")}
    detail = inline.take_detail(call, options, ("image", "document"))
    turns = [{"role": message.role, "content": _content(message, detail)} for message in call.messages]
    body: dict[str, Any] = {"model": call.model, "input": turns, "store": False}
    if call.system is not None:
        body["instructions"] = call.system
    body |= options
    if call.schema is not None:
        body["text"] = _formatted(body.get("text", {}), call.schema)
    if call.stream:
        body["stream"] = True
    return WireRequest(f"{target.base_url}/responses", bearer.headers(target), body)


def decode(call: Call, body: Any) -> Chunk:  # noqa: ARG001 - the protocol's
    """A whole answer. Raises ProviderError for one that failed, was cancelled, or is not a response."""
    if not isinstance(body, Mapping) or body.get("error") or not isinstance(body.get("output"), list):
        raise stream_fault("openai", body)
    parts = list(_parts(body))
    text = "".join(part.get("text") or part.get("refusal") or "" for part in parts if part["kind"] != "reasoning")
    thoughts = "\n\n".join(part.get("text") or "" for part in parts if part["kind"] == "reasoning")
    return Chunk(text=text, reasoning=thoughts, usage=counts.usage(body.get("usage")), finish_reason=_finish(body))


def follow(call: Call, events: Iterator[Event]) -> Iterator[Chunk]:  # noqa: ARG001 - the protocol's
    """A stream: deltas as they come, and the terminal event's usage and finish reason."""
    refused = thought = False
    for event in events:
        data = event.data
        if not isinstance(data, dict):
            continue
        kind = data.get("type") or event.name
        read = _DELTAS.get(kind)
        if read is not None:
            refused = refused or kind == "response.refusal.delta"
            thought = thought or read is _reasoning
            yield read(data)
        elif kind == "response.reasoning_summary_part.added" and thought:
            yield Chunk(reasoning="\n\n")  # summaries and their parts are paragraphs
        elif kind in _ENDS:
            yield _end(data.get("response"), refused)
            return


def _content(message: Message, detail: str | None) -> str | list[dict[str, Any]]:
    if not message.media:
        return message.content
    words = ({"type": "input_text", "text": text} for text in inline.words(message))
    return [*(_part(each, detail) for each in message.media), *words]


def _part(media: Media, detail: str | None) -> dict[str, Any]:
    """An image or a PDF, whose pages are looked at as well."""
    if media.modality == "image":
        return {"type": "input_image", "image_url": inline.located(media), "detail": detail or "auto"}
    part = {"type": "input_file"} | ({"detail": detail} if detail else {})
    if not media.data:
        return {**part, "file_url": media.url}
    return {**part, "filename": inline.neutral_name(media), "file_data": inline.located(media)}


def _text(data: Mapping[str, Any]) -> Chunk:
    return Chunk(text=data.get("delta") or "")


def _reasoning(data: Mapping[str, Any]) -> Chunk:
    return Chunk(reasoning=data.get("delta") or "")


_DELTAS: Mapping[str, Callable[[Mapping[str, Any]], Chunk]] = {
    "response.output_text.delta": _text,
    "response.refusal.delta": _text,
    "response.reasoning_summary_text.delta": _reasoning,
    "response.reasoning_text.delta": _reasoning,
}


def _end(response: Any, refused: bool) -> Chunk:
    if not isinstance(response, Mapping) or response.get("error"):
        raise stream_fault("openai", response)
    finish = _finish(response)
    return Chunk(usage=counts.usage(response.get("usage")), finish_reason="content_filter" if refused else finish)


def _formatted(text: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(text, Mapping) or "format" in text:
        raise BadRequestError("`parameters.schema` is the format of `parameters.text`; leave the one in `text` out")
    return {**text, "format": {"type": "json_schema", **schema.named(wanted)}}


def _parts(response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every piece of text in the output, and of what `kind`: output_text, refusal, or reasoning."""
    for item in response.get("output") or ():
        if item.get("type") == "message":
            for part in item.get("content") or ():
                yield {**part, "kind": part.get("type")}
        elif item.get("type") == "reasoning":
            for part in (*(item.get("summary") or ()), *(item.get("content") or ())):
                yield {**part, "kind": "reasoning"}


def _finish(response: Mapping[str, Any]) -> str:
    """`stop`, `length`, `content_filter`, `tool_calls`, or OpenAI's own word. Raises ProviderError."""
    status = response.get("status")
    if status == "incomplete":
        reason = (response.get("incomplete_details") or {}).get("reason") or "incomplete"
        return _FINISHES.get(reason, reason)
    if status not in ("completed", None):
        raise ProviderError(f"the response ended as `{status}` without an answer; send the request again")
    kinds = {item.get("type") for item in response.get("output") or ()}
    if any(part["kind"] == "refusal" for part in _parts(response)):
        return "content_filter"
    return "stop" if _CALLS.isdisjoint(kinds) else "tool_calls"
