"""The leaderboard of votes: ratings with intervals, as figure and table, the bias of position, the votes as a file."""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground.scorecard.estimate import LEVEL, Estimate
from playground.scorecard.votes import Leaderboard, Vote, leaderboard
from playground.store.votes import Ballot
from playground.ui.core import core
from playground.ui.look import quiet
from playground.whiskers import Whisker, height, whiskers

_ROOM = 20
"""Elo points beside the farthest interval."""


def draw_standings(ballots: Sequence[Ballot], name: str) -> None:
    """Draw the leaderboard of these votes; `name` is that of their file. Without votes there is none."""
    found = leaderboard([Vote(each.left_model, each.right_model, each.outcome) for each in ballots])
    if found is None:
        st.markdown(quiet("The leaderboard stands here after the first vote."))
        return
    with st.container(border=True, key="vote_standings"):
        drawn, table = st.tabs(["Leaderboard", "Table"], key="vote_tabs")
        with drawn:
            lines = [Whisker(each.model, each.model, each.rating) for each in found.standings]
            st.echarts_chart(_figure(found, lines), height=height(lines), key="vote_figure", alt=_in_words(found))
        with table:
            st.dataframe(columns(found), hide_index=True, key="vote_table", alt="Leaderboard, best first")
        st.markdown(quiet(f"Bradley-Terry ratings in Elo points, {LEVEL:.0%} intervals. {bias(found.left_share)}"))
        st.download_button(
            f"{len(ballots):,} vote{'s' * (len(ballots) > 1)}",
            as_jsonl(ballots),
            f"{name}.jsonl",
            "application/x-ndjson",
            key="vote_download",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )


def columns(found: Leaderboard) -> dict[str, list[Any]]:
    """The table, best first."""
    standings = found.standings
    return {
        "Rank": [
            str(each.best_rank) if each.best_rank == each.worst_rank else f"{each.best_rank} to {each.worst_rank}"
            for each in standings
        ],
        "Model": [each.model for each in standings],
        "Rating": [round(each.rating.value) for each in standings],
        f"{LEVEL:.0%} from": [round(each.rating.low or 0) for each in standings],
        "to": [round(each.rating.high or 0) for each in standings],
        "Won": [each.wins for each in standings],
        "Lost": [each.losses for each in standings],
        "Tied": [each.ties for each in standings],
    }


def bias(share: Estimate) -> str:
    """What can be said of the side an answer stood on, in one sentence."""
    low, high = share.low or 0.0, share.high or 1.0
    interval = f"{share.value:.0%} of the time ({LEVEL:.0%} interval: {low:.0%} to {high:.0%})"
    if low > 0.5 or high < 0.5:
        side = "left" if low > 0.5 else "right"
        return f"The {side} side is preferred whoever stands there: of two equal answers the left one wins {interval}."
    return f"No bias of position can be told: of two equal answers the left one wins {interval}."


def as_jsonl(ballots: Sequence[Ballot]) -> bytes:
    """One vote per line."""
    lines = "".join(f"{json.dumps(each.line, ensure_ascii=False)}\n" for each in ballots)
    return core().settings.masked(lines).encode("utf-8", "replace")


def _figure(found: Leaderboard, lines: Sequence[Whisker]) -> dict[str, Any]:
    ratings = [each.rating for each in found.standings]
    axis = {
        "type": "value",
        "min": min(each.low or each.value for each in ratings) - _ROOM,
        "max": max(each.high or each.value for each in ratings) + _ROOM,
        "splitNumber": 4,
        "axisLabel": {"showMinLabel": False, "showMaxLabel": False},
    }
    return {**whiskers(lines), "xAxis": axis, "legend": {"show": False}}


def _in_words(found: Leaderboard) -> str:
    return "Ratings: " + ", ".join(f"{each.model} {each.rating.value:.0f}" for each in found.standings)
