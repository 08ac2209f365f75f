"""The shapes of uploading, deploying and enabling on the wire, those of the platform's OpenAPI document (0.81)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from playground.api.plugins.shapes import Deployment, Validation
from playground.plugins.packages import MAX_BYTES


class CreatePluginUploadRequest(BaseModel):
    """A package that is to come."""

    name: str = Field(description="Plugin name: a letter from a to z, then 2 to 63 such letters, digits or underscores")
    version: str = Field(description="`1.0.0`, also `v1` or `1.0`")
    description: str | None = Field(default=None, max_length=500)
    file_size_bytes: int | None = Field(default=None, ge=1, le=MAX_BYTES, description="Size of the archive")
    presigned_url_expiration: int = Field(default=3600, ge=60, le=86_400, description="Seconds the address is good for")


class PluginPresignedURL(BaseModel):
    """Where to put the package."""

    upload_id: str
    presigned_url: str = Field(description="`PUT` the archive here; needs no API key")
    s3_key: str = Field(description="The path of that address")
    expires_at: datetime
    namespace_id: str | None = None
    organization_id: str | None = None
    name: str
    version: str


class PackageReceived(BaseModel):
    """The package is here and waits to be confirmed."""

    upload_id: str
    etag: str = Field(description="SHA-256 of what came; also in the `ETag` header")
    file_size_bytes: int


class ConfirmPluginUploadRequest(BaseModel):
    """What to compare before the package is opened."""

    etag: str | None = Field(default=None, description="The `ETag` that answered the `PUT`")
    file_size_bytes: int | None = None


class ConfirmPluginUploadResponse(BaseModel):
    """The package was taken; it is not deployed yet."""

    success: bool = True
    upload_id: str
    plugin_id: str | None = None
    validation_status: Validation = "passed"
    validation_errors: list[str] | None = Field(default=None, description="What the scan warns of")
    deployment_status: Deployment = "pending"
    feature_uri: str | None = None
    s3_archive_url: str | None = None
    message: str | None = None


class PluginUploadResponse(BaseModel):
    """The package was taken; it is not deployed yet."""

    success: bool = True
    plugin_id: str
    validation_status: Validation = "passed"
    validation_errors: list[str] | None = Field(default=None, description="What the scan warns of")
    deployment_status: Deployment = "pending"
    feature_uri: str
    s3_archive_url: str = ""


class PluginDeployed(BaseModel):
    """How a plugin stands after it was deployed or undeployed."""

    success: bool = True
    plugin_id: str
    namespace_id: str
    status: Literal["deployed", "batch_only", "not_deployed"]
    deployment_type: Literal["realtime", "batch_only"]
    route_prefix: str | None = None
    feature_uri: str
    message: str


class PluginDeleted(BaseModel):
    """A plugin is gone."""

    success: bool = True
    plugin_id: str
    message: str
    deployment_removed: bool = False


class EnableOrgPluginRequest(BaseModel):
    """How a namespace wants a plugin of the server; nothing of it is used here."""

    params: dict[str, Any] | None = None
    deploy: bool = True


class OrgPluginEnabled(BaseModel):
    """A namespace has a plugin of the server."""

    success: bool = True
    plugin_id: str
    namespace_id: str
    feature_uri: str
    message: str
    deployment_status: Deployment | None = None


class OrgPluginDisabled(BaseModel):
    """A namespace does without a plugin of the server."""

    success: bool = True
    plugin_id: str
    namespace_id: str
    message: str
