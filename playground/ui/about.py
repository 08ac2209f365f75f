"""What the playground keeps and runs on: the data folder with its size, every setting, versions."""

import platform
from importlib.metadata import version
from pathlib import Path

import streamlit as st

from playground.errors import PlaygroundError
from playground.options import TABLE, Setting
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault

PACKAGES = (
    "inference-playground",
    "streamlit",
    "fastapi",
    "httpx",
    "pydantic",
    "fastembed",
    "onnxruntime",
    "genai-prices",
)


def data_folder() -> None:
    """Draw the folder, what is in it and how large that is."""
    settings = core().settings
    folder = settings.data_dir
    st.markdown(f"**Data folder** · {megabytes(size(folder))}")
    st.code(str(folder), language=None, wrap_lines=True)
    problem = None
    try:
        kept = _runs(core().history.count(NAMESPACE))
    except PlaygroundError as error:
        kept, problem = "cannot be read", error
    rows = [
        ("Run history", settings.database, kept),
        ("Media of requests", folder / "media", ""),
        ("Plugins", settings.plugins_dir, ""),
        ("Models", settings.models_dir, ""),
    ]
    st.table(
        {
            "What": [what for what, _, _ in rows],
            "Where": [f"`{settings.masked(_within(place, folder))}`" for _, place, _ in rows],
            "Size": [" · ".join(filter(None, (_room(place), note))) for _, place, note in rows],
        },
        hide_index=True,
        border="horizontal",
    )
    if problem is not None:
        fault(problem, key="settings_history")
    st.caption("Set `PLAYGROUND_DATA_DIR` to move it. To forget everything, stop the playground and delete the folder.")


def size(path: Path) -> int:
    """Bytes of a file with the neighbours SQLite keeps beside it, or of all files in a folder; 0 when there is none."""
    if path.is_dir():
        return sum(_bytes(each) for each in path.rglob("*") if not each.is_dir())
    return sum(_bytes(path.with_name(path.name + suffix)) for suffix in ("", "-wal", "-shm"))


def megabytes(count: int) -> str:
    """A size for people: `empty`, `12 KB`, `3.4 MB`, `1.2 GB`."""
    if count == 0:
        return "empty"
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= scale:
            return f"{count / scale:.1f} {unit}" if count < 10 * scale else f"{count / scale:.0f} {unit}"
    return f"{count} bytes"


def every_setting() -> None:
    """Draw the settings: what holds and where it comes from; secrets only as set or not set."""
    with st.expander("**Every setting**", key="settings_every", icon=":material/list:"):
        st.table(
            {
                "Setting": [f"`{row.name}`  \n:small[{row.meaning}]" for row in TABLE],
                "Value": [_value(row) for row in TABLE],
            },
            hide_index=True,
            border="horizontal",
        )


def versions() -> None:
    """Draw what the playground runs on."""
    found = {name: version(name) for name in PACKAGES} | {"Python": platform.python_version()}
    st.markdown(" · ".join(f"{name} `{number}`" for name, number in found.items()))


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"


def _value(row: Setting) -> str:
    settings = core().settings
    value = settings.get(row.name)
    if value is None:
        return f":gray[{'not set' if row.secret else row.default or 'not set'}]"
    shown = "set" if row.secret else f"`{settings.masked(value)}`"
    return f"{shown}  \n:small[from {_SOURCES[settings.source(row.name)]}]"


_SOURCES = {"environment": "the environment", "secrets.toml": "`secrets.toml`"}


def _room(place: Path | str) -> str:
    """How large it is; a server keeps that to itself."""
    return megabytes(size(place)) if isinstance(place, Path) else ""


def _within(place: Path | str, folder: Path) -> str:
    if isinstance(place, Path) and place.is_relative_to(folder):
        return str(place.relative_to(folder))
    return str(place)


def _bytes(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone since it was listed
        return 0
