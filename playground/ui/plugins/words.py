"""Plugins in words: states, kinds, figures."""

from collections.abc import Mapping

from playground.plugins.health import Health, State
from playground.plugins.registry import Plugin
from playground.units import seconds

STATES: Mapping[State, str] = {
    "refused": ":red-badge[:material/block: cannot be asked]",
    "failing": ":red-badge[:material/error: failing]",
    "starting": ":blue-badge[:material/hourglass_top: starting]",
    "busy": ":blue-badge[:material/sync: busy]",
    "ready": ":green-badge[:material/check: ready]",
    "idle": ":gray-badge[:material/bedtime: resting]",
}
KINDS: Mapping[str, tuple[str, str]] = {
    "embedding": ("scatter_plot", "makes vectors"),
    "rerank": ("swap_vert", "ranks"),
    "classify": ("label", "labels"),
    "generate": ("forum", "writes"),
    "general": ("extension", "answers"),
}
"""A plugin's kind as its sign and what it does."""


def size(count: int | None) -> str:
    """Bytes of memory for people; empty where they are not known."""
    return "" if count is None else f"{count / 2**20:,.0f} MB"


def kind_of(plugin: Plugin) -> str:
    """`embedding · 64 dimensions`."""
    manifest = plugin.manifest
    dim = manifest.features[0].dim if manifest.features else None
    return f"{manifest.inference_type} · {dim:,} dimensions" if dim else manifest.inference_type


def figures(health: Health) -> str:
    """How it has done so far: calls, times, failures."""
    if not health.calls:
        return "not asked yet"
    parts = [f"{health.calls:,} call{'s' * (health.calls != 1)}"]
    if health.p50_ms is not None and health.p95_ms is not None:
        parts += [f"p50 {seconds(health.p50_ms)}", f"p95 {seconds(health.p95_ms)}"]
    if health.failures:
        parts.append(f":red[{health.failures:,} failed]")
    return " · ".join(parts)
