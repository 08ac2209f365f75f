"""What the cache promises, and who judges whether two answers say the same."""

from collections.abc import Mapping

import streamlit as st

from playground.errors import PlaygroundError
from playground.options import TABLE
from playground.ui.cache.controls import explained
from playground.ui.cache.words import percent
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.listings import listings

_GUARANTEES = {
    "average": "On average",
    "per_request": "For each request",
}
_MEANING = {
    "average": "Over all requests no more are answered wrongly. What sure ones leave of the limit, others use.",
    "per_request": "No single request has a larger chance of a wrong answer. Stricter: fewer answers are reused.",
}
_EQUAL, _SIMILAR = "equal", "similar"


def rules() -> None:
    """Draw the settings; a change is kept at once."""
    now = core().cache.rules(NAMESPACE)
    st.session_state.setdefault("cache_guarantee", now.guarantee)
    st.markdown("### What is promised", anchors=False)
    st.segmented_control(
        "The limit holds",
        list(_GUARANTEES),
        format_func=_GUARANTEES.__getitem__,
        key="cache_guarantee",
        required=True,
        on_change=_keep,
    )
    st.caption(f"{_MEANING[now.guarantee]} {explained(now.delta)}")
    st.markdown("### Who judges", anchors=False)
    st.markdown(
        "When a fresh answer stands beside a stored one, these say in turn whether the two mean the same, until one is "
        "sure. Your own **Right** and **Wrong** always count. Who fails or is not sure gives no verdict."
    )
    _judges(now.judges)
    st.markdown("### How long and how much", anchors=False)
    meanings = {row.name: row.meaning for row in TABLE}
    shown: Mapping[str, tuple[str, str]] = {
        "PLAYGROUND_CACHE_DELTA": ("Usual limit", percent(now.delta)),
        "PLAYGROUND_CACHE_DAYS": ("Days an answer is kept", f"{now.days:g}"),
        "PLAYGROUND_CACHE_SIZE": ("Most entries", f"{now.size:,}"),
    }
    st.table(
        {
            "What": [f"{what}  \n:small[{meanings.get(name, '')}]" for name, (what, _) in shown.items()],
            "Now": [value for _, value in shown.values()],
            "Set by": [f"`{name}`" for name in shown],
        },
        hide_index=True,
        border="horizontal",
    )


def _judges(chain: tuple[str, ...]) -> None:
    model = next((judge for judge in chain if judge not in (_EQUAL, _SIMILAR)), None)
    st.session_state.setdefault("cache_judge_similar", _SIMILAR in chain)
    st.session_state.setdefault("cache_judge_third", model)
    st.checkbox(
        "Equal words", value=True, disabled=True, key="cache_judge_equal", help="Case, quotes and blanks aside."
    )
    st.checkbox(
        "Similar meaning",
        key="cache_judge_similar",
        on_change=_keep,
        help="The embeddings of the two answers, where they clearly agree or clearly do not.",
    )
    offered = _models()
    st.selectbox(
        "A model, where it is still open",
        offered if model is None or model in offered else [*offered, model],
        index=None,
        key="cache_judge_third",
        placeholder="None: what is not clear stays undecided",
        accept_new_options=True,
        on_change=_keep,
        help="A chat model that is set up, as `provider/model`. It sees question and answers; its cost is counted.",
        width=420,
    )


def _models() -> list[str]:
    """Chat models of the providers that can answer, those on this machine left out: they do not judge."""
    return [
        f"{name}/{model.id}"
        for name, provider in core().providers.items()
        if name != "local" and "chat" in provider.tasks and provider.readiness().ready
        for model in listings(core()).get(name).models
        if "chat" in model.tasks
    ]


def _keep() -> None:
    state = st.session_state
    chain = (
        _EQUAL,
        *((_SIMILAR,) if state["cache_judge_similar"] else ()),
        *filter(None, [state["cache_judge_third"]]),
    )
    try:
        core().cache.set_rules(NAMESPACE, judges=chain, guarantee=state["cache_guarantee"])
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")
    else:
        st.toast("Kept.", icon=":material/check:")
