"""Plugins come as a zip: in one form, or put to an address of its own and then confirmed.

Nothing of a package is kept before it was checked as a whole; `details.findings` of a 400 has file, line, column and
message of what is wrong with its code.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.context import Core, context, core
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.plugins.parcels import (
    ConfirmPluginUploadRequest,
    ConfirmPluginUploadResponse,
    CreatePluginUploadRequest,
    PackageReceived,
    PluginPresignedURL,
    PluginUploadResponse,
)
from playground.api.plugins.place import SERVER, Space, for_all, open_for_uploads
from playground.api.plugins.receiving import Form, received, saved
from playground.api.reply import Reply
from playground.errors import BadRequestError, NotFoundError
from playground.plugins.announced import Announced, Announcement
from playground.plugins.claim import Claim
from playground.plugins.registry import Plugins
from playground.plugins.uploads import EVERYWHERE, Upload, sha256, taken

ADDRESS = "/v1/plugins/uploads/{upload_id}/archive"
FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500)

router = APIRouter(tags=["Plugin uploads"])
KEYED = [Depends(admit), Depends(open_for_uploads)]
FOR_ALL = [*KEYED, Depends(for_all)]

Wanted = Annotated[CreatePluginUploadRequest, Depends(reader(CreatePluginUploadRequest))]
Expected = Annotated[ConfirmPluginUploadRequest, Depends(reader(ConfirmPluginUploadRequest, optional=True))]
UploadId = Annotated[str, Path(description="As the upload was announced")]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where packages come in: the plugins, and the uploads that are announced."""

    plugins: Plugins
    waiting: Announced


async def desk(core: Annotated[Core, Depends(core)]) -> Desk:
    """The desk of this server."""
    plugins = core.runs.plugins
    return Desk(plugins, Announced(plugins.uploads.folder / ".announced"))


At = Annotated[Desk, Depends(desk)]


@router.post(
    "/v1/namespaces/{namespace_id}/plugins",
    summary="Upload a plugin",
    response_model=PluginUploadResponse,
    responses=FAILURES,
    dependencies=KEYED,
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": Form.SCHEMA}}}},
)
async def upload_plugin(request: Request, namespace: Space, at: At) -> Response:
    """Send a zip with `manifest.py` and `realtime.py` (or `pipeline.py`), and the name and version it has.

    It is checked, scanned and kept for this namespace; it is not deployed yet.
    """
    async with received(request) as form:
        claim = Claim.of(form.name, form.version, form.description)
        made = await context(request).work(at.plugins.uploads.take, form.archive, claim, namespace)
    manifest = at.plugins.read(made.source).manifest
    return Reply(
        PluginUploadResponse(
            plugin_id=made.plugin_id,
            validation_errors=list(made.warnings) or None,
            feature_uri=manifest.feature_uri,
        )
    )


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/uploads",
    summary="Announce an upload",
    response_model=PluginPresignedURL,
    responses=FAILURES,
    dependencies=KEYED,
    openapi_extra=body(CreatePluginUploadRequest),
)
async def generate_upload_url(wanted: Wanted, namespace: Space, at: At, request: Request) -> Response:
    """Get an address to `PUT` the archive to; then confirm the upload."""
    made, token = await context(request).work(_announce, at, wanted, namespace)
    return Reply(_address(request, made, token, namespace_id=namespace))


@router.post(
    "/v1/plugins/uploads",
    name="generate_upload_url",
    summary="Announce an upload for all namespaces",
    response_model=PluginPresignedURL,
    responses=FAILURES,
    dependencies=FOR_ALL,
    openapi_extra=body(CreatePluginUploadRequest),
)
async def generate_org_upload_url(wanted: Wanted, at: At, request: Request) -> Response:
    """The same for a plugin that is there for every namespace."""
    made, token = await context(request).work(_announce, at, wanted, EVERYWHERE)
    return Reply(_address(request, made, token, organization_id=SERVER))


