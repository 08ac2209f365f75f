"""`POST /v1/inference`: one request, one answer, plain or as a stream of events."""

import re
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from playground.api.auth import Namespace, admit
from playground.api.context import Core, context, core
from playground.api.dry_run import MIME, DryRun, dry_run
from playground.api.events import EventStream, decided, hang_up
from playground.api.openapi import INFERENCE_BODY, LIMIT_HEADERS, RUN_HEADERS, failures, headers
from playground.api.payload import Payload
from playground.api.reply import Reply, stamp
from playground.cache.visit import Wish
from playground.contract import RawInferenceResponse
from playground.errors import InternalServerError
from playground.run import Run

DESCRIPTION = """\
Give exactly one of `provider` with `model`, `inference_name`, or `feature_uri`, and `inputs`.

Chat: `{"prompts": ["…"]}` (independent prompts, one answer each) or `{"messages": [{"role": "user", "content": "…"}]}`,
both with an optional `"system"`. Embeddings: `{"text": "…"}` or `{"texts": ["…"]}`. Transcription:
`{"audio_url": "…"}` or `{"audio_base64": "…"}`.

Files go beside prompts, messages and texts, or alone into embeddings: `image_url`, `image_base64`, the same for
`video`, `audio` and `document` (PDF), and `image_urls` and `image_base64s` for several images. In a conversation
`content` may be a list of parts: `{"type": "text", "text": "…"}`, `{"type": "image", "url": "…"}` (or `"base64"`).
Addresses must be on the public internet; data URIs do as well.

`parameters` go to the model as they are; `parameters.schema` asks for JSON of that shape.

A plugin, asked by `inference_name` or `feature_uri`, gets `inputs` and `parameters` as they were sent, and
`inputs.vector_index` where the address names an index; `data` is what it returned, `provider` is `plugin`.

With `Accept: text/event-stream` the answer comes as events: `delta` (`{"index", "text"}`, or `"reasoning"`), and at the
end one `response` (the whole response) or one `error` (the error body). A failure in the first moments still has its
own HTTP status. A client that hangs up stops its run.

With `enable_semantic_cache` an answer that was given before is reused for the same chat prompt, and for a similar one
within `cache_delta`. `Cache-Control: no-cache` asks the model and stores its answer anew, `no-store` leaves the cache
alone. `X-Cache` says what became of each prompt, `GET /v1/runs/{id}` why.

With `?dry_run=true` nothing is sent and nothing recorded: the answer says what the request would meet (`DryRun`): what
the provider is known to refuse, a key that is missing, tokens and price as ranges, what the cache would do. It is a 200
whatever is wrong; only a body that is no request is a 422.

Additions to the document this follows: dry runs, streaming, `X-Namespace` (scopes the run), and the headers `X-Run-Id`
(see `GET /v1/runs/{id}`), `X-Cache` and `X-RateLimit-*`. A 422 carries both error shapes that published clients read. A
run that somebody else stopped is a 499; what had arrived by then is in its record."""

_EVENTS = {"schema": {"type": "string"}, "example": 'event: delta\ndata: {"index":0,"text":"Hello"}\n\n'}

_KINDS = ("text/event-stream", "application/json", "application/*", "*/*")
_QUALITY = re.compile(r";\s*q=([01](?:\.\d{0,3})?)\s*(?:;|$)", re.IGNORECASE)

router = APIRouter(dependencies=[Depends(admit)])


@router.post(
    "/v1/inference",
    tags=["Inference"],
    summary="Execute Raw Inference",
    description=DESCRIPTION,
    operation_id="execute_raw_inference_v1_inference_post",
    response_model=RawInferenceResponse,
    responses={
        200: {
            "content": {"text/event-stream": _EVENTS, MIME: {"schema": DryRun.model_json_schema()}},
            "headers": headers(RUN_HEADERS | LIMIT_HEADERS),
        },
        **failures(400, 401, 403, 404, 413, 429, 499, 500, 503, 504),
    },
    openapi_extra=INFERENCE_BODY,
)
async def execute(
    request: Request,
    payload: Payload,
    namespace: Namespace,
    core: Annotated[Core, Depends(core)],
    dry: Annotated[bool, Query(alias="dry_run", description="Only say what the request would meet")] = False,
) -> Response:
    """Start a run and answer with what it gives."""
    if dry:
        found = await context(request).work(core.runs.preflight, payload, namespace)
        return Reply(dry_run(found), media_type=MIME)
    stream = wants_events(request.headers.get("accept", ""))
    wish = wished(request.headers.get("cache-control", ""))
    run = await context(request).work(
        core.runs.start, payload, namespace=namespace, door="api", stream=stream, cache=wish
    )
    stamp(request, {"X-Run-Id": run.id, "X-Cache": "off"})
    if stream:
        return EventStream(run, context(request))
    await _ended(request, run)
    stamp(request, {"X-Cache": decided(run)})
    if run.response is None:
        raise run.error or InternalServerError("the run ended without a response")
    return Reply(run.response)


async def _ended(request: Request, run: Run) -> None:
    """Return when the run has ended; stop it when the client goes first."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(hang_up, request.receive, run.cancel)
        try:
            await context(request).wait(run.wait)
        finally:
            run.cancel()
            tasks.cancel_scope.cancel()


def wished(control: str) -> Wish:
    """What a `Cache-Control` header wants of the cache: `no-store`, `no-cache` (as `max-age=0`), or nothing special."""
    wants = {part.strip().lower().replace(" ", "") for part in control.split(",")}
    if "no-store" in wants:
        return "no_store"
    return "refresh" if wants & {"no-cache", "max-age=0"} else ""


def wants_events(accept: str) -> bool:
    """Whether an `Accept` header asks for events before JSON: by its `q` values, then by its order."""
    offers = [(-_quality(part), kind) for part in accept.split(",") if (kind := part.partition(";")[0].strip().lower())]
    known = [offer for offer in offers if offer[0] < 0 and offer[1] in _KINDS]
    return bool(known) and min(known, key=lambda offer: offer[0])[1] == "text/event-stream"


def _quality(part: str) -> float:
    found = _QUALITY.search(part)
    return float(found[1]) if found else 1.0
