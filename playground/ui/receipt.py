"""One line under an answer: what it took."""

import streamlit as st

from playground.metrics import tokens_per_second
from playground.record import RunRecord
from playground.ui.look import quiet
from playground.units import dollars, seconds

_STATUS = {"failed": ":red[failed]", "cancelled": ":orange[stopped]"}


def receipt(run: RunRecord) -> None:
    """Draw the metric line of an ended run, with the links to it."""
    st.markdown(quiet(line(run)))


def line(run: RunRecord) -> str:
    """The metrics in Markdown; what is not known is called unknown or left out, never 0."""
    parts = [_STATUS.get(run.status, ""), run.model, tokens_of(run), *_times(run), cost_of(run), _cache(run)]
    return (
        " · ".join(part for part in parts if part) + f" · [run](/runs?run={run.id}) · [receipt](/receipt?run={run.id})"
    )


def tokens_of(run: RunRecord) -> str:
    """The provider's counts: `15 in · 120 out`."""
    if run.prompt_tokens is None and run.completion_tokens is None:
        return "tokens unknown"
    found = [(run.prompt_tokens, "in"), (run.completion_tokens, "out")]
    words = [f"{count:,} {way}" for count, way in found if count is not None]
    if run.reasoning_tokens:
        words.append(f"{run.reasoning_tokens:,} reasoning")
    return " · ".join(words)


def _times(run: RunRecord) -> list[str]:
    words = []
    if run.timings.ttft is not None:
        words.append(f"first token {seconds(run.timings.ttft)}")
    speed = tokens_per_second(run)
    if speed is not None:
        words.append(f"{speed:,.0f} tok/s")
    return [*words, f"{seconds(run.timings.total)} total"]


def cost_of(run: RunRecord) -> str:
    """What a run cost, as Markdown."""
    return "cost unknown" if run.cost is None else dollars(run.cost).replace("$", "\\$")


def _cache(run: RunRecord) -> str:
    return ":green[from the cache]" if run.cached else "not cached"
