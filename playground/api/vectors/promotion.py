"""`/v1/namespaces/{namespace_id}/promote`: inference services for the indexes of a namespace, tried and for good."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.namespaces import VectorConfig, at, configs
from playground.api.vectors.scoped import There
from playground.vectors.promotion import Addition, Suggestion

router = APIRouter(prefix="/v1/namespaces/{namespace_id}/promote", dependencies=[Depends(admit)], tags=["Namespaces"])

FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500, 503)


class VectorMapping(BaseModel):
    """Who embeds for an index."""

    existing_index: str
    inference_service: str = Field(min_length=1, description="A feature URI, `provider/model`, or a plugin's name")


class NewVector(VectorConfig):
    """An index to add, and who embeds for it."""

    inference_service: str | None = None


class Promote(BaseModel):
    """What a promotion maps and adds."""

    vector_mappings: list[VectorMapping] | None = Field(default=None, max_length=64)
    add_vectors: list[NewVector] | None = Field(default=None, max_length=64)


class Promoted(BaseModel):
    """A namespace after its promotion."""

    namespace_id: str
    previous_mode: str
    mode: str
    status: str = "active"
    vector_configs: list[dict[str, Any]]
    vector_inference_map: dict[str, str]


class Validated(BaseModel):
    """A promotion that would work; `suggestions` are services of an index's length for those that are not mapped."""

    namespace_id: str
    current_mode: str
    valid: bool = True
    vector_configs: list[dict[str, Any]]
    suggestions: list[dict[str, Any]]
    errors: list[dict[str, Any]] = []
    required_user_action: str


@router.post(
    "",
    summary="Map the indexes of a namespace to inference services",
    response_model=Promoted,
    responses=FAILURES,
    openapi_extra=body(Promote),
)
async def promote_namespace(desk: There, asked: Annotated[Promote, Depends(reader(Promote))]) -> Response:
    """Once, for good. Queries may then be texts and images, which the mapped service embeds.

    A service is a feature URI, `provider/model`, the name of a plugin, or a model's name as its authors write it. A
    mapping that does not fit is a 422 and changes nothing.
    """
    made = await desk.wait(lambda library, scope: library.promotion.promote(scope, *_said(asked)))
    return Reply(
        Promoted(
            namespace_id=made.id,
            previous_mode="standalone",
            mode=made.mode,
            vector_configs=configs(made),
            vector_inference_map=dict(made.services),
        )
    )


@router.post(
    "/validate",
    summary="Try a promotion",
    response_model=Validated,
    responses=FAILURES,
    openapi_extra=body(Promote, required=False),
)
async def validate_promotion(
    desk: There,
    asked: Annotated[Promote, Depends(reader(Promote, optional=True))],
) -> Response:
    """Nothing is changed; what a promotion would refuse is a 422 here too."""
    found = await desk.wait(lambda library, scope: library.promotion.validate(scope, *_said(asked)))
    namespace = await desk.work(at)
    return Reply(
        Validated(
            namespace_id=namespace.id,
            current_mode=namespace.mode,
            vector_configs=configs(namespace),
            suggestions=list(map(_suggestion, found)),
            required_user_action="none" if asked.vector_mappings or asked.add_vectors else "choose vector_mappings",
        )
    )


def _said(asked: Promote) -> tuple[list[tuple[str, str]], list[Addition]]:
    mappings = [(each.existing_index, each.inference_service) for each in asked.vector_mappings or ()]
    return mappings, [Addition(each.index(), each.inference_service or "") for each in asked.add_vectors or ()]


def _suggestion(found: Suggestion) -> dict[str, Any]:
    return {
        "index": found.index.name,
        "dimension": found.index.dimension,
        "candidates": list(found.services),
        "confidence": "low",
        "reason": "vectors of the same length; only the model that made the vectors fits them",
    }
