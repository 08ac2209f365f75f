"""What is said of a point under the mouse: a text in short, with its picture where it has one."""

from typing import Any

PICTURED = (
    '<img alt="" src="{{@{0}}}" '
    'style="display:block;max-width:96px;max-height:96px;border-radius:4px;margin:2px 0 6px">'
)
"""A place for a picture; without an alternative text it has no size where there is none."""


def short(text: str, limit: int = 160) -> str:
    """A text on one line, cut at `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def tooltip(template: str) -> dict[str, Any]:
    """What hovering shows: HTML with `{@column}` for values, which arrive escaped; wraps, stays inside the chart."""
    return {
        "trigger": "item",
        "confine": True,
        "formatter": template,
        "extraCssText": "max-width:min(22rem,80vw);white-space:normal;overflow-wrap:anywhere",
    }
