"""Hosted Mixpeek as one more target: its retrievers, and the requests of this page sent there."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from playground.hosted import ROW, Hosted
from playground.hosted_search import search
from playground.runs import Runs
from playground.snippets import Post
from playground.ui.core import NAMESPACE, core
from playground.ui.search.work import Work
from playground.vectors.execution import Execution, Found
from playground.vectors.fusion import Place, Share
from playground.vectors.retriever import Retriever, schema_of

MARK = "@mixpeek"
"""Ends the name of a target that is asked there."""
_FRESH = 60.0
"""Seconds for which the list of retrievers is believed."""
_PATIENCE = 0.4
_OURS = ("document_id", "collection_id", "score", "explanation", "payload", "vectors")


@dataclass
class _Listed:
    """The list of retrievers as it was last asked for."""

    work: Work[list[Retriever]]
    since: float


def ready() -> bool:
    """Whether the settings name a key for it; nobody is asked."""
    return _hosted(core()).ready


def retrievers() -> tuple[list[Retriever], str]:
    """Its retrievers as far as they are known, and the sentence why they are not; waits a moment at most."""
    found = _listed(core())
    if found.work.ended and time.monotonic() - found.since > _FRESH:
        _listed.cache_clear()
        found = _listed(core())
    found.work.wait(_PATIENCE)
    return found.work.value or [], found.work.error.message if found.work.error else ""


def addressed(post: Post) -> Post:
    """The request as it goes there. Raises InferenceServiceUnavailableError without a key."""
    target = ROW.target(core().settings)
    return Post(
        post.path,
        post.body,
        post.call,
        post.told,
        target.namespace,
        attribute=post.attribute,
        origin=target.base_url.removesuffix("/v1"),
        key=ROW.keys[-1],
    )


def execute(post: Post, work: Work[Any]) -> Execution:
    """Send it, by a run that the work at hand remembers, and read what was found. Raises PlaygroundError."""
    run = search(core(), _hosted(core()), post, namespace=NAMESPACE, door="page", stop=work.stop)
    work.runs.append(run)
    answer = (run.response or {})["data"]
    warnings = [str(each) for each in answer.get("warnings") or ()]
    documents = enumerate(answer["documents"], 1)
    found = tuple(_found(number, each) for number, each in documents if isinstance(each, Mapping))
    return Execution(str(answer.get("execution_id") or ""), found, (), tuple(warnings), run.timings.total)


def _found(number: int, said: Mapping[str, Any]) -> Found:
    payload = said.get("payload")
    if not isinstance(payload, Mapping):
        payload = {name: value for name, value in said.items() if name not in _OURS and not name.startswith("_")}
    score = said.get("score")
    id_ = str(said.get("document_id") or said.get("id") or number)
    return Found(Place(id_, float(score) if isinstance(score, int | float) else 0.0, _shares(said)), payload)


def _shares(said: Mapping[str, Any]) -> tuple[Share, ...]:
    """Why, where the server says it as another playground does."""
    try:
        return tuple(Share(**each) for each in said.get("explanation") or ())
    except TypeError:
        return ()


def _read(answer: Any) -> list[Retriever]:
    rows: Sequence[Any] = (
        (answer.get("results") or answer.get("retrievers") or []) if isinstance(answer, dict) else answer
    )
    return [
        Retriever(
            str(each["retriever_id"]),
            str(each.get("retriever_name") or each["retriever_id"]),
            each.get("stages") or [],
            schema_of(each.get("input_schema")),
        )
        for each in rows or ()
        if isinstance(each, dict) and each.get("retriever_id")
    ]


@lru_cache(maxsize=1)
def _hosted(runs: Runs) -> Hosted:
    return Hosted(runs.settings)


@lru_cache(maxsize=1)
def _listed(runs: Runs) -> _Listed:
    asked = Work[list[Retriever]](
        lambda work: _read(_hosted(runs).request("POST", "/retrievers/list", {}, stop=work.stop))
    )
    return _Listed(asked, time.monotonic())
