"""A plugin as the API shows it."""

from playground.api.plugins.entry import Entry
from playground.api.plugins.place import SERVER
from playground.api.plugins.shapes import (
    AvailablePlugin,
    Deployment,
    PluginDeployment,
    PluginDocument,
    PluginListItem,
    PluginManifest,
    PluginStatus,
)
from playground.plugins.health import Health
from playground.plugins.manifest import Feature, Manifest
from playground.plugins.names import inference_name

ROUTE = "/inference"
"""What stands before an inference name in `route_prefix`."""


def item(entry: Entry) -> PluginListItem:
    """As a line of a list."""
    manifest = entry.plugin.manifest
    return PluginListItem(
        plugin_id=entry.id,
        name=manifest.name,
        version=manifest.version,
        description=description(entry),
        deployed=entry.deployed,
        validation_status=entry.validation,
        feature_uri=manifest.feature_uri,
        created_at=entry.created_at,
        updated_at=entry.deployed_at or entry.created_at,
    )


def available(entry: Entry, enabled: bool) -> AvailablePlugin:
    """As one that a namespace may have."""
    line = item(entry).model_dump(exclude={"deployed", "updated_at"})
    return AvailablePlugin(**line, enabled_in_namespace=enabled)


def document(entry: Entry, manifest: Manifest) -> PluginDocument:
    """With everything; `manifest` has the schemas that are known by now."""
    namespace = entry.plugin.source.namespace
    deployment = PluginDeployment(feature_uri=manifest.feature_uri, deployed_at=entry.deployed_at)
    return PluginDocument(
        plugin_id=entry.id,
        namespace_id=namespace or None,
        organization_id=None if namespace else SERVER,
        name=manifest.name,
        version=manifest.version,
        description=description(entry),
        code_hash=entry.upload.sha256 if entry.upload else entry.plugin.code,
        validation_status=entry.validation,
        validation_errors=entry.errors or None,
        security_scan_passed=not any(each.severity == "error" for each in entry.plugin.findings),
        deployed=entry.deployed,
        deployment_info=deployment if entry.deployed else None,
        manifest=said(manifest),
        created_at=entry.created_at,
        updated_at=entry.deployed_at or entry.created_at,
        deployed_at=entry.deployed_at,
        resolved_inference_name=inference_name(entry.id) if entry.plugin.realtime else None,
    )


def status(entry: Entry, namespace: str, health: Health | None) -> PluginStatus:
    """Whether it can be asked; `health` is None for one that requests do not reach."""
    failed = entry.errors or (health is not None and health.state == "failing" and health.failure is not None)
    state: Deployment = "failed" if failed else "deployed" if entry.deployed else "not_deployed"
    said = health.failure.message if health and health.failure else ""
    error = "; ".join(entry.errors) or said
    realtime = entry.deployed and entry.plugin.realtime
    return PluginStatus(
        plugin_id=entry.id,
        namespace_id=namespace,
        status=state,
        name=entry.plugin.manifest.name,
        version=entry.plugin.manifest.version,
        realtime_enabled=realtime,
        message=message(entry, failed=bool(failed)),
        deployed=entry.deployed,
        route_prefix=f"{ROUTE}/{inference_name(entry.id)}" if realtime else None,
        feature_uri=entry.plugin.manifest.feature_uri,
        deployed_at=entry.deployed_at.isoformat() if entry.deployed_at else None,
        error=error if failed else None,
    )


def message(entry: Entry, *, failed: bool = False) -> str:
    """How it stands, with the next step."""
    if not entry.deployed:
        return entry.why_not
    if not entry.plugin.realtime:
        return "it is there, and has no `realtime.py`: it cannot be asked in real time"
    return "its last call failed; the Plugins page has its traceback" if failed else "it answers in real time"


def description(entry: Entry) -> str | None:
    """What its sender or its manifest says it is for."""
    return (entry.upload.description if entry.upload else "") or entry.plugin.manifest.description or None


def said(manifest: Manifest) -> PluginManifest:
    """What it says of itself, in the words of the platform."""
    features = [_feature(each) for each in manifest.features]
    profile = manifest.words.get("compute_profile")
    return PluginManifest(
        feature_extractor_name=manifest.name,
        version=manifest.version,
        description=manifest.description or None,
        input_schema=_dict(manifest.input_schema),
        output_schema=_dict(manifest.output_schema),
        parameter_schema=_dict(manifest.parameter_schema),
        features=features or None,
        required_vector_indexes=features or None,
        dependencies=list(manifest.dependencies) or None,
        compute_profile=profile if isinstance(profile, dict) else None,
        feature_uri=manifest.feature_uri,
    )


def _feature(feature: Feature) -> dict[str, str | int | None]:
    return {
        "feature_type": "embedding",
        "feature_name": feature.name,
        "embedding_dim": feature.dim,
        "distance_metric": feature.metric,
    }


def _dict(schema: object) -> dict[str, object] | None:
    return dict(schema) if isinstance(schema, dict) else None
