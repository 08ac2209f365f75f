"""Anthropic's Messages API: requests, replies, events and the listing (SDK types of anthropic 2.11).

The version header is 2026-10-21, which refuses `temperature`, `top_p` and `top_k` even at their defaults. A request
that sets one of them for a model that still takes them goes out as 2023-06-01; for any other model the provider's own
refusal (or the catalogue's) stands.

`max_tokens` is demanded by the provider. Unset, it is 16,000 answer tokens on top of a thinking budget that the user
set: room for a long answer and for thinking, allowed by every model on offer, and below the 21,333 from which
Anthropic's own client refuses to wait for an unstreamed reply.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from playground.call import Call, Chunk, Media, Message, Modality, Model, Usage
from playground.errors import BadRequestError, ProviderError
from playground.providers import bearer, inline, intakes
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import Event, Target, WireRequest

VERSION = "2026-10-21"
SAMPLING_VERSION = "2023-06-01"
MAX_TOKENS = 16_000

# Models that take sampling parameters, by the start of their names (docs of API version 2026-10-21).
_SAMPLING = ("claude-haiku-4-5", "claude-opus-4-5", "claude-opus-4-6", "claude-sonnet-4-5", "claude-sonnet-4-6")
_SAMPLERS = frozenset({"temperature", "top_p", "top_k"})
_RESERVED = frozenset({"model", "messages", "system", "stream"})
_FINISH: Mapping[str, str] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "tool_use": "tool_calls",
}
_SENSES: Mapping[str, Modality] = {"image_input": "image", "pdf_input": "document"}


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """Images and PDF."""
    return intakes.ANTHROPIC


def encode(call: Call, target: Target) -> WireRequest:
    """`POST /v1/messages`. Raises BadRequestError for parameters that are not the user's to set."""
    body = translate(call, _RESERVED, {"stop": "stop_sequences"})
    version = SAMPLING_VERSION if _samples(call.model, body) else VERSION
    if isinstance(body.get("stop_sequences"), str):
        body["stop_sequences"] = [body["stop_sequences"]]
    body.setdefault("max_tokens", MAX_TOKENS + _budget(body.get("thinking")))
    if call.schema is not None:
        body["output_config"] = _with_format(body.get("output_config", {}), call.schema)
    if call.system is not None:
        body["system"] = call.system
    body |= {"model": call.model, "messages": [_turn(message) for message in call.messages]}
    if call.stream:
        body["stream"] = True
    return WireRequest(f"{_root(target)}/messages", _headers(target, version), json=body)


def decode(call: Call, body: Any) -> Chunk:  # noqa: ARG001 - the protocol's
    """A whole message; thinking goes to `reasoning`, never into the text. Raises ProviderError."""
    if not isinstance(body, Mapping) or not isinstance(body.get("content"), list):
        raise ProviderError("Anthropic's reply has no `content`; is `ANTHROPIC_BASE_URL` right?")
    blocks = body["content"]
    return Chunk(
        text=_joined(blocks, "text"),
        reasoning=_joined(blocks, "thinking"),
        usage=_usage(body.get("usage")),
        finish_reason=_finish(body.get("stop_reason")),
    )


