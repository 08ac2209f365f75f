"""A search that somebody pasted: the execution of a retriever, saved or written out, read back into its question."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.errors import BadRequestError
from playground.pasted.request import body_of

_RETRIEVER = re.compile(
    r"/retrievers/([\w-]+)/execute|execute_retriever\(\s*['\"]([\w-]+)['\"]|retrievers\.execute\(\s*['\"]([\w-]+)"
)
_NAMESPACE = re.compile(
    r"(?:X-Namespace|NamespaceHeader|namespace)['\"]?\s*[:=]\s*['\"]?([A-Za-z0-9][\w-]*)", re.IGNORECASE
)
_INPUT = re.compile(r"\{\{\s*(?:INPUT|inputs?)\.(\w+)\s*\}\}", re.IGNORECASE)
_USUAL = 10


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked: `mode` is the query's (`text`, `vector`, `document`, `content`), `value` what stands in it.

    `filters` is JSON as a text; `namespace` and `retriever` are empty where the text does not name them.
    """

    mode: str
    value: Any
    k: int = _USUAL
    filters: str = ""
    namespace: str = ""
    retriever: str = ""


def sought(text: str) -> Sought | None:
    """The search of a text, None when it is no search. Raises BadRequestError for one that cannot be read."""
    body = body_of(text)
    named = _RETRIEVER.search(text)
    retriever = next(filter(None, named.groups()), "") if named else ""
    if not (retriever or isinstance(body.get("stages"), list)):
        return None
    mode, value, k = _asked(body)
    namespace = _NAMESPACE.search(text)
    filters = body.get("filters") or body.get("pre_filters")
    return Sought(
        mode,
        value,
        k,
        json.dumps(filters, ensure_ascii=False) if filters else "",
        namespace[1] if namespace else "",
        retriever,
    )


def _asked(body: Mapping[str, Any]) -> tuple[str, Any, int]:
    """Mode, value and number of hits: of the first search that is written out, else of the first input."""
    inputs = body["inputs"] if isinstance(body["inputs"], Mapping) else {}
    for parameters in _parameters(body.get("stages") or ()):
        for search in parameters.get("searches") or ():
            query = search.get("query") or {}
            reference = (query.get("document_ref") or {}).get("document_id")
            value = _filled(reference or query.get("value") or query.get("text"), inputs)
            mode = "document" if reference else str(query.get("input_mode") or "text")
            return mode, value, int(parameters.get("final_top_k") or search.get("top_k") or _USUAL)
    value = next(iter(inputs.values()), None)
    if value is None:
        raise BadRequestError(
            "the pasted search asks nothing: its `inputs` are empty and its stages search for nothing"
        )
    return ("vector" if isinstance(value, list) else "text"), value, _USUAL


def _parameters(stages: Any) -> Iterator[Mapping[str, Any]]:
    for stage in stages:
        config = stage.get("config") if isinstance(stage, Mapping) else None
        if isinstance(config, Mapping) and isinstance(config.get("parameters"), Mapping):
            yield config["parameters"]


def _filled(value: Any, inputs: Mapping[str, Any]) -> Any:
    """The value with its input in the place of a template."""
    name = _INPUT.fullmatch(value.strip()) if isinstance(value, str) else None
    if name is None:
        return value
    if name[1] not in inputs:
        raise BadRequestError(f"the pasted search takes the input `{name[1]}`, and its `inputs` have none of that name")
    return inputs[name[1]]
