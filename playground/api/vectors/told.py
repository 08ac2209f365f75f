"""Documents as they are told: the payload by itself, and its fields beside the id, where some clients look."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.vectors.execution import Found
from playground.vectors.store import Document, Payload
from playground.vectors.view import collection_of, shown

UNCOLLECTED = "_direct_upsert"
"""The collection of documents that were put into no collection."""


def document(found: Document, *, vectors: bool = False) -> dict[str, Any]:
    """A document of the store."""
    told = _told(found.id, found.payload)
    return told | {"vectors": numbers(found)} if vectors else told


def hit(found: Found, vectors: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A document that was found, with its score and why: each search's rank, score and contribution."""
    place = found.place
    told = _told(place.id, found.payload) | {"score": place.score, "explanation": list(place.shares)}
    return told | {"vectors": vectors} if vectors is not None else told


def numbers(found: Document) -> dict[str, list[float]]:
    """The vectors of a document as lists."""
    return {name: np.asarray(vector).tolist() for name, vector in found.vectors.items()}


def _told(id_: str, payload: Payload) -> dict[str, Any]:
    user = shown(payload)
    return {**user, "document_id": id_, "collection_id": collection_of(payload) or UNCOLLECTED, "payload": user}