def follow(call: Call, events: Iterator[Event]) -> Iterator[Chunk]:  # noqa: ARG001 - the protocol's
    """A message as it is written; `message_stop` is its end. Unknown events and `ping` are passed over.

    `message_delta` repeats the counts so far, so they replace what `message_start` said.
    """
    counts: dict[str, Any] = {}
    reason: Any = None
    for event in events:
        match event.data:
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(text)}}:
                yield Chunk(text=text)
            case {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": str(text)}}:
                yield Chunk(reasoning=text)
            case {"type": "message_start", "message": {"usage": dict(said)}}:
                counts = said | {"output_tokens": None}  # the 1 it says there is a placeholder
                yield Chunk(usage=_usage(counts))
            case {"type": "message_delta", "delta": dict(delta), **rest}:
                reason = delta.get("stop_reason") or reason
                counts |= _said(rest.get("usage"))
            case {"type": "message_stop"}:
                yield Chunk(usage=_usage(counts), finish_reason=_finish(reason))
                return


def list_request(target: Target, page: str | None) -> WireRequest:
    """One page of `GET /v1/models`; `page` is the last id of the one before."""
    after = f"&after_id={quote(page, safe='')}" if page else ""
    return WireRequest(f"{_root(target)}/models?limit=1000{after}", _headers(target, VERSION), method="GET")


def list_models(body: Any) -> tuple[tuple[Model, ...], str | None]:
    """The models of one page that can be called, and the id after which the next begins."""
    if not isinstance(body, Mapping) or not isinstance(body.get("data"), list):
        raise ProviderError("Anthropic's list of models has no `data`; is `ANTHROPIC_BASE_URL` right?")
    rows = (row for row in body["data"] if isinstance(row, Mapping) and isinstance(row.get("id"), str))
    return tuple(map(_model, rows)), body.get("last_id") if body.get("has_more") else None


def _model(row: Mapping[str, Any]) -> Model:
    can = _said(row.get("capabilities"))
    retires = str(row.get("retires_at") or "")[:10]
    return Model(
        id=row["id"],
        tasks=("chat",),
        title=row.get("display_name") or "",
        note="deprecated" if row.get("lifecycle") == "deprecated" else "",
        inputs=("text", *(sense for name, sense in _SENSES.items() if _said(can.get(name)).get("supported"))),
        context=row.get("max_input_tokens"),
        max_output=row.get("max_tokens"),
        retires=retires or None,
    )


def _root(target: Target) -> str:
    """The base URL up to `/v1`, whether or not it names that itself."""
    return f"{target.base_url.removesuffix('/v1')}/v1"


def _headers(target: Target, version: str) -> dict[str, str]:
    return bearer.headers(target) | {"anthropic-version": version}


def _samples(model: str, body: Mapping[str, Any]) -> bool:
    """Whether a sampling parameter is set for a model that still takes it."""
    return not _SAMPLERS.isdisjoint(body) and model.startswith(_SAMPLING)


def _budget(thinking: Any) -> int:
    """The thinking tokens a user set, which count against `max_tokens`."""
    budget = thinking.get("budget_tokens") if isinstance(thinking, Mapping) else None
    return budget if isinstance(budget, int) and budget > 0 else 0


def _with_format(config: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """`output_config` with the schema in it, beside what the user put there."""
    if not isinstance(config, Mapping) or "format" in config:
        raise BadRequestError("`parameters.schema` and `parameters.output_config.format` both ask for a form; give one")
    return {**config, "format": {"type": "json_schema", "schema": schema}}


def _turn(message: Message) -> dict[str, Any]:
    return {"role": message.role, "content": _content(message)}


def _content(message: Message) -> str | list[dict[str, Any]]:
    """The text alone, or files first: Anthropic's models read images better before the text than after it."""
    if not message.media:
        return message.content
    return [*map(_block, message.media), *({"type": "text", "text": text} for text in inline.words(message))]


def _block(media: Media) -> dict[str, Any]:
    kind = "document" if media.modality == "document" else "image"
    if not media.data:
        return {"type": kind, "source": {"type": "url", "url": media.url}}
    return {"type": kind, "source": {"type": "base64", "media_type": media.mime, "data": inline.encoded(media)}}


def _joined(blocks: list[Any], kind: str) -> str:
    """The contents of all blocks of one kind; such a block keeps its content under the name of its kind."""
    pieces = (block.get(kind) for block in blocks if isinstance(block, Mapping) and block.get("type") == kind)
    return "".join(piece for piece in pieces if isinstance(piece, str))


def _finish(reason: Any) -> str:
    return _FINISH.get(reason, reason) if isinstance(reason, str) and reason else "stop"


def _said(value: Any) -> dict[str, Any]:
    """What an object really says: null is nothing, and what is no object says nothing."""
    return {name: each for name, each in value.items() if each is not None} if isinstance(value, Mapping) else {}


def _usage(raw: Any) -> Usage | None:
    """Counts as Usage: the prompt is what was read afresh, read from the cache and written to it, added up."""
    counts = {name: count for name, count in _said(raw).items() if isinstance(count, int)}
    details = _said(_said(raw).get("output_tokens_details"))
    if not counts:
        return None
    read, written = (counts.get(f"cache_{name}_input_tokens") for name in ("read", "creation"))
    return Usage(
        prompt=counts["input_tokens"] + (read or 0) + (written or 0) if "input_tokens" in counts else None,
        completion=counts.get("output_tokens"),
        reasoning=details.get("thinking_tokens"),
        cache_read=read,
        cache_write=written,
    )
