"""A search at the hosted server as a run: sent, timed, and in the history however it ended."""

import base64
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from playground.archive import Archive, masked, without
from playground.call import Exchange, Stop
from playground.contract import RawInferenceResponse
from playground.enclosed import Enclosed, changed, enclosed
from playground.errors import CancelledError, PlaygroundError, ProviderError
from playground.hosted import ROW, Hosted
from playground.media import sniff
from playground.record import Door, RunRecord, Timings
from playground.runs import Runs
from playground.snippets import Post, recorded
from playground.ticket import new_id
from playground.versions import versions

_LABEL = re.compile(r"\s*data:[^,]*,", re.IGNORECASE)


def search(runs: Runs, hosted: Hosted, post: Post, *, namespace: str, door: Door, stop: Stop) -> RunRecord:
    """Execute a retriever there; `response["data"]["documents"]` of the record is what was found, best first.

    A search that fails is recorded as well. Raises what `Hosted.send` raises, and ProviderError for an answer without
    `documents`.
    """
    created, began = time.time(), time.perf_counter()
    model = post.path.removeprefix("/v1/")
    record = RunRecord(
        id=new_id(),
        created_at=created,
        namespace=namespace,
        door=door,
        task="search",
        provider=ROW.name,
        model=model,
        status="done",
        request={"provider": ROW.name, "model": model, **recorded(_archived(post, runs.blobs))},
        versions=versions(""),
    )
    try:
        reply = hosted.send("POST", post.path.removeprefix("/v1"), dict(post.body), stop=stop)
        ms = _since(began)
        record = replace(record, exchanges=_rows(post, reply.exchange), timings=Timings(total=ms))
        response = RawInferenceResponse(data=_found(reply.body), provider=ROW.name, model=model, latency_ms=ms)
        record = replace(record, response=response.model_dump())
    except PlaygroundError as error:
        record = replace(
            record,
            status="cancelled" if isinstance(error, CancelledError) else "failed",
            error=error.body(),
            exchanges=record.exchanges or _rows(post, error.exchange),
            timings=Timings(total=_since(began)),
        )
        raise
    finally:
        runs.history.record(record)
    return record


def _found(answer: Any) -> dict[str, Any]:
    """The answer, its documents told once. Raises ProviderError."""
    told: Mapping[str, Any] = answer if isinstance(answer, Mapping) else {}
    documents = told.get("documents") or told.get("results") or ([] if {"documents", "results"} & set(told) else None)
    if not isinstance(documents, list):
        raise ProviderError(f"{ROW.title} answered without `documents`; does `MIXPEEK_BASE_URL` name a Mixpeek server?")
    return {name: value for name, value in told.items() if name != "results"} | {"documents": documents}


def _archived(post: Post, archive: Archive) -> Post:
    """The request as the history keeps it: files as references, addresses without what opens them."""
    inputs = changed(post.body.get("inputs") or {}, lambda file: _reference(file, archive))
    return replace(post, body={**post.body, "inputs": inputs})


def _reference(file: Enclosed, archive: Archive) -> str:
    if file.form == "url" and not _LABEL.match(file.value):
        return masked(file.value)
    try:
        data = base64.b64decode(_LABEL.sub("", file.value, count=1))
    except ValueError:
        return "media:unreadable"
    kind = sniff(data)
    return archive.put(data, kind[1]) if kind else "media:unreadable"


def _rows(post: Post, exchange: Exchange | None) -> tuple[Mapping[str, Any], ...]:
    if exchange is None:
        return ()
    row = {name: getattr(exchange, name) for name in Exchange.__slots__}
    files = enclosed(post.body.get("inputs") or {})
    hidden = {file.value: masked(file.value) for file in files if file.form == "url" and not _LABEL.match(file.value)}
    return (row | {"body": without(row["body"], hidden)},)


def _since(moment: float) -> float:
    """Milliseconds."""
    return round((time.perf_counter() - moment) * 1000, 3)
