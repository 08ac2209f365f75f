"""The same request asked again, and what has changed since: words, figures, vectors."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from playground.diff import Kind, align, counts
from playground.drift import Drift, Figure, Unit, drift
from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.ui.attachments.given import whole
from playground.ui.core import NAMESPACE, core
from playground.ui.diff import draw_diff
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.ui.permalink.share import copy_link, path
from playground.ui.watch import watch
from playground.units import dollars, seconds

AGAIN = "with"
"""The parameter of the URL that holds the id of the second run."""
NAMES: Mapping[Kind, str] = {"changed": "worded differently", "removed": "only then", "added": "only now"}
_PROBLEM = "receipt_problem"
_FEW = 10


def again_button(run: RunRecord) -> None:
    """Draw the button that asks the same request again, files from the archive; the cache is left alone for it.

    Nothing for a search, which is asked again on its page.
    """
    if run.task == "search":
        return
    st.button(
        "Re-run",
        key="receipt_again",
        icon=":material/refresh:",
        on_click=_again,
        args=(run,),
        help="Sends the same request again, past the cache, and shows what has changed. It costs what a run costs.",
    )


def draw_changes(run: RunRecord) -> None:
    """Draw the second run that the URL names, live, then what it changed; nothing where there is none."""
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.markdown(f":red[:material/error:] {sentence(problem)}")
    second = st.query_params.get(AGAIN)
    if second:
        with st.container(border=True, key="receipt_changes"):
            watch(second, partial(_changes, run), key="receipt_second")


def _again(run: RunRecord) -> None:
    try:
        request = whole(run.request)
    except PlaygroundError as error:  # a file that is not kept any more
        st.session_state[_PROBLEM] = error.message
    else:
        st.query_params[AGAIN] = core().start(request, namespace=NAMESPACE, door="page", cache="no_store").id


def _changes(run: RunRecord, second: RunRecord) -> None:
    """Both runs side by side."""
    found = drift(run, second)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="receipt_changes_head"):
        st.markdown("**Then and now**", width="stretch")
        st.markdown(f"[Its receipt](/{path(second.id)})")
        copy_link(run.id, "receipt_changes", second.id)
    if second.status != "done" and second.error:
        fault(second.error, key="receipt_second")
    else:
        st.markdown(_verdict(found))
    _words(found)
    _alike(found)
    st.table(_rows(found.figures), border="horizontal", alt="The figures of both runs and their change")


def _verdict(found: Drift) -> str:
    before, after = found.models
    other = f" The provider says that `{after}` answered now, then it was `{before}`." if before != after else ""
    if found.note:
        return f":orange[:material/warning:] {sentence(found.note)}{other}"
    if found.same:
        return f":green[:material/check_circle:] The answer is the same.{other}"
    return f":orange[:material/difference:] {_told(found)}{other}"


def _told(found: Drift) -> str:
    if found.cosines:
        return f"The vectors have moved: cosine {min(found.cosines):.6f} at the lowest, 1 is the same direction."
    parted = [counts(align(before.split(), after.split())) for before, after in found.texts]
    kept, whole_ = sum(each["same"] for each in parted), sum(map(sum, (each.values() for each in parted)))
    if kept == whole_:
        return "The words are the same; blanks or lines are not."
    return f"The answer differs: of {whole_:,} words {kept:,} are the same in their place."


def _words(found: Drift) -> None:
    for place, (before, after) in enumerate(found.texts):
        if before == after:
            continue
        if len(found.texts) > 1:
            st.markdown(quiet(f"Answer {place + 1}"))
        draw_diff(align(before.split(), after.split()), NAMES, ("then", "now"), key=f"receipt_words_{place}")


def _alike(found: Drift) -> None:
    """The vectors that moved most."""
    moved = sorted(enumerate(found.cosines, 1), key=lambda pair: pair[1])[:_FEW]
    if len(found.cosines) > 1 and not found.same:
        st.dataframe(
            {"Vector": [place for place, _ in moved], "Cosine": [cosine for _, cosine in moved]},
            column_config={"Cosine": st.column_config.NumberColumn(format="%.6f")},
            hide_index=True,
            alt="The vectors that moved most",
        )


def _rows(figures: tuple[Figure, ...]) -> dict[str, list[str]]:
    return {
        "": [each.name for each in figures],
        "Then": [_shown(each.before, each.unit) for each in figures],
        "Now": [_shown(each.after, each.unit) for each in figures],
        "Change": [_moved(each.change) for each in figures],
    }


def _moved(change: float | None) -> str:
    if change is None:
        return ""
    return "same" if abs(change) < 0.005 else f"{change:+.0%}"


def _shown(value: float | None, unit: Unit) -> str:
    if value is None:
        return "unknown"
    match unit:
        case "ms":
            return seconds(value)
        case "$":
            return dollars(value).replace("$", "\\$")
        case "tokens/s":
            return f"{value:,.0f} tokens/s"
        case "tokens":
            return f"{value:,.0f}"
