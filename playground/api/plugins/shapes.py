"""The shapes of plugins on the wire, field for field those of the platform's OpenAPI document (0.81)."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Deployment = Literal["deployed", "not_deployed", "failed", "pending"]
Validation = Literal["passed", "failed", "pending"]


class PluginRealtimeTestRequest(BaseModel):
    """Request to test a plugin's realtime inference endpoint."""

    model_config = ConfigDict(extra="ignore")

    inputs: dict[str, Any] | None = Field(
        default=None, description="Input data to pass to the inference service (e.g., {'text': 'hello'})"
    )
    parameters: dict[str, Any] | None = Field(default=None, description="Additional parameters for the inference call")


class PluginRealtimeTestResponse(BaseModel):
    """What the plugin gave, as it gave it; a plugin that fails is an answer with `status` `error`."""

    status: Literal["success", "error"] = Field(description="Test result status: 'success' or 'error'")
    inference_name: str = Field(description="The resolved inference service name that was called")
    raw_response: Any = Field(default=None, description="Raw response data from the inference service")
    response_type: str | None = Field(default=None, description="Python type of the response (e.g., 'dict', 'list')")
    response_keys: list[str] | None = Field(default=None, description="Top-level keys if response is a dict")
    error: str | None = Field(default=None, description="Error message if test failed")
    message: str | None = Field(default=None, description="Human-readable status message")


class PluginListItem(BaseModel):
    """A plugin as a line of a list."""

    plugin_id: str
    name: str
    version: str = Field(description="`1.0.0`, however the manifest writes it")
    description: str | None
    deployed: bool
    validation_status: Validation
    feature_uri: str
    created_at: datetime
    updated_at: datetime


class PluginList(BaseModel):
    """The plugins that a namespace sees: its own, and the server's that it has not disabled."""

    success: bool = True
    plugins: list[PluginListItem]
    total: int
    namespace_id: str


class PluginManifest(BaseModel):
    """What a plugin says of itself, read without running it; schemas that are classes are told once it has run."""

    feature_extractor_name: str
    version: str
    description: str | None = None
    input_schema: dict[str, Any] | None = None
    output_schema: dict[str, Any] | None = None
    parameter_schema: dict[str, Any] | None = None
    required_vector_indexes: list[dict[str, Any]] | None = None
    features: list[dict[str, Any]] | None = None
    dependencies: list[str] | None = None
    compute_profile: dict[str, Any] | None = None
    feature_uri: str | None = None


class PluginDeployment(BaseModel):
    """Where a deployed plugin is asked."""

    ray_cluster_url: str | None = None
    ray_deployment_name: str | None = None
    feature_uri: str
    deployed_at: datetime | None = None


class PluginDocument(BaseModel):
    """Everything that is known of a plugin. Either `namespace_id` or `organization_id` says whose it is."""

    plugin_id: str
    namespace_id: str | None = None
    organization_id: str | None = None
    name: str
    version: str
    description: str | None = None
    s3_archive_url: str = Field(default="", description="Always empty: archives are not kept")
    code_hash: str = Field(description="SHA-256 of the uploaded archive, or of the code in the plugins folder")
    validation_status: Validation
    validation_errors: list[str] | None = None
    security_scan_passed: bool = False
    deployed: bool
    deployment_info: PluginDeployment | None = None
    manifest: PluginManifest | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    deployed_at: datetime | None = None
    resolved_inference_name: str | None = None


class PluginDetail(BaseModel):
    """One plugin."""

    success: bool = True
    plugin: PluginDocument
    presigned_download_url: str | None = Field(default=None, description="Always null: archives are not kept")


class PluginStatus(BaseModel):
    """Whether a plugin can be asked now."""

    plugin_id: str
    namespace_id: str
    status: Deployment
    name: str | None = None
    version: str | None = None
    realtime_enabled: bool = False
    message: str | None = None
    queued_at: str | None = None
    estimated_completion_seconds: int | None = None
    deployed: bool | None = None
    route_prefix: str | None = Field(default=None, description="The last part is what `inference_name` takes")
    feature_uri: str | None = None
    deployed_at: str | None = None
    error: str | None = None


class OrgPluginList(BaseModel):
    """The plugins of the server, which every namespace may have."""

    success: bool = True
    plugins: list[PluginListItem]
    total: int
    organization_id: str


class AvailablePlugin(BaseModel):
    """A plugin of the server, and whether this namespace has it."""

    plugin_id: str
    name: str
    version: str
    description: str | None
    feature_uri: str
    validation_status: Validation
    enabled_in_namespace: bool
    created_at: datetime


class AvailablePlugins(BaseModel):
    """The plugins of the server, as one namespace has them."""

    success: bool = True
    plugins: list[AvailablePlugin]
    total: int
    organization_id: str
    namespace_id: str
