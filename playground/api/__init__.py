"""The HTTP door: `POST /v1/inference` and its neighbours over the same core as the pages.

`app(shared)` is an ASGI app whose paths contain `/v1`. Requests pass, from the outside in: the body guard (413), the
faults (every failure in the contract's shape), the router (404, 405), admission (401, 429), then one endpoint.
Blocking work runs in threads of its own; what only waits stays on the event loop.
"""

from collections.abc import Callable

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from playground.api import batches, cache, docs, health, inference, models, openapi, plugins, runs, sets, vectors
from playground.api.body import BodyGuard
from playground.api.context import Context
from playground.api.faults import Faults, on_routing, on_unfit
from playground.runs import Runs

ROUTERS = (
    inference.router,
    runs.router,
    sets.router,
    batches.router,
    cache.router,
    *vectors.ROUTERS,
    *plugins.ROUTERS,
    models.router,
    health.router,
    openapi.router,
    docs.router,
)


def app(core: Callable[[], Runs]) -> FastAPI:
    """The API over a core, which is asked for by the first request that needs it.

    It answers cross-origin requests like any other and sends no CORS headers: browsers keep other sites out.
    """
    context = Context(core)
    made = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[Middleware(BodyGuard, context=context), Middleware(Faults, context=context)],
        exception_handlers={HTTPException: on_routing, RequestValidationError: on_unfit},
    )
    made.state.context = context
    made.state.listings = models.Listings()
    for router in ROUTERS:
        made.include_router(router)
    return made
