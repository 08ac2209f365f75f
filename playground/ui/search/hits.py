"""Hits as cards, best first: what was found, how near, why it stands there, and the way to more like it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.hover import short
from playground.ui.look import quiet
from playground.ui.search.asking import like
from playground.ui.search.pictures import FIELDS, pictures
from playground.ui.search.searching import Outcome
from playground.ui.transcribe.words import plain
from playground.vectors.execution import Found
from playground.vectors.explained import brief, sentence, similarity, worth
from playground.vectors.rows import TEXT

SHOWN = 20
"""Hits that stand as cards at first."""
_TITLES = (TEXT, "body", "content", "title", "name", "description", "caption")
_LONG, _VALUE = 420, 48


def draw_hits(outcome: Outcome, letter: str = "", notes: Mapping[str, str] | None = None) -> None:
    """Draw the hits; `letter` tells two lists apart, `notes` are badges by document in Markdown."""
    if not outcome.found:
        with st.container(border=True, key=f"search_nothing_{letter}"):
            st.markdown("**Nothing was found**")
            st.markdown(quiet("The filters let no document through; clear one of them."))
        return
    more = f"search_more_{letter}"
    shown = outcome.found if st.session_state.get(more) else outcome.found[:SHOWN]
    images = pictures(each.payload for each in shown)
    with st.container(gap="xsmall", key=f"search_hits_{letter}"):
        for rank, (found, image) in enumerate(zip(shown, images, strict=True), 1):
            _card(outcome, rank, f"search_hit_{letter}{rank}", image, (notes or {}).get(found.place.id, ""))
    if len(shown) < len(outcome.found):
        rest = len(outcome.found) - len(shown)
        st.button(f"Show {rest} more", key=f"{more}_go", on_click=lambda: st.session_state.update({more: True}))


def title(id_: str, payload: Mapping[str, Any]) -> str:
    """What a document is called: its text, else its name, else its id."""
    return next((str(value) for name in _TITLES if (value := payload.get(name))), id_)


def _card(outcome: Outcome, rank: int, key: str, image: str, note: str) -> None:
    found = outcome.found[rank - 1]
    with st.container(border=True, gap="xxsmall", key=key):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_what"):
            if image:
                st.image(image, width=64, alt=short(title(found.place.id, found.payload), 80))
            badge = f":gray-badge[{_score(outcome, found)}]"
            labels = _labels(found.payload)
            st.markdown(
                f"**{rank}** {badge} {note}  \n{plain(short(title(found.place.id, found.payload), _LONG))}"
                + (f"  \n{quiet(labels)}" if labels else ""),
                width="stretch",
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_why"):
            st.markdown(quiet(_why(outcome, found, rank)), width="stretch")
            with st.popover(
                "Details", type="tertiary", icon=":material/info:", help="Why it stands here", key=f"{key}_details"
            ):
                _details(outcome, rank)
            st.button(
                "More like this",
                key=f"{key}_like",
                icon=":material/content_copy:",
                help="More like this",
                type="tertiary",
                on_click=like,
                args=(found.place.id,),
            )


def _score(outcome: Outcome, found: Found) -> str:
    if len(found.place.shares) == 1 and found.place.score == found.place.shares[0].score:
        share = found.place.shares[0]
        return similarity(share.score, outcome.metrics.get(share.feature_uri, "cosine"))
    if not found.place.shares:
        return f"score {found.place.score:.3f}" if outcome.target.hosted else "passes the filter"
    return f"{outcome.strategy.upper()} {found.place.score:.4f}"


def _why(outcome: Outcome, found: Found, rank: int) -> str:
    if not found.place.shares:
        return "The server gives no reasons." if outcome.target.hosted else "No search: it passes the filter."
    return brief(found.place, rank, outcome.metrics, outcome.found[0].place.score)


def _labels(payload: Mapping[str, Any]) -> str:
    """The other fields of a payload in short."""
    hidden = {*FIELDS, next((name for name in _TITLES if payload.get(name)), "")}
    parts = [
        f"{plain(name)}: {plain(short(_said(value), _VALUE))}"
        for name, value in payload.items()
        if name not in hidden and value not in (None, "")
    ]
    return " · ".join(parts[:6])


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _details(outcome: Outcome, rank: int) -> None:
    """The sentence and the numbers behind a place: one line for each search, and the document itself."""
    found = outcome.found[rank - 1]
    shares = found.place.shares
    if shares:
        st.markdown(sentence(found.place, rank, outcome.metrics, outcome.found[0].place.score))
        fused = len(shares) > 1 or found.place.score != shares[0].score
        st.dataframe(
            {
                "Index": [share.feature_uri for share in shares],
                "Similarity": [
                    similarity(share.score, outcome.metrics.get(share.feature_uri, "cosine")) for share in shares
                ],
                "Rank": [share.rank for share in shares],
                **({outcome.strategy.upper(): [worth(share, outcome.strategy) for share in shares]} if fused else {}),
            },
            hide_index=True,
            height="content",
            alt="What each search gave to this place",
        )
    st.markdown(f"Document `{found.place.id}`")
    st.json(_brief(found.payload), expanded=2)


def _brief(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A payload without what fills a screen."""
    return {name: short(value, 2000) if isinstance(value, str) else value for name, value in payload.items()}


def badges(ids: Sequence[str], others: Sequence[str], other: str) -> dict[str, str]:
    """For each document of a list where it stands in the other one, as badges that need no colour."""
    ranks = {id_: rank for rank, id_ in enumerate(others, 1)}
    found = {}
    for rank, id_ in enumerate(ids, 1):
        if id_ not in ranks:
            found[id_] = ":orange-badge[only here]"
        elif ranks[id_] == rank:
            found[id_] = f":green-badge[same place in {other}]"
        else:
            arrow = "arrow_upward" if ranks[id_] > rank else "arrow_downward"
            found[id_] = f":gray-badge[:material/{arrow}: {ranks[id_]} in {other}]"
    return found