@router.put(
    ADDRESS,
    summary="Put the archive",
    response_model=PackageReceived,
    responses=failures(400, 403, 404, 413, 500),
    dependencies=[Depends(open_for_uploads)],
    openapi_extra={
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def put_archive(
    upload_id: UploadId,
    token: Annotated[str, Query(description="As it is in the address that the announcement gave")],
    at: At,
    request: Request,
) -> Response:
    """Send the archive; it is opened when the upload is confirmed. Can be repeated until then."""
    found = await context(request).work(at.waiting.admit, upload_id, token)
    size = await saved(request, found.archive)
    tag = await context(request).work(sha256, found.archive)
    return Reply(PackageReceived(upload_id=upload_id, etag=tag, file_size_bytes=size), headers={"ETag": f'"{tag}"'})


@router.post(
    "/v1/namespaces/{namespace_id}/plugins/uploads/{upload_id}/confirm",
    summary="Confirm an upload",
    response_model=ConfirmPluginUploadResponse,
    responses=FAILURES,
    dependencies=KEYED,
    openapi_extra=body(ConfirmPluginUploadRequest, required=False),
)
async def confirm_upload(
    upload_id: UploadId,
    expected: Expected,
    namespace: Space,
    at: At,
    request: Request,
) -> Response:
    """Check, scan and keep what was put; it is not deployed yet. After a 400 another archive can be put."""
    made = await context(request).work(_confirm, at, upload_id, namespace, expected)
    return Reply(_confirmed(at.plugins, made, upload_id))


@router.post(
    "/v1/plugins/uploads/{upload_id}/confirm",
    name="confirm_upload",
    summary="Confirm an upload for all namespaces",
    response_model=ConfirmPluginUploadResponse,
    responses=FAILURES,
    dependencies=FOR_ALL,
    openapi_extra=body(ConfirmPluginUploadRequest, required=False),
)
async def confirm_org_upload(upload_id: UploadId, expected: Expected, at: At, request: Request) -> Response:
    """Check, scan, keep and deploy what was put: every namespace has it unless it disables it."""
    made = await context(request).work(_confirm, at, upload_id, EVERYWHERE, expected)
    return Reply(_confirmed(at.plugins, made, upload_id))


def _announce(at: Desk, wanted: CreatePluginUploadRequest, scope: str) -> tuple[Announcement, str]:
    claim = Claim.of(wanted.name, wanted.version, wanted.description)
    if any(each.plugin_id == claim.plugin_id for each in at.plugins.uploads.of(scope)):
        raise taken(claim.plugin_id)
    return at.waiting.announce(claim, scope, wanted.presigned_url_expiration)


def _address(request: Request, made: Announcement, token: str, **whose: str) -> PluginPresignedURL:
    path = ADDRESS.format(upload_id=made.upload_id)
    return PluginPresignedURL(
        upload_id=made.upload_id,
        presigned_url=f"{str(request.base_url).rstrip('/')}{path}?token={token}",
        s3_key=path,
        expires_at=datetime.fromtimestamp(made.expires_at, UTC),
        name=made.claim.name,
        version=made.claim.version,
        **whose,
    )


def _confirm(at: Desk, upload_id: str, scope: str, expected: ConfirmPluginUploadRequest) -> Upload:
    found = at.waiting.find(upload_id, scope)
    _compare(found, expected)
    made = at.plugins.uploads.take(found.archive, found.claim, scope)
    if scope == EVERYWHERE:
        at.plugins.uploads.deploy(made.plugin_id, scope)
    at.waiting.forget(found)
    return made


def _compare(found: Announcement, expected: ConfirmPluginUploadRequest) -> None:
    if not found.archive.is_file():
        raise NotFoundError(
            "nothing was put to the address of this upload yet; `PUT` the archive there, then confirm",
            code="archive_missing",
            details={"resource": "archive", "id": found.upload_id},
        )
    facts: dict[str, Any] = {"etag": sha256(found.archive), "file_size_bytes": found.archive.stat().st_size}
    said = {"etag": (expected.etag or "").strip('"') or None, "file_size_bytes": expected.file_size_bytes}
    for name, value in facts.items():
        if said[name] is not None and said[name] != value:
            raise BadRequestError(
                f"`{name}` of what came is `{value}` and not `{said[name]}`; put the archive again",
                code="archive_differs",
            )


def _confirmed(plugins: Plugins, made: Upload, upload_id: str) -> ConfirmPluginUploadResponse:
    deployed = made.deployed_at is not None
    return ConfirmPluginUploadResponse(
        upload_id=upload_id,
        plugin_id=made.plugin_id,
        validation_errors=list(made.warnings) or None,
        deployment_status="deployed" if deployed else "pending",
        feature_uri=plugins.read(made.source).manifest.feature_uri,
        message="every namespace has it" if deployed else f"`POST …/plugins/{made.plugin_id}/deploy` deploys it",
    )
