"""`/v1/runs`: find runs of a namespace, look at one, stop one."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from playground.api.auth import Identity, Namespace, admit
from playground.api.context import Core, context, core
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.run import (
    CacheVerdict,
    Cancellation,
    Learned,
    RunDetail,
    RunList,
    RunSummary,
    of_glance,
    of_live,
    of_record,
)
from playground.call import Task
from playground.errors import NotFoundError
from playground.namespace import private
from playground.record import Status
from playground.run import Run
from playground.runs import Runs
from playground.store.filters import Filters

router = APIRouter(dependencies=[Depends(admit)], tags=["Runs"])


@dataclass(frozen=True)
class Page:
    """Which runs are asked for."""

    filters: Filters
    before: str | None
    limit: int
    embedded: bool


def wanted(
    *,
    text: Annotated[str, Query(description="Words that stand in the question, the answer, the error or the id")] = "",
    provider: Annotated[str | None, Query(description="Runs of this provider")] = None,
    model: Annotated[str | None, Query(description="Runs of this model")] = None,
    task: Annotated[Task | None, Query(description="Runs of this kind")] = None,
    status: Annotated[Status | None, Query(description="Runs that ended this way")] = None,
    before: Annotated[str | None, Query(description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Runs on a page")] = 50,
    embedded: Annotated[
        bool, Query(description="Runs that embedded documents and queries for this key instead")
    ] = False,
) -> Page:
    """The page that a query asks for."""
    return Page(Filters(text=text, provider=provider, model=model, task=task, status=status), before, limit, embedded)


@router.get(
    "/v1/runs",
    summary="List runs",
    operation_id="list_runs",
    response_model=RunList,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def listed(
    request: Request,
    namespace: Namespace,
    caller: Identity,
    core: Annotated[Core, Depends(core)],
    page: Annotated[Page, Depends(wanted)],
) -> Response:
    """The runs of a namespace, newest first: those under way, unless a filter is set, then those in the history."""
    place = private(namespace, caller.id) if page.embedded else namespace
    return Reply(await context(request).work(_list, core.runs, place, page))


@router.get(
    "/v1/runs/{id}",
    summary="Look at a run",
    operation_id="get_run",
    response_model=RunDetail,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def one(
    id: str,  # noqa: A002
    request: Request,
    namespace: Namespace,
    caller: Identity,
    core: Annotated[Core, Depends(core)],
) -> Response:
    """Everything that is kept of a run; of one under way, what has come so far."""
    return Reply(await context(request).work(_detail, core.runs, id, namespace, caller.id))


@router.post(
    "/v1/runs/{id}/cancel",
    summary="Stop a run",
    operation_id="cancel_run",
    response_model=Cancellation,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def cancel(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """Ask a run to stop; what has come by then is kept in its record."""
    return Reply(await context(request).work(_cancel, core.runs, id, namespace))


@router.post(
    "/v1/runs/{id}/cache/verdict",
    summary="Say whether a cached answer is right",
    operation_id="judge_cached_answer",
    response_model=Learned,
    responses=failures(400, 401, 403, 404, 413, 429, 500),
    openapi_extra=body(CacheVerdict),
)
async def verdict(
    id: str,  # noqa: A002
    request: Request,
    namespace: Namespace,
    verdict: Annotated[CacheVerdict, Depends(reader(CacheVerdict))],
    core: Annotated[Core, Depends(core)],
) -> Response:
    """A person's word on an answer that came from the cache: it is evidence, and a wrong one is not reused."""
    said = await context(request).work(core.runs.verdict, id, namespace, verdict.right, verdict.prompt)
    return Reply(Learned(message=said))


def _list(runs: Runs, namespace: str, page: Page) -> RunList:
    first = not page.before and not any(page.filters.values())
    live = runs.live(namespace) if first else []  # looked at first: one that ends meanwhile is listed once
    lines: list[RunSummary] = [of_live(run) for run in live]
    ended = runs.history.glance(namespace, before=page.before, limit=page.limit, **page.filters)
    seen = {line.id for line in lines}
    lines += [of_glance(glance) for glance in ended if glance.id not in seen]
    return RunList(runs=lines, next=ended[-1].id if len(ended) == page.limit else None)


def _detail(runs: Runs, id_: str, namespace: str, owner: str) -> RunDetail:
    found = runs.get(id_, namespace) or runs.get(id_, private(namespace, owner))
    if found is None:
        raise _unknown(id_, namespace)
    if isinstance(found, Run):
        record = found.wait(0)
        return of_live(found) if record is None else of_record(record, runs.receipts(record))
    return of_record(found, runs.receipts(found))


def _cancel(runs: Runs, id_: str, namespace: str) -> Cancellation:
    if runs.get(id_, namespace) is None:
        raise _unknown(id_, namespace)
    return Cancellation(id=id_, cancelled=runs.cancel(id_, namespace))


def _unknown(id_: str, namespace: str) -> NotFoundError:
    details: dict[str, Any] = {"resource": "run", "id": id_}
    return NotFoundError(f"there is no run `{id_}` in the namespace `{namespace}`", details=details)
