"""Feature extractors, as published clients name them, as the service that embeds and the field that it reads."""

from collections.abc import Mapping
from typing import Any

from playground.vectors.fit import refuse

_INDEXES: Mapping[str, str] = {
    "text_extractor": "multilingual_e5_large_instruct_v1",
    "multimodal_extractor": "vertex_multimodal_embedding",
}
"""The index of a builtin extractor that names none."""
_SMALL = "all_minilm_l6_v2_v1"


def service(said: Mapping[str, Any], *where: str | int) -> str:
    """The feature URI of `{"feature_extractor_name", "version", "parameters"}`. Raises ValidationError."""
    name, version = said.get("feature_extractor_name"), said.get("version") or "v1"
    if not isinstance(name, str) or not name or not isinstance(version, str):
        place = (*where, "feature_extractor_name")
        raise refuse("a feature extractor needs `feature_extractor_name` and `version`", *place, kind="missing")
    parameters = {**_object(said.get("params")), **_object(said.get("parameters"))}
    index = str(parameters.get("vector_index") or _INDEXES.get(name, ""))
    if (
        name == "text_extractor"
        and "minilm" in str(parameters.get("model") or parameters.get("embedding_model")).lower()
    ):
        index = _SMALL
    return f"mixpeek://{name}@{version}" + (f"/{index}" if index else "")


def source(said: Mapping[str, Any]) -> str:
    """The field of a document that `input_mappings` gives it to read, empty where they name none."""
    mappings = said.get("input_mappings")
    values = list(mappings.values()) if isinstance(mappings, Mapping) else []
    return next((value for value in values if isinstance(value, str)), "")


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
