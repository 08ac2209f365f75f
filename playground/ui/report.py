"""The button that downloads runs as one HTML file, with the pictures of their files."""

import time
from collections.abc import Sequence

import streamlit as st

from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.report import Exhibit, File, report
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.given import given
from playground.ui.attachments.words import measures
from playground.ui.core import NAMESPACE, core


def report_button(ids: Sequence[str], key: str, *, label: str = "Report", title: str = "") -> None:
    """Draw it for these runs, in this order; the file is made when it is clicked."""
    name = ids[0] if len(ids) == 1 else f"{len(ids)}-runs"
    st.download_button(
        label,
        lambda: made_of(ids, title or ("A run" if len(ids) == 1 else f"{len(ids)} runs")),
        file_name=f"{name}.html",
        mime="text/html",
        key=f"{key}_report",
        icon=":material/description:",
        type="tertiary",
        on_click="ignore",
        help="One HTML file that needs no playground and no network: without scripts, without keys.",
    )


def made_of(ids: Sequence[str], title: str) -> bytes:
    """The file of these runs; one that the history does not have is left out."""
    runs = [run for id_ in ids if (run := core().history.get(id_, NAMESPACE)) is not None]
    return report([_exhibit(run) for run in runs], title, mask=core().settings.masked, made=time.time())


def _exhibit(run: RunRecord) -> Exhibit:
    try:
        receipts = core().receipts(run)
    except PlaygroundError:  # the cache has a file of its own, and a report can do without it
        receipts = [dict(each) for each in run.cache]
    return Exhibit(run, [_picture(file) for file in given(run.request).values()], receipts)


def _picture(file: Attachment) -> File:
    there = file.weight or file.url
    return File(file.name, measures(file) if there else "no longer kept", file.preview_uri)
