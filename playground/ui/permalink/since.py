"""A set asked again: the panel that does it, how far it is, and then what has changed since."""

import time
from dataclasses import replace

import streamlit as st

from playground.comparison import Cell, new_id, request
from playground.dossier import Dossier, alike, changes, dossier
from playground.errors import BadRequestError, NotFoundError, PlaygroundError
from playground.scorecard.plan import order
from playground.ui.compare.files import parts_of
from playground.ui.compare.session import Shown, shown_set
from playground.ui.core import core
from playground.ui.embeddings.together import again
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.ui.permalink.moved import PRINTED, link, table, unmarked, verdict
from playground.ui.permalink.share import copy_path

AGAIN = "with"
"""The parameter of the URL that holds the id of the second set."""
_PROBLEM = "receipt_set_problem"
_BEAT = 0.7


def path(id_: str, second: str | None = None) -> str:
    """The address of a set's receipt below the playground's own; with `second` what that set has changed."""
    return f"receipt?set={id_}" + (f"&with={second}" if second else "")


def again_button(shown: Shown, cost: str) -> None:
    """Draw the panel that asks the whole set again; `cost` is what the first time cost, empty where nobody knows."""
    count, key = len(shown.runs), f"receipt_again_{st.query_params.get(AGAIN, '')}"  # a new popover is closed
    with st.popover("Re-run", icon=":material/refresh:", key=key, width="content"):
        known = {"": "What it costs is not known.", "free": "It costs nothing."}
        price = known.get(cost, f"Last time it cost {cost}.")
        st.markdown(quiet(f"Sends the same {count:,} requests again, past the cache, and shows the drift. {price}"))
        st.button(
            f"Ask all {count:,} again",
            key="receipt_again",
            type="primary",
            icon=":material/play_arrow:",
            on_click=_again,
            args=(shown,),
        )


def draw_since(shown: Shown) -> None:
    """Draw the second set that the URL names, live, then what it changed; nothing where there is none."""
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.markdown(f":red[:material/error:] {sentence(problem)}")
    wanted = st.query_params.get(AGAIN)
    if not wanted:
        return
    second = shown_set(wanted)
    with st.container(border=True, key="receipt_changes"):
        if second is None:
            fault(NotFoundError(f"there is no set `{wanted[:80]}`; it may belong to another data folder"), key="since")
        elif not alike(shown.asked, second.asked):
            fault(BadRequestError("the second set asks something else; only the same request can drift"), key="since")
        elif second.live:
            st.fragment(run_every=_BEAT)(_live)(wanted)
        else:
            _changes(shown, second)


def read(shown: Shown) -> Dossier:
    """A set with all of its runs, whole."""
    return dossier(core().history, shown.asked.id, shown.asked.namespace)


def _again(shown: Shown) -> None:
    try:
        st.query_params[AGAIN] = again(read(shown)) if shown.asked.kind == "embeddings" else _begun(shown)
    except PlaygroundError as error:  # a file that is not kept any more
        st.session_state[_PROBLEM] = error.message


def _begun(shown: Shown) -> str:
    """The id of a new set that asks the same, on its way."""
    asked = replace(shown.asked, id=new_id(), created_at=time.time())
    parts = parts_of(asked)
    cells = _cells(shown)
    for cell in cells:
        request(asked, cell, parts)
    core().sweeps.start(asked, cells, parts, wish="no_store")
    return asked.id


def _cells(shown: Shown) -> list[Cell]:
    """The places that were asked, in the order in which a set of its kind goes through them."""
    repeats = 1 + max((cell.repeat for cell in shown.runs), default=0)
    every = order(shown.asked, repeats) if shown.asked.kind == "scorecard" else shown.asked.cells()
    return [cell for cell in every if cell in shown.runs]


def _live(id: str) -> None:  # noqa: A002 - the field's name
    shown = shown_set(id)
    if shown is None or not shown.live:
        st.rerun()
        return
    ended, total = len(core().history.sets.glances(id)), len(shown.runs) + core().sweeps.waiting(id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="receipt_again_live"):
        st.progress(min(1.0, ended / max(1, total)), f":small[{ended:,} of {total:,} asked again]")
        stop = ":material/stop_circle:"
        args = (id, shown.asked.namespace)
        st.button("Stop", key="receipt_again_stop", icon=stop, on_click=core().sweeps.stop, args=args)


def _changes(shown: Shown, second: Shown) -> None:
    found = changes(read(shown), read(second))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="receipt_changes_head"):
        st.markdown("**Then and now**", width="stretch")
        st.markdown(f"[Its receipt](/{path(second.asked.id)})")
        copy_path(path(shown.asked.id, second.asked.id), "receipt_changes")
    st.markdown(verdict(found))
    if len(found) <= PRINTED:
        st.table(table(found, shown.asked), border="horizontal", alt="What has changed, run by run")
    else:
        st.dataframe(
            unmarked(table(found, shown.asked)) | {"Drift": [link(change) for change in found]},
            hide_index=True,
            height=420,
            column_config={"Drift": st.column_config.LinkColumn(display_text="open")},
            alt="What has changed, run by run",
        )
