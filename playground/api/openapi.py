"""`GET /openapi.json`: the contract's document with our additions declared."""

from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import Response

from playground.api.reply import Reply
from playground.contract import ErrorResponse, HTTPValidationError, RawInferenceRequest
from playground.versions import PLAYGROUND

TITLE = "Inference Playground"
DESCRIPTION = """\
One inference core behind a browser, HTTP and Python. Chat, embeddings and transcription by providers and local models.

Every request but `GET /v1/health` needs `Authorization: Bearer <key>`; the Settings page shows the key. `X-Namespace`
scopes what is asked and kept; without it, it is `default`, or the key's first namespace. A key may be for some
namespaces only (403 elsewhere) and have a limit of its own. Every failure has the body of `ErrorResponse`."""

_ERRORS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    409: "There is something of that name, or the same key came with another body",
    413: "Payload Too Large",
    429: "Too Many Requests; `Retry-After` says in how many seconds to come back",
    499: "Stopped by somebody else before it was done",
    500: "Internal Server Error",
    503: "Nobody can answer now; `details.retryable` says whether waiting helps",
    504: "The provider said nothing for too long",
}
_SECURITY = {
    "Bearer": {"type": "http", "scheme": "bearer", "description": "An API key of this server"},
    "NamespaceHeader": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Namespace",
        "description": "The namespace of the request; without it `default`, or the key's first",
    },
}
INFERENCE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RawInferenceRequest"}}},
    }
}
"""The body that `payload.Payload` reads, for `openapi_extra=`."""
RUN_HEADERS = {
    "X-Run-Id": "The run, for `GET /v1/runs/{id}`",
    "X-Cache": "What the cache did with each prompt, in order: `exact` and `hit` came from it; `off`, it was not asked",
}
LIMIT_HEADERS = {
    "X-RateLimit-Limit": "Requests this key may send in a window",
    "X-RateLimit-Remaining": "Requests it has left",
    "X-RateLimit-Reset": "Unix time at which all are back",
    "X-RateLimit-Window": "Seconds of a window",
}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The error responses of an operation, for `responses=`."""
    declared: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorResponse, "description": _ERRORS[status]} for status in statuses
    }
    return declared | {422: {"model": HTTPValidationError, "description": "Validation Error"}}


def body(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """A JSON body that `payload.reader` reads, for `openapi_extra=`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


def headers(table: dict[str, str]) -> dict[str, Any]:
    """Response headers as OpenAPI declares them."""
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in table.items()}


router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The document, for programs. Needs no API key."""
    return Reply(document(request.app))


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the app; made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=TITLE, version=PLAYGROUND, description=DESCRIPTION, routes=app.routes)
        components = made.setdefault("components", {})
        components["schemas"]["RawInferenceRequest"] = _request()
        _name_bodies(made)
        components["securitySchemes"] = _SECURITY
        made["security"] = [{"Bearer": []}, {"Bearer": [], "NamespaceHeader": []}]
        app.openapi_schema = made
    return app.openapi_schema


def _name_bodies(made: dict[str, Any]) -> None:
    """Put the schemas that `body` wrote into operations where all the others are, under their names."""
    for operation in (each for verbs in made["paths"].values() for each in verbs.values()):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        schema = content.get("schema", {})
        if "title" in schema and "properties" in schema:
            made["components"]["schemas"] |= schema.pop("$defs", {}) | {schema["title"]: schema}
            content["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}


def _request() -> dict[str, Any]:
    """The request's schema as FastAPI writes schemas: a default of null is not mentioned."""
    schema = RawInferenceRequest.model_json_schema()
    for field in schema["properties"].values():
        if "default" in field and field["default"] is None:
            del field["default"]
    return schema
