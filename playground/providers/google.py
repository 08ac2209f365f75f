"""Google's `generateContent`, v1beta: requests, replies, events and the listing (SDK types of google-genai 3.4).

The contract's parameters and the names of `generationConfig`, in camel or snake case, go into `generationConfig`;
every other parameter stands at the top of the body untouched (`safetySettings`, `tools`, `cachedContent`, …). The key
travels in a header, never in the URL.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from playground.call import Call, Chunk, Media, Message, Model, Task, Usage
from playground.errors import (
    BadRequestError,
    ProviderError,
    TimeoutError,  # noqa: A004 - the contract's name for it
    TruncatedStreamError,
)
from playground.faults import stream_fault
from playground.providers import inline, intakes, kinds
from playground.providers.hops import CONTINUES, PARAMETER
from playground.providers.intake import Intake, mime_of
from playground.providers.parameters import translate
from playground.wire import Event, Target, WireRequest

_CONFIG = (
    *("temperature", "topP", "topK", "maxOutputTokens", "stopSequences", "seed", "presencePenalty"),
    *("frequencyPenalty", "logprobs", "responseLogprobs", "responseMimeType", "responseSchema", "responseJsonSchema"),
    *("responseFormat", "responseModalities", "mediaResolution", "speechConfig", "audioTimestamp", "thinkingConfig"),
    *("imageConfig", "enableEnhancedCivicAnswers", "enableAffectiveDialog", "translationConfig", "routingConfig"),
    *("audioTranscriptionConfig", "modelSelectionConfig"),
)
_SNAKE = re.compile(r"([A-Z])")
_NAMES: Mapping[str, str] = {
    **{_SNAKE.sub(r"_\1", name).lower(): name for name in (*_CONFIG, "generationConfig")},
    "max_tokens": "maxOutputTokens",
    "stop": "stopSequences",
}
_RESERVED = frozenset(
    (
        "model",
        "contents",
        "messages",
        "systemInstruction",
        "system_instruction",
        "stream",
        "candidateCount",
        "candidate_count",
    )
)
_FORMS = frozenset({"responseSchema", "responseJsonSchema", "responseFormat"})
_FINISH: Mapping[str, str] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",  # the limit of one request was reached, and there is no token to go on with
    **dict.fromkeys(
        ("SAFETY", "RECITATION", "PROHIBITED_CONTENT", "SPII", "BLOCKLIST", "MODEL_ARMOR"), "content_filter"
    ),
    **dict.fromkeys(("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"), "content_filter"),
}
_DETAILS: Mapping[str, str | None] = {"auto": None} | {
    level: f"MEDIA_RESOLUTION_{level.upper()}" for level in ("low", "medium", "high")
}
_COUNTS = ("toolUsePromptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount")
_METHODS: Mapping[str, Task] = {"generateContent": "chat", "embedContent": "embedding"}
_VERSION = re.compile(r"/v\d+[a-z0-9]*$")


def headers(target: Target) -> dict[str, str]:
    """The key where Google looks for it first."""
    return {"x-goog-api-key": target.key} if target.key else {}


def method(call: Call, target: Target, verb: str) -> str:
    """The URL of a model's method; the name may come with or without `models/`, and can only be a name."""
    return f"{_root(target)}/models/{quote(call.model.removeprefix('models/'), safe='')}:{verb}"


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """Images, sound, films and PDF."""
    return intakes.GOOGLE


def encode(call: Call, target: Target) -> WireRequest:
    """`:generateContent`, or `:streamGenerateContent?alt=sse`. Raises BadRequestError."""
    body = translate(call, _RESERVED, _NAMES)
    detail = inline.take_detail(call, body)
    config = _config(body)
    if detail is not None:
        config = _with_detail(config, detail)
    if isinstance(config.get("stopSequences"), str):
        config["stopSequences"] = [config["stopSequences"]]
    if call.schema is not None:
        config = _with_schema(config, call.schema)
    if config:
        body["generationConfig"] = config
    if call.system is not None:
        body["systemInstruction"] = {"parts": [{"text": call.system}]}
    body["contents"] = [_turn(message) for message in call.messages]
    verb = "streamGenerateContent?alt=sse" if call.stream else "generateContent"
    return WireRequest(method(call, target, verb), headers(target), json=body)


def decode(call: Call, body: Any) -> Chunk:  # noqa: ARG001 - the protocol's
    """A whole reply; a refused prompt is an empty text that ended by `content_filter`. Raises ProviderError."""
    if not isinstance(body, Mapping) or (_candidate(body) is None and "promptFeedback" not in body):
        raise ProviderError("Google's reply has neither `candidates` nor `promptFeedback`; send the request again")
    chunk = _chunk(body)
    return chunk if chunk.finish_reason else replace(chunk, finish_reason="stop")  # the reply is whole all the same


def follow(call: Call, events: Iterator[Event]) -> Iterator[Chunk]:  # noqa: ARG001 - the protocol's
    """A stream of replies, each with the next piece and the counts so far; a finish reason is the end of the answer.

    It is read on after that, for counts that come late; if that fails nothing is lost any more.
    """
    finished = False
    try:
        for event in events:
            if not isinstance(event.data, Mapping):
                raise stream_fault("google", event.data)
            chunk = _chunk(event.data)
            finished = finished or chunk.finish_reason is not None
            yield chunk
    except (TruncatedStreamError, TimeoutError):
        if not finished:
            raise


def list_request(target: Target, page: str | None) -> WireRequest:
    """One page of `GET /models`."""
    after = f"&pageToken={quote(page, safe='')}" if page else ""
    return WireRequest(f"{_root(target)}/models?pageSize=1000{after}", headers(target), method="GET")


