"""A plugin beside another embedder on the same texts: shared neighbours, and both matrices of similarity."""

from collections.abc import Sequence

import streamlit as st

from playground import samples
from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.heatmap import heatmap
from playground.hover import short
from playground.matrix import Matrix, matrix
from playground.neighbours import nearest, similarity
from playground.plugins.manifest import Manifest
from playground.plugins.registry import Plugin
from playground.record import RunRecord
from playground.scorecard.overlap import Overlap, overlap
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings.agreed import Agreed, said
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.ui.plugins import session
from playground.ui.plugins.underway import live, underway
from playground.ui.watch import find

_FEWEST, _MOST = 3, 60
"""Texts: neighbours need three, a matrix of more than sixty cannot be read."""
_WIDE = st.column_config.TextColumn(width=250)
_CHANGED = 5
"""Texts whose neighbours changed most that are listed."""


def comparing(plugin: Plugin, manifest: Manifest) -> None:
    """Draw what is compared with whom, and what came of it."""
    if manifest.inference_type != "embedding":
        st.markdown(quiet("It makes no vectors, so there is nothing to lay beside another's."))
        return
    shown = session.runs("compared")
    texts = _texts()
    others = _others(plugin)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="plugins_compare_bar"):
        other = st.selectbox(
            "With", others, format_func=" / ".join, key="plugins_compare_with", persist_state="session"
        )
        problem = plugin.refusal or _problem(texts)
        if st.button(
            "Compare",
            key="plugins_compare",
            type="secondary" if shown else "primary",
            icon=":material/compare_arrows:",
            disabled=bool(problem) or live(shown),
        ):
            session.put("compared", [_start(*each, texts) for each in (("plugin", plugin.id), other)])
            st.rerun()
    if problem:
        st.markdown(quiet(sentence(problem)))
    if live(shown):
        underway(shown, "embedding the texts", "plugins_compare", plugin.id)
    elif shown:
        _draw(shown)


def _texts() -> list[str]:
    before = "\n".join(samples.texts(samples.SAMPLES[1]).columns["text"][:12])
    given = st.text_area(
        "Texts, one per line", before, key="plugins_compare_texts", height=150, persist_state="session"
    )
    return [line.strip() for line in (given or "").splitlines() if line.strip()]


def _problem(texts: Sequence[str]) -> str:
    if len(texts) < _FEWEST:
        return f"neighbours can be compared from {_FEWEST} texts on"
    return f"these are {len(texts)} texts, and at most {_MOST} fit; remove some" if len(texts) > _MOST else ""


def _others(plugin: Plugin) -> list[tuple[str, str]]:
    """(provider, model): what embeds texts here without a key, the bundled model first; then the other plugins."""
    known = [(name, model) for name in ("local", "plugin") for model in core().providers[name].models()]
    able = [(name, model.id) for name, model in known if "embedding" in model.tasks and "text" in model.inputs]
    return [pair for pair in able if pair != ("plugin", plugin.id)]


def _start(provider: str, model: str, texts: Sequence[str]) -> str:
    request = RawInferenceRequest(provider=provider, model=model, inputs={"texts": list(texts)})
    return core().start(request, namespace=NAMESPACE, door="page").id


def _draw(ids: Sequence[str]) -> None:
    founds = [find(id_) for id_ in ids]
    for each in founds:
        if isinstance(each, PlaygroundError):
            fault(each, key="plugins_compare_lost")
            return
    runs = [each for each in founds if isinstance(each, RunRecord)]
    for run in runs:
        if run.error:
            fault(run.error, key=f"plugins_compare_{run.provider}")
    if len(runs) == len(ids) and all(run.response for run in runs):
        _draw_both(runs)


def _draw_both(runs: Sequence[RunRecord]) -> None:
    texts = runs[0].request["inputs"]["texts"]
    try:
        one, other = (matrix((run.response or {})["data"]["embeddings"]) for run in runs)
        found = overlap(one, other, min(10, max(1, len(texts) // 3)))
    except (PlaygroundError, KeyError) as error:
        st.markdown(f":orange[:material/info:] {quiet(sentence(f'these vectors cannot be compared: {error}'))}")
        return
    names = [run.model for run in runs]
    st.markdown(said(Agreed(f"`{names[0]}`", f"`{names[1]}`", found)))
    for column, name, vectors in zip(st.columns(2, gap="medium"), names, (one, other), strict=True):
        with column:
            st.markdown(f"**{name}** {quiet(f'{vectors.shape[1]:,} dimensions')}")
            option = heatmap(similarity(vectors), texts)
            alt = f"Cosine similarity of {len(texts)} texts by {name}"
            st.echarts_chart(option, key=f"plugins_matrix_{name}", height=400, alt=alt)
    st.markdown("**Whose neighbours differ most**")
    _draw_changed(found, texts, names, (one, other))
    st.page_link(
        "embeddings.py",
        label="Open both on the Embeddings page: maps, neighbours, retrieval",
        icon=":material/scatter_plot:",
        query_params={"run": runs[0].id, "with": runs[1].id},
    )


def _draw_changed(found: Overlap, texts: Sequence[str], names: Sequence[str], both: Sequence[Matrix]) -> None:
    rows = list(found.changed[:_CHANGED])
    nearby = {name: nearest(vectors, 1, rows).indices[:, 0] for name, vectors in zip(names, both, strict=True)}
    st.dataframe(
        {
            "Text": [texts[row] for row in rows],
            "Shared": [f"{round(found.shares[row] * found.k)} of {found.k}" for row in rows],
            **{f"Nearest by {name}": [texts[place] for place in places] for name, places in nearby.items()},
        },
        column_config={"Text": _WIDE, **{f"Nearest by {name}": _WIDE for name in names}},
        hide_index=True,
        row_height=56,  # two lines: lower rows do not wrap
        height="content",
        key="plugins_changed",
        alt="; ".join(f"{short(texts[row], 60)}: {found.shares[row]:.0%} shared" for row in rows),
    )
