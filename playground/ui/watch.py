"""A run on the screen: while it lives its text grows in ticks, when it has ended its record is shown in its place.

The page does not wait. A fragment runs every `BEAT` seconds and draws for most of that time, so a click anywhere is
served at once, and a refresh or a second viewer finds the same run again by its id.
"""

import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.errors import InternalServerError, NotFoundError, PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.units import counted, seconds

BEAT = 0.3
TICK = 0.05
_DRAWN = 0.27
_CHARS_PER_TOKEN = 4
_LONG = 20_000


def watch(id: str, show: Callable[[RunRecord], None], *, key: str, live: bool | None = None) -> None:  # noqa: A002
    """Draw a run by id: live until it ends, then `show(record)`. When it ends, the whole page runs once more.

    `live` says whether the page has drawn what stands around it for a live run; None: nothing there depends on it.
    """
    live = running(id) if live is None else live
    with st.container(key=f"{key}_pane"):  # of its own: fragments in one container would share their identity
        st.fragment(run_every=BEAT if live else None)(_pane)(id, show, key, live)


def _pane(id: str, show: Callable[[RunRecord], None], key: str, live: bool) -> None:  # noqa: A002
    run = find(id)
    if isinstance(run, Run):
        _follow(run, key)
        run = find(id)
    if isinstance(run, Run):
        return
    if live:
        st.rerun()  # what stands around the run changes with its end
    elif isinstance(run, RunRecord):
        show(run)
        _warn(id, run)
    else:
        fault(run, key=key)


def _warn(id: str, record: RunRecord) -> None:  # noqa: A002
    """Say when a run that went well could not be kept."""
    run = core().get(id, NAMESPACE)
    if isinstance(run, Run) and run.error is not None and record.status == "done":
        st.markdown(f":orange-badge[:material/warning: Not kept] {quiet(sentence(run.error.message))}")


def find(id: str) -> Run | RunRecord | PlaygroundError:  # noqa: A002
    """A live run, the record of an ended one, or the error that says why there is neither."""
    run = core().get(id, NAMESPACE)
    if run is None:
        return NotFoundError(f"there is no run `{id}`; it may belong to another data folder")
    if not isinstance(run, Run) or not run.ended:
        return run
    return run.wait(0) or run.error or InternalServerError(f"run `{id}` left no record")


def running(id: str | None) -> bool:  # noqa: A002
    """Whether there is such a run and it has not ended."""
    return id is not None and isinstance(core().get(id, NAMESPACE), Run) and isinstance(find(id), Run)


def _follow(run: Run, key: str) -> None:
    """Draw a live run for one beat."""
    thinking, text = st.container(), st.empty()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_live"):
        phase = st.empty()
        st.button("Stop", key=f"{key}_stop", icon=":material/stop_circle:", type="tertiary", on_click=run.cancel)
    until = time.monotonic() + _DRAWN
    pen = _Pen(thinking, text, phase, key)
    pen.draw(run)
    while time.monotonic() < until and run.wait(_pause(run)) is None and not run.ended:
        pen.draw(run)


def _pause(run: Run) -> float:
    """Each tick sends the whole text: a long one is drawn once a beat."""
    return TICK if sum(map(len, (*run.texts, *run.reasoning))) < _LONG else _DRAWN


class _Pen:
    """Draws what has changed since the last tick."""

    def __init__(self, thinking: DeltaGenerator, text: DeltaGenerator, phase: DeltaGenerator, key: str) -> None:
        self._places = (thinking, text, phase)
        self._key = key
        self._thought: DeltaGenerator | None = None
        self._last = ("", "")

    def draw(self, run: Run) -> None:
        thinking, place, stand = self._places
        thought, text = joined(run.reasoning), joined(run.texts)
        if thought and self._thought is None:
            label = "Reasoning" if text else ":shimmer[Thinking]"
            self._thought = thoughts(label, thinking, self._key, expanded=not text).empty()
        if self._thought is not None and thought != self._last[0]:
            self._thought.markdown(thought)
        if text != self._last[1]:
            draw_text(place, text, as_json="schema" in (run.request.parameters or {}))
        stand.markdown(quiet(phase(run)))
        self._last = (thought, text)


def thoughts(label: str, place: DeltaGenerator, key: str, *, expanded: bool) -> DeltaGenerator:
    """The block for reasoning, apart from the answer and closed once that has begun."""
    return place.expander(label, type="compact", expanded=expanded).container(key=f"{key}_thoughts")


def draw_text(place: DeltaGenerator, text: str, *, as_json: bool) -> None:
    """An answer as Markdown, or as code when JSON was asked for."""
    if as_json:
        place.code(text, language="json", wrap_lines=True)
    else:
        place.markdown(text)


def joined(texts: tuple[str, ...]) -> str:
    """Several answers as one Markdown text; one stands alone."""
    return texts[0] if len(texts) == 1 else "\n\n".join(f"**{place}.** {text}" for place, text in enumerate(texts, 1))


def phase(run: Run) -> str:
    """Where it stands and for how long; counts that are not the provider's carry a `~`."""
    clock = seconds(run.elapsed_ms)
    if run.state == "queued":
        return f":shimmer[Queued] · {clock}"
    if run.first_token_ms is None:
        return f":shimmer[Waiting for the first token] · {clock}"
    count, mark = run.usage.completion, ""
    if count is None:
        count, mark = sum(map(len, (*run.texts, *run.reasoning))) // _CHARS_PER_TOKEN, "~"
    writing = (run.elapsed_ms - run.first_token_ms) / 1000
    speed = f" · {mark}{count / writing:,.0f} tok/s" if writing > 0.2 else ""
    return f":shimmer[Streaming] · {clock} · {mark}{counted(count, 'token')}{speed}"
