"""What makes features for a namespace, builtin or a plugin, in one list: for pickers of models."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.context import Core, context, core
from playground.api.openapi import failures
from playground.api.plugins.entry import Entry, entries
from playground.api.plugins.place import Space
from playground.api.plugins.shapes import Validation
from playground.api.plugins.view import description
from playground.api.reply import Reply
from playground.call import Model, Provider
from playground.errors import NotFoundError
from playground.features import TABLE
from playground.plugins.names import Uri
from playground.runs import Runs

router = APIRouter(dependencies=[Depends(admit)], tags=["Plugins"])

Origin = Literal["builtin", "custom", "all"]
FAILURES = failures(400, 401, 403, 404, 429, 500)


class Extractor(BaseModel):
    """One extractor: a builtin one, or a plugin."""

    feature_extractor_name: str
    version: str = Field(description="`v1` of a builtin one, `1.0.0` of a plugin")
    feature_extractor_id: str = Field(description="Name and version, `text_extractor_v1`")
    source: Literal["builtin", "custom"]
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]
    parameter_schema: dict[str, Any] | None = None
    inference_type: str | None = None
    supported_input_types: list[str] | None = None
    required_vector_indexes: list[dict[str, Any]] | None = Field(
        default=None, description="Its vectors; `feature_uri` of each goes into a request"
    )
    feature_uri: str | None = Field(default=None, description="Of the first of them")
    capabilities: list[Literal["batch", "realtime"]] = Field(description="This server answers requests: `realtime`")
    realtime_available: bool | None = Field(default=None, description="Whether it can be asked now")
    plugin_id: str | None = None
    deployed: bool | None = None
    validation_status: Validation | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class ExtractorList(BaseModel):
    """The extractors of a namespace."""

    success: bool = True
    extractors: list[Extractor]
    total: int
    namespace_id: str
    builtin_count: int
    custom_count: int


@router.get(
    "/v1/namespaces/{namespace_id}/extractors",
    summary="List extractors",
    response_model=ExtractorList,
    responses=FAILURES,
)
async def list_extractors(
    request: Request,
    namespace: Space,
    core: Annotated[Core, Depends(core)],
    source: Annotated[Origin, Query(description="Which of them")] = "all",
    include_disabled: Annotated[bool, Query(description="Also plugins that are broken or not deployed")] = False,
) -> Response:
    """The builtin extractors, then the plugins that this namespace has."""
    every = await context(request).work(_all, core.runs, namespace, source)
    found = [each for each in every if include_disabled or each.deployed is not False]
    builtin = sum(each.source == "builtin" for each in found)
    return Reply(
        ExtractorList(
            extractors=found,
            total=len(found),
            namespace_id=namespace,
            builtin_count=builtin,
            custom_count=len(found) - builtin,
        )
    )


@router.get(
    "/v1/namespaces/{namespace_id}/extractors/{extractor_id}",
    summary="Look at an extractor",
    response_model=Extractor,
    responses=FAILURES,
)
async def get_extractor(
    extractor_id: Annotated[str, Path(description="`text_extractor_v1`, or a plugin's id")],
    namespace: Space,
    core: Annotated[Core, Depends(core)],
    request: Request,
) -> Response:
    """One of them."""
    for found in await context(request).work(_all, core.runs, namespace, "all"):
        if extractor_id == found.feature_extractor_id:
            return Reply(found)
    raise NotFoundError(
        f"there is no extractor `{extractor_id}` in the namespace `{namespace}`",
        code="feature_extractor_not_found",
        details={"resource": "extractor", "id": extractor_id},
    )


def _all(runs: Runs, namespace: str, source: Origin) -> list[Extractor]:
    builtin = [] if source == "custom" else list(_builtin(runs.providers))
    return builtin + ([] if source == "builtin" else [_custom(each) for each in entries(runs.plugins, namespace)])


def _builtin(providers: Mapping[str, Provider]) -> Iterator[Extractor]:
    """One for each name and version in the table of features, in its order: a picker offers the first first."""
    for (name, number), group in groupby(TABLE, key=lambda uri: (uri.name, uri.version)):
        version = f"v{number.removesuffix('.0').removesuffix('.0')}"
        uris = list(group)
        indexes = [_index(f"mixpeek://{name}@{version}/{uri.index}", uri.index, _model(uri, providers)) for uri in uris]
        inputs = sorted({str(kind) for uri in uris if (model := _model(uri, providers)) for kind in model.inputs})
        yield Extractor(
            feature_extractor_name=name,
            version=version,
            feature_extractor_id=f"{name}_{version}",
            source="builtin",
            description=f"Makes vectors of {', '.join(inputs) or 'texts'}",
            input_schema=_properties(inputs),
            output_schema={"type": "object", "properties": {"embedding": _VECTOR}},
            inference_type="embedding",
            supported_input_types=inputs,
            required_vector_indexes=indexes,
            feature_uri=indexes[0]["feature_uri"],
            capabilities=["realtime"],
            realtime_available=any(providers[TABLE[uri].provider].readiness().ready for uri in uris),
        )


def _custom(found: Entry) -> Extractor:
    manifest = found.plugin.manifest
    uris = [(Uri(manifest.name, manifest.version, each.name), each) for each in manifest.features]
    return Extractor(
        feature_extractor_name=manifest.name,
        version=manifest.version,
        feature_extractor_id=found.id,
        source="custom",
        description=description(found) or "",
        input_schema=dict(manifest.input_schema or {}),
        output_schema=dict(manifest.output_schema or {}),
        parameter_schema=dict(manifest.parameter_schema) if manifest.parameter_schema else None,
        inference_type=manifest.inference_type if found.plugin.realtime else None,
        supported_input_types=list(manifest.supported_input_types),
        required_vector_indexes=[_index(str(uri), each.name, None, each.dim, each.metric) for uri, each in uris]
        or None,
        feature_uri=manifest.feature_uri,
        capabilities=["realtime"] if found.plugin.realtime else [],
        realtime_available=found.deployed and found.plugin.realtime,
        plugin_id=found.id,
        deployed=found.deployed,
        validation_status=found.validation,
        created_at=found.created_at,
        updated_at=found.deployed_at or found.created_at,
    )


_VECTOR = {"type": "array", "items": {"type": "number"}}


def _model(uri: Uri, providers: Mapping[str, Provider]) -> Model | None:
    return providers[TABLE[uri].provider].model(TABLE[uri].model)


def _properties(inputs: list[str]) -> dict[str, Any]:
    """What a request's `inputs` may have for these kinds."""
    found: dict[str, Any] = {}
    for kind in inputs:
        names = ("text",) if kind == "text" else (f"{kind}_url", f"{kind}_base64")
        found |= {name: {"type": "string"} for name in names}
        if kind == "text":
            found["texts"] = {"type": "array", "items": {"type": "string"}}
    return {"type": "object", "properties": found}


def _index(uri: str, name: str, model: Model | None, dim: int | None = None, metric: str = "cosine") -> dict[str, Any]:
    """A vector index as the platform's generated clients read it: they want its description twice."""
    told = f"Vectors of the index `{name}`" + (f" by `{model.id}`" if model else "")
    index = {
        "name": name,
        "description": told,
        "dimensions": model.dimensions if model else dim,
        "type": "dense",
        "distance": metric,
    }
    return {"name": name, "feature_uri": uri, "description": told, "type": "single", "index": index}
