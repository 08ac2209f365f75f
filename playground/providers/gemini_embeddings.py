"""Gemini embeddings by `:batchEmbedContents`, one content per text or file (SDK types of google-genai 3.4).

Several parts in one content would give one vector for all of them. One request takes at most `MOST` contents; more in
one call is a 400, and whoever has more sends several calls. Only `gemini-embedding-2` takes files.

`gemini-embedding-001` shortens a vector by cutting it (`dimensions` below 3,072), which leaves it shorter than 1;
Google's documentation says to normalise such vectors oneself, so that is done here. The newer models do it themselves.
"""

import math
from collections.abc import Mapping
from typing import Any

from playground.call import Call, Chunk, Usage
from playground.errors import BadRequestError, ProviderError
from playground.providers import google, intakes
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import Target, WireRequest

MOST = 100
"""Contents in one request."""

_RESERVED = frozenset({"model", "content", "requests", "stream"})
_NAMES: Mapping[str, str] = {
    "dimensions": "outputDimensionality",
    "output_dimensionality": "outputDimensionality",
    "task_type": "taskType",
}
_CUTS = "gemini-embedding-001"
"""The one model that takes `taskType` and `title`, and leaves shortened vectors as they are."""
_FULL = 3072
_TASK_IN_TEXT = (
    "`{model}` does not take `{name}`; write the task into the text, such as `task: search result | query: …`"
)


def takes(model: str) -> Intake:
    """Everything, save the older model, which takes text only."""
    return intakes.TEXT if _old(model) else intakes.GEMINI_EMBEDDING


def encode(call: Call, target: Target) -> WireRequest:
    """The request for all texts, then all files. Raises BadRequestError for too many and for what the model refuses."""
    parts = [*({"text": text} for text in call.texts), *map(google.part, call.media)]
    if len(parts) > MOST:
        raise BadRequestError(f"Google embeds at most {MOST} items in one request, and these are {len(parts):,}")
    options = translate(call, _RESERVED, _NAMES)
    model = call.model.removeprefix("models/")
    for name in ("taskType", "title"):
        if name in options and not _old(call.model):
            raise BadRequestError(
                _TASK_IN_TEXT.format(model=model, name=name),
                code="parameter_refused",
                details={"parameter": name, "model": call.model},
            )
    requests = [{"model": f"models/{model}", "content": {"parts": [part]}, **options} for part in parts]
    url = google.method(call, target, "batchEmbedContents")
    return WireRequest(url, google.headers(target), json={"requests": requests})


def decode(call: Call, body: Any) -> Chunk:
    """`{"embeddings": [[float]]}`, one per text and then one per file, in order. Raises ProviderError."""
    if not isinstance(body, Mapping) or not isinstance(body.get("embeddings"), list):
        raise ProviderError("Google's reply has no `embeddings`; is `GOOGLE_GEMINI_BASE_URL` right?")
    rows = body["embeddings"]
    wanted = len(call.texts) + len(call.media)
    if len(rows) != wanted:
        raise ProviderError(f"Google gave {len(rows)} embeddings for {wanted} texts and files; send fewer at once")
    unit = _old(call.model)
    return Chunk(data={"embeddings": [_vector(row, unit=unit) for row in rows]}, usage=_usage(body))


def _old(model: str) -> bool:
    return model.removeprefix("models/").startswith(_CUTS)


def _vector(row: Any, *, unit: bool) -> list[float]:
    """The numbers of one embedding, shortened ones scaled to length 1 when `unit`."""
    values: Any = row.get("values") if isinstance(row, Mapping) else None
    try:
        length = math.hypot(*values)
    except TypeError:
        length = math.nan
    if not values or not math.isfinite(length):
        raise ProviderError("Google answered with something that is no vector of finite numbers; try another model")
    if unit and len(values) < _FULL and length > 0:
        return [value / length for value in values]
    numbers: list[float] = values
    return numbers


def _usage(body: Mapping[str, Any]) -> Usage | None:
    count = (body.get("usageMetadata") or {}).get("promptTokenCount")
    return None if count is None else Usage(prompt=count)
