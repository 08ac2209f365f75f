"""`GET /v1/sets/{id}`: runs that were asked for together, as the document that their receipt offers to download."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground.api.auth import Namespace, admit
from playground.api.context import Core, context, core
from playground.api.openapi import failures
from playground.api.reply import encode
from playground.call import Modality, Task
from playground.comparison import Kind
from playground.dossier import dossier

router = APIRouter(dependencies=[Depends(admit)], tags=["Runs"])


class SetPane(BaseModel):
    """Who was asked, and how."""

    letter: str = Field(description="`A` to `F`")
    provider: str
    model: str
    parameters: dict[str, Any] = {}
    system: str | None = Field(default=None, description="The system prompt, a template like the question")
    schema_: dict[str, Any] | None = Field(
        default=None, alias="schema", description="The JSON Schema of the answer; null for none"
    )


class SetFile(BaseModel):
    """A file of the question."""

    modality: Modality
    name: str
    reference: str = Field(description="`media:<sha256>`, or an address")


class SetAsked(BaseModel):
    """What was asked of whom."""

    id: str
    namespace: str
    created_at: float = Field(description="Unix seconds")
    kind: Kind
    task: Task
    prompt: str = Field(description="The question, a template with `{{variables}}`; of vectors what the items are")
    panes: list[SetPane]
    rows: list[dict[str, Any]] = Field(description="The values of the variables; one empty row where there are none")
    files: list[SetFile] = []
    cache: float | None = Field(default=None, description="The limit of the semantic cache; null while it was off")


class SetRun(BaseModel):
    """One run of a set, and where it stands."""

    row: int = Field(description="Which row of values, from 0")
    pane: str
    repeat: int = Field(description="From 0; below that it is a warm-up")
    run: str = Field(description="Its id, for `GET /v1/runs/{id}`")
    seal: str | None = Field(description="The run's own; null while it runs, and when it is not kept any more")
    record: dict[str, Any] | None = Field(description="All that is kept of it, null like its seal")


class SetDetail(BaseModel):
    """A set with its runs whole."""

    seal: str | None = Field(
        description="SHA-256 over the canonical JSON of what was asked and the seals of all runs, as the docstring of "
        "`playground.dossier` says; null until all of them have ended"
    )
    set: SetAsked
    runs: list[SetRun]


@router.get(
    "/v1/sets/{id}",
    summary="Look at a set of runs",
    operation_id="get_set",
    response_model=SetDetail,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def one(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """A comparison, a scorecard or an A/B of embeddings, with the seal over all of it: what its receipt downloads."""
    content = await context(request).work(_document, core, id, namespace)
    return Response(content, media_type="application/json")


def _document(core: Core, id_: str, namespace: str) -> bytes:
    """Written where it may take its time: the vectors of several models are many megabytes."""
    live = {run.id for run in core.runs.live(namespace)}  # looked at first: one that ends meanwhile is kept by then
    waiting = core.runs.sweeps.waiting(id_)
    found = dossier(core.runs.history, id_, namespace)
    document = found.document
    if waiting or live & set(found.ids.values()):
        document["seal"] = None
    return core.masked(encode(document).decode()).encode()
