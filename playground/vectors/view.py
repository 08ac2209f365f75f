"""What a payload in the store holds beside the user's own fields, and how both are told apart."""

from collections.abc import Mapping
from typing import Any

INTERNAL = "_internal"
"""The field of a payload that is ours."""
COLLECTION = f"{INTERNAL}.collection_id"
"""The path of a document's collection."""


def stored(
    payload: Mapping[str, Any], collection: str = "", metadata: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The payload as it is stored."""
    ours: dict[str, Any] = {}
    if collection:
        ours["collection_id"] = collection
    if metadata:
        ours["metadata"] = dict(metadata)
    return {**payload, **({INTERNAL: ours} if ours else {})}


def shown(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The user's own fields."""
    return {name: value for name, value in payload.items() if name != INTERNAL}


def internal(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Ours: `collection_id` and `metadata` where there are such."""
    ours = payload.get(INTERNAL)
    return ours if isinstance(ours, Mapping) else {}
