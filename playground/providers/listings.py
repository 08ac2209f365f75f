"""The list of models in OpenAI's form, `GET {base}/models`, and what each server adds to it.

Added fields, as far as their documentation says: OpenAI `shutdown_date`; vLLM `max_model_len`; OpenRouter
`architecture`, `top_provider`, `expiration_date` and pages by `links.next`; Mistral `capabilities`; Groq `active`,
`context_window`; Fireworks `supports_chat`; Together a bare list with `type`; llama.cpp `meta`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playground.call import Modality, Model, Task
from playground.errors import ProviderError
from playground.providers import bearer, kinds
from playground.wire import Target, WireRequest

# Where a fact stands, as paths into a row; the first that is there counts.
_CONTEXT = ("context_length", "max_model_len", "context_window", "max_context_length", "meta.n_ctx")
_OUTPUT = ("top_provider.max_completion_tokens", "max_completion_tokens")
_RETIRES = ("shutdown_date", "expiration_date", "deprecation")
_TITLE = ("display_name", "name")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SENSES: Mapping[str, Modality] = {"image": "image", "file": "document", "audio": "audio", "video": "video"}
_TYPES: Mapping[str, tuple[Task, ...]] = {
    "chat": ("chat",),
    "language": ("chat",),
    "code": ("chat",),
    "embedding": ("embedding",),
    "transcribe": ("transcription",),
    **dict.fromkeys(("image", "video", "audio", "moderation", "rerank"), ()),
}
_OUTPUTS: Mapping[str, Task] = {"text": "chat", "embeddings": "embedding", "transcription": "transcription"}


def list_request(target: Target, page: str | None) -> WireRequest:
    """One page; `page` is the query of the next one as the server gave it."""
    query = f"?{page}" if page else ""
    return WireRequest(f"{target.base_url}/models{query}", bearer.headers(target), method="GET")


def list_models(body: Any) -> tuple[tuple[Model, ...], str | None]:
    """The models that can be asked for something we know, newest first, and the next page's query."""
    rows = body.get("data") if isinstance(body, Mapping) else body
    if not isinstance(rows, list):
        raise ProviderError("the server's list of models has no `data`; is its base URL right?")
    found = [row for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str)]
    found = [row for row in found if row.get("active", True)]
    found.sort(key=lambda row: -_number(row.get("created")))
    following = _at(body, "links.next") if isinstance(body, Mapping) else None
    return tuple(filter(lambda model: model.tasks, map(_model, found))), _query(following)


def _model(row: Mapping[str, Any]) -> Model:
    title, retires = _first(row, _TITLE), _DATE.match(str(_first(row, _RETIRES)))
    return Model(
        id=row["id"],
        tasks=_tasks(row),
        title=title if isinstance(title, str) and title != row["id"] else "",
        inputs=_inputs(row),
        context=_whole(_first(row, _CONTEXT)),
        max_output=_whole(_first(row, _OUTPUT)),
        retires=retires[0] if retires else None,
    )


def _tasks(row: Mapping[str, Any]) -> tuple[Task, ...]:
    """By what the server says of the model, else by its id."""
    outputs, can = _at(row, "architecture.output_modalities"), row.get("capabilities")
    if isinstance(row.get("type"), str) and row["type"] in _TYPES:
        return _TYPES[row["type"]]
    if isinstance(outputs, list):
        return tuple(task for name, task in _OUTPUTS.items() if name in outputs)
    chats = can.get("completion_chat") if isinstance(can, Mapping) else row.get("supports_chat")
    guessed = kinds.tasks(row["id"])
    return ("chat",) if chats else tuple(task for task in guessed if task != "chat" or chats is None)


def _inputs(row: Mapping[str, Any]) -> tuple[Modality, ...]:
    named = _at(row, "architecture.input_modalities")
    names = set(named) if isinstance(named, list) else set()
    if _at(row, "capabilities.vision") is True or row.get("supports_image_input") is True:
        names.add("image")
    return ("text", *(sense for name, sense in _SENSES.items() if name in names))


def _at(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _first(row: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    return next((value for path in paths if (value := _at(row, path)) is not None), None)


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _number(value: Any) -> float:
    return value if isinstance(value, int | float) else 0


def _query(following: Any) -> str | None:
    return urlsplit(following).query or None if isinstance(following, str) else None
