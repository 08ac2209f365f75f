"""Vertex AI's `multimodalembedding`: texts, images and films in one space of 1,408 numbers.

`:predict` with one instance per request: an instance may hold a text, an image and a film, each with a vector of its
own, but one request answers for one. A film gives one vector per segment (16 s by default, of its first 120 s), and
`segments` says which seconds each vector is of. Evidence: the request and response of `MultiModalEmbeddingModel` in
google-cloud-aiplatform 1.71.1 and Google's pages; nothing is counted in tokens, so there is no usage.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from playground.call import Call, Chunk, Media
from playground.errors import BadRequestError, ProviderError
from playground.providers import inline, intakes
from playground.providers.embeddings import numbers
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import Target, WireRequest

FAMILY = "multimodalembedding"
DIMENSIONS = 1408
_NEWEST = f"{FAMILY}@001"
_RESERVED = frozenset({"model", "instances", "stream"})
_SEGMENTS = "videoSegmentConfig"
_NAMES = {"dimensions": "dimension", "video_segment_config": _SEGMENTS}


def holds(model: str) -> bool:
    """Whether a model of Google's is asked here and not at the Gemini API."""
    return model == FAMILY or model.startswith(f"{FAMILY}@")


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """Images and films, as data."""
    return intakes.VERTEX


def encode(call: Call, target: Target) -> WireRequest:
    """The request for one text or one file. Raises BadRequestError for a film whose vectors are to be shorter.

    `target.base_url` ends where the names of models begin; its key goes out as the headers say (`login`).
    """
    options = translate(call, _RESERVED, _NAMES)
    segments = options.pop(_SEGMENTS, None)
    film = any(each.modality == "video" for each in call.media)
    if film and options.get("dimension", DIMENSIONS) != DIMENSIONS:
        raise BadRequestError(
            f"films are always embedded in {DIMENSIONS:,} numbers; leave `dimensions` out",
            code="parameter_refused",
            details={"parameter": "dimensions", "model": call.model},
        )
    instance: dict[str, Any] = {each.modality: _file(each) for each in call.media}
    if call.texts:
        instance["text"] = call.texts[0]
    if film and segments is not None:
        instance["video"][_SEGMENTS] = segments
    model = _NEWEST if call.model == FAMILY else call.model
    body = {"instances": [instance]} | ({"parameters": options} if options else {})
    return WireRequest(f"{target.base_url}/{quote(model, safe='@')}:predict", headers(target), body)


def decode(call: Call, body: Any) -> Chunk:
    """`{"embeddings": [[float]]}`, and for a film `segments`, `[{"start", "end"}]` in seconds. Raises ProviderError."""
    found = body.get("predictions") if isinstance(body, Mapping) else None
    if not isinstance(found, list) or len(found) != 1 or not isinstance(found[0], Mapping):
        raise ProviderError("Vertex's reply has no `predictions`; is `GOOGLE_VERTEX_BASE_URL` right?")
    kind = call.media[0].modality if call.media else "text"
    if kind != "video":
        return Chunk(data={"embeddings": [numbers(found[0].get(f"{kind}Embedding"), call.model)]})
    rows = [row for row in found[0].get("videoEmbeddings") or () if isinstance(row, Mapping)]
    if not rows:
        raise ProviderError("Vertex answered without a vector for the film; is it longer than a moment?")
    times = [{"start": _seconds(row, "startOffsetSec"), "end": _seconds(row, "endOffsetSec")} for row in rows]
    return Chunk(data={"embeddings": [numbers(row.get("embedding"), call.model) for row in rows], "segments": times})


def headers(target: Target) -> dict[str, str]:
    """The token of an account, which says `Bearer` (`login`), or an API key in Google's own header."""
    key = target.key or ""
    return {"Authorization" if key.startswith("Bearer ") else "x-goog-api-key": key}


def _file(media: Media) -> dict[str, Any]:
    """An image with its type; a film's Vertex finds out by itself."""
    data = {"bytesBase64Encoded": inline.encoded(media)}
    return data | ({"mimeType": media.mime} if media.modality == "image" else {})


def _seconds(row: Mapping[str, Any], name: str) -> float:
    """Seconds; a zero is left out on the wire."""
    return float(row.get(name) or 0)
