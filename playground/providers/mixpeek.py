"""Mixpeek's raw inference, also of another playground: the request that came here, sent on to that server.

A model is named as there: `openai/gpt-…` is `provider` and `model`, `mixpeek://…` a `feature_uri`, any other word the
`inference_name` of a plugin. Where one prompt is all that is asked it goes as the contract has it, in `prompts`; a
conversation and a system prompt go as `messages` and `system`, which a server that lacks them refuses aloud for want
of `prompts`. Sources: the contract (`playground.contract`) and PyPI `mixpeek` 1.3.783; nobody documents the form of
`data`, so whatever holds a text or vectors is read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from playground.call import Call, Chunk, Media, Message, Modality, Model, Task, Usage
from playground.errors import BadRequestError, ProviderError
from playground.providers import bearer, catalogue, intakes
from playground.providers.embeddings import numbers
from playground.providers.inline import encoded, located
from playground.providers.intake import Intake
from playground.wire import Target, WireRequest

BEHIND = ("openai", "google", "anthropic")
"""The providers that answer there by `provider` and `model`."""
_NAMESPACE = "default"
_SAYS = ("text", "texts", "response", "responses", "content", "transcript")
_BESIDE = ("sources", "lines", "images")
"""What our own models say beside a text."""
_TASKS: Mapping[str, Task] = {"embedding": "embedding", "generate": "chat"}
_SENSES: Mapping[str, Modality] = {
    "text": "text",
    "image": "image",
    "video": "video",
    "audio": "audio",
    "pdf": "document",
    "document": "document",
}


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """Every kind; what a model does not take its server says."""
    return intakes.MIXPEEK


def encode(call: Call, target: Target) -> WireRequest:
    """The request. Raises BadRequestError for files of several kinds that are to be embedded."""
    parameters = dict(call.parameters) | ({"schema": dict(call.schema)} if call.schema is not None else {})
    body: dict[str, Any] = selector(call.model) | {"inputs": _inputs(call)}
    if parameters:
        body["parameters"] = parameters
    return WireRequest(f"{target.base_url}/inference", headers(target), body)


def headers(target: Target) -> dict[str, str]:
    """Who asks, and in which namespace where one is set."""
    return bearer.headers(target) | ({"X-Namespace": target.namespace} if target.namespace else {})


def selector(model: str) -> dict[str, Any]:
    """Who answers there, as a request says it."""
    if model.lower().startswith("mixpeek://"):
        return {"feature_uri": model}
    provider, slash, name = model.partition("/")
    return {"provider": provider, "model": name} if slash else {"inference_name": model}


def decode(call: Call, body: Any) -> Chunk:
    """A response of the contract. Raises ProviderError for `data` without what was asked for."""
    if not isinstance(body, Mapping) or "data" not in body:
        raise ProviderError("the server answered without `data`; does `MIXPEEK_BASE_URL` name a Mixpeek server?")
    data, usage = body["data"], _usage(body.get("tokens_used"))
    told: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
    if call.task == "embedding":
        vectors = _vectors(call, data)
        return Chunk(data={"embeddings": vectors} | _kept(told, ("segments",)), usage=usage)
    if call.task == "transcription":
        return Chunk(data={"text": _text(data)} | dict(told), usage=usage)
    return Chunk(
        text=_text(data),
        reasoning=str(told.get("reasoning") or ""),
        data=_kept(told, _BESIDE) or None,
        usage=usage,
        finish_reason=str(told.get("finish_reason") or "stop"),
    )


def list_request(target: Target, page: str | None) -> WireRequest:  # noqa: ARG001 - there is one page
    """The extractors of the namespace."""
    place = f"{target.base_url}/namespaces/{target.namespace or _NAMESPACE}/extractors"
    return WireRequest(place, headers(target), method="GET")


def list_models(body: Any) -> tuple[tuple[Model, ...], str | None]:
    """Builtin features by their URI, plugins by their name, then what is known of the providers behind it."""
    rows = body.get("extractors") if isinstance(body, Mapping) else None
    if not isinstance(rows, list):
        raise ProviderError("the server's list of extractors has no `extractors`; is `MIXPEEK_BASE_URL` right?")
    today = datetime.now(UTC).date()
    known = (replace(each, id=f"{name}/{each.id}") for name in BEHIND for each in catalogue.models(name, today))
    found = [each for row in rows if isinstance(row, Mapping) and _asked(row) for each in _models(row)]
    return (*found, *known), None


def _asked(row: Mapping[str, Any]) -> bool:
    return row.get("realtime_available") is not False


def _models(row: Mapping[str, Any]) -> Iterator[Model]:
    said = {_SENSES[kind] for kind in row.get("supported_input_types") or () if kind in _SENSES}
    inputs = tuple(dict.fromkeys(sense for sense in _SENSES.values() if sense in said)) or ("text",)
    note = str(row.get("description") or "").partition("\n")[0]
    if row.get("source") == "custom":
        task, name = _TASKS.get(str(row.get("inference_type"))), row.get("plugin_id") or row.get("feature_extractor_id")
        if task and name:
            yield Model(str(name), (task,), note=note, inputs=inputs)
        return
    for index in row.get("required_vector_indexes") or ():
        size = (index.get("index") or {}).get("dimensions")
        yield Model(index["feature_uri"], ("embedding",), note=note, inputs=inputs, dimensions=size)


def _inputs(call: Call) -> dict[str, Any]:
    match call.task:
        case "embedding":
            if len({each.modality for each in call.media}) > 1:
                raise BadRequestError("files of several kinds are embedded by several requests; send one for each kind")
            return _texts(call.texts) | _files(call.media)
        case "transcription":
            return _files(call.media)
    *before, last = call.messages
    if not before and not call.system:
        return {"prompts": [last.content]} | _files(last.media)
    if any(each.media for each in before):
        raise BadRequestError("files go with the last message of a conversation here; leave those before it out")
    system = {"system": call.system} if call.system else {}
    return {"messages": list(map(_turn, call.messages))} | system | _files(last.media)


def _texts(texts: Sequence[str]) -> dict[str, Any]:
    return {"text": texts[0]} if len(texts) == 1 else {"texts": list(texts)} if texts else {}


def _turn(message: Message) -> dict[str, str]:
    return {"role": message.role, "content": message.content}


def _files(media: Sequence[Media]) -> dict[str, Any]:
    """`image_base64` or `image_url`; several of a kind as `image_urls`, data URIs where they are loaded."""
    found: dict[str, Any] = {}
    for sense in dict.fromkeys(each.modality for each in media):
        some = [each for each in media if each.modality == sense]
        if len(some) > 1:
            found[f"{sense}_urls"] = list(map(located, some))
        elif some[0].data:
            found[f"{sense}_base64"] = encoded(some[0])
        else:
            found[f"{sense}_url"] = some[0].url
    return found


def _text(data: Any) -> str:
    """The text of an answer; of one in another form its JSON, which is what the model said when a schema was asked."""
    match data:
        case str():
            return data
        case [one]:
            return _text(one)
        case Mapping():
            for name in _SAYS:
                if isinstance(data.get(name), str | list):
                    return _text(data[name])
    return json.dumps(data, ensure_ascii=False)


def _vectors(call: Call, data: Any) -> list[list[float]]:
    found = data.get("embeddings", data.get("embedding")) if isinstance(data, Mapping) else data
    rows = found if isinstance(found, list) and found and isinstance(found[0], list) else [found]
    wanted = len(call.texts) + len(call.media)
    if len(rows) != wanted and not (isinstance(data, Mapping) and "segments" in data):
        raise ProviderError(f"the server gave {len(rows)} vectors for {wanted} texts and files; send fewer at once")
    return [numbers(row, call.model) for row in rows]


def _kept(data: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}


def _usage(counts: Any) -> Usage | None:
    if not isinstance(counts, Mapping):
        return None
    told = {name: value for name, value in counts.items() if isinstance(value, int)}
    return Usage(told.get("prompt"), told.get("completion"), told.get("reasoning"), told.get("cached"))
