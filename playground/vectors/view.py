"""What a payload in the store holds beside the user's own fields, and how both are told apart."""

from collections.abc import Mapping
from typing import Any

INTERNAL = "_internal"
"""The field of a payload that is ours."""
COLLECTION = f"{INTERNAL}.collection_id"
"""The path of a document's collection."""


def stored(payload: Mapping[str, Any], collection: str = "") -> dict[str, Any]:
    """The payload as it is stored, as a member of a collection or of none."""
    user = shown(payload)
    return {**user, INTERNAL: {"collection_id": collection}} if collection else user


def shown(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The user's own fields."""
    return {name: value for name, value in payload.items() if name != INTERNAL}


def collection_of(payload: Mapping[str, Any]) -> str:
    """The id of a document's collection, empty where it is in none."""
    ours = payload.get(INTERNAL)
    return str(ours.get("collection_id") or "") if isinstance(ours, Mapping) else ""