def list_models(body: Any) -> tuple[tuple[Model, ...], str | None]:
    """The models of one page that chat or make embeddings, and the token of the next page."""
    if not isinstance(body, Mapping) or not isinstance(body.get("models", []), list):
        raise ProviderError("Google's list of models has no `models`; is `GOOGLE_GEMINI_BASE_URL` right?")
    rows = (row for row in body.get("models", ()) if isinstance(row, Mapping) and isinstance(row.get("name"), str))
    return tuple(_model(row) for row in rows if _tasks(row)), body.get("nextPageToken") or None


def _root(target: Target) -> str:
    """The base URL up to its API version: the one it names, else `v1beta`."""
    return target.base_url if _VERSION.search(target.base_url) else f"{target.base_url}/v1beta"


def _model(row: Mapping[str, Any]) -> Model:
    tasks = _tasks(row)
    return Model(
        id=row["name"].removeprefix("models/"),
        tasks=tasks,
        title=row.get("displayName") or "",
        context=row.get("inputTokenLimit"),
        max_output=row.get("outputTokenLimit") if "chat" in tasks else None,
    )


def _tasks(row: Mapping[str, Any]) -> tuple[Task, ...]:
    """By its methods, without the models of `generateContent` that draw or speak, which only their names tell."""
    kind = kinds.tasks(row["name"].removeprefix("models/"))
    tasks = (_METHODS.get(name) for name in row.get("supportedGenerationMethods", ()))
    return tuple(task for task in tasks if task in kind)


def _config(body: dict[str, Any]) -> dict[str, Any]:
    """`generationConfig`, with what belongs there taken out of the body. Raises BadRequestError for a key twice."""
    given = body.pop("generationConfig", {})
    if not isinstance(given, Mapping):
        raise BadRequestError("`parameters.generationConfig` must be an object")
    config = dict(given)
    for name in [name for name in body if name in _CONFIG]:
        if name in config:
            raise BadRequestError(f"`{name}` is set in `parameters` and in `parameters.generationConfig`; give it once")
        config[name] = body.pop(name)
    return config


def _with_detail(config: Mapping[str, Any], detail: str) -> dict[str, Any]:
    """`mediaResolution` for how closely images are looked at; `auto` leaves it to the model."""
    if detail not in _DETAILS or "mediaResolution" in config:
        levels = ", ".join(f"`{level}`" for level in _DETAILS)
        raise BadRequestError(
            f"`parameters.detail` is one of {levels} here, and stands alone without `mediaResolution`"
        )
    level = _DETAILS[detail]
    return {**config, "mediaResolution": level} if level else dict(config)


def _with_schema(config: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema as it is, in the field that takes JSON Schema (`responseSchema` takes another dialect)."""
    for name in sorted(_FORMS & config.keys()):
        raise BadRequestError(f"`parameters.schema` and `{name}` both ask for a form; give one of them")
    return {"responseMimeType": "application/json", **config, "responseJsonSchema": schema}


def _turn(message: Message) -> dict[str, Any]:
    return {"role": "model" if message.role == "assistant" else "user", "parts": _parts(message)}


def _parts(message: Message) -> list[dict[str, Any]]:
    return [*map(part, message.media), *({"text": text} for text in inline.words(message))]


def part(media: Media) -> dict[str, Any]:
    """A file as a part of a content: inside, or by its address, which goes with its type."""
    if not media.data:
        return {"fileData": {"fileUri": media.url, "mimeType": mime_of(media)}}
    return {"inlineData": {"mimeType": media.mime, "data": inline.encoded(media)}}


def _chunk(reply: Mapping[str, Any]) -> Chunk:
    """One reply or one piece of it: thought parts are reasoning, and without a candidate the prompt was refused."""
    usage = _usage(reply.get("usageMetadata"))
    candidate = _candidate(reply)
    if candidate is None:
        return Chunk(usage=usage, finish_reason="content_filter" if "promptFeedback" in reply else None)
    text, reasoning, calls = _said(candidate.get("content"))
    reason = candidate.get("finishReason")
    if not isinstance(reason, str):
        return Chunk(text=text, reasoning=reasoning, usage=usage)
    token = candidate.get(PARAMETER)
    if reason == "CONTINUATION" and isinstance(token, str):
        return Chunk(text, reasoning, {PARAMETER: token}, usage, CONTINUES)
    meant = "tool_calls" if calls and reason == "STOP" else _FINISH.get(reason, reason)
    return Chunk(text=text, reasoning=reasoning, usage=usage, finish_reason=meant)


def _candidate(reply: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first candidate, by its number where it has one."""
    candidates = reply.get("candidates")
    for each in candidates if isinstance(candidates, list) else ():
        if isinstance(each, dict) and not each.get("index"):
            return each
    return None


def _said(content: Any) -> tuple[str, str, bool]:
    """Text, thoughts, and whether tools are called; nothing at all where every token went into hidden thoughts."""
    parts = content.get("parts") if isinstance(content, dict) else None
    text, thoughts, calls = "", "", False
    for part in parts if isinstance(parts, list) else ():
        if not isinstance(part, dict):
            continue
        calls = calls or "functionCall" in part
        piece = part.get("text")
        if not isinstance(piece, str):
            continue
        if part.get("thought"):
            thoughts += piece
        else:
            text += piece
    return text, thoughts, calls


def _usage(raw: Any) -> Usage | None:
    """Counts as Usage. A count of zero is left out on the wire; what tools fed back is prompt, thoughts are output."""
    if not isinstance(raw, dict) or not isinstance(prompt := raw.get("promptTokenCount"), int):
        return None
    counts = [raw.get(name) for name in _COUNTS]
    tools, said, thoughts, cached = (count if isinstance(count, int) else 0 for count in counts)
    return Usage(prompt=prompt + tools, completion=said + thoughts, reasoning=thoughts, cache_read=cached)
