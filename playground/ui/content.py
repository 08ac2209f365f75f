"""What was asked in a run and what came back, for every task, without anything to click."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.record import RunRecord
from playground.ui.attachments.cards import show
from playground.ui.attachments.given import given
from playground.ui.brief import brief
from playground.ui.conversation import content_text
from playground.ui.reading import draw_reading, has_boxes
from playground.ui.schema import verdict

_ROWS = 200
"""Texts or segments that are listed; the download has all."""


def show_request(run: RunRecord) -> None:
    """Draw the inputs and parameters of a run."""
    inputs: Mapping[str, Any] = run.request.get("inputs") or {}
    with st.container(border=True, key="runs_asked"):
        st.markdown(":small[:gray[Asked]]")
        if run.raw:
            show(list(given(run.request).values()), "runs_asked")
            more = {name: run.request[name] for name in ("parameters", "filters") if run.request.get(name)}
            st.json(brief({"inputs": inputs, **more}), expanded=2)
            return
        if inputs.get("system"):
            st.caption(f"System prompt: {inputs['system']}")
        files = given(run.request)
        for number, message in enumerate(inputs.get("messages") or []):
            its = [file for place, file in files.items() if place.startswith(f"messages[{number}].")]
            show(its, f"runs_asked_{number}")
            st.markdown(f":small[:gray[{message.get('role', '')}]]  \n{content_text(message.get('content', ''))}")
        for place, prompt in enumerate(prompts := inputs.get("prompts") or [], 1):
            st.markdown(f"**{place}.** {prompt}" if len(prompts) > 1 else prompt)
        _texts([inputs["text"]] if "text" in inputs else inputs.get("texts") or [])
        show([file for place, file in files.items() if not place.startswith("messages[")], "runs_asked")
        parameters = run.request.get("parameters") or {}
        if parameters:
            st.markdown(" ".join(f":gray-badge[{name} {_short(value)}]" for name, value in parameters.items()))


def show_answer(run: RunRecord, key: str = "runs") -> None:
    """Draw the response of a run, or what had arrived when it ended without one. `key` tells several apart."""
    data: Mapping[str, Any] = (run.response or {}).get("data") or {}
    with st.container(border=True, key=f"{key}_answered"):
        st.markdown(":small[:gray[Answered]]")
        if run.raw and run.response:
            _raw(run, data)
            return
        _reasoning(data.get("reasoning") or run.reasoning)
        if has_boxes(data):
            draw_reading(run, data, key)
        match data:
            case {"embedding": list(vector)}:
                _vectors([vector])
            case {"embeddings": list(vectors)}:
                _vectors(vectors)
            case {"segments": list(segments)}:
                _transcript(data, segments)
            case {"text": str() as text}:
                _written([text], data)
            case {"texts": list(texts)}:
                _written(texts, data)
            case _:
                _partial(run)


def _raw(run: RunRecord, data: Mapping[str, Any]) -> None:
    if run.task == "search":
        _documents(data["documents"])
    else:
        st.json(brief(data), expanded=2)


def _written(texts: Sequence[str | None], data: Mapping[str, Any]) -> None:
    for place, text in enumerate(texts, 1):
        if has_boxes(data):
            st.code(text, language=None, wrap_lines=True)  # lines as they stand in the image
        else:
            st.markdown(f"**{place}.** {text}" if len(texts) > 1 else text or "(nothing)")
    if "json" in data:
        verdict(data)
    reasons = data.get("finish_reasons") or [data.get("finish_reason")]
    odd = [str(reason) for reason in reasons if reason not in (None, "stop")]
    if odd:
        st.caption(f"It ended because of: {', '.join(odd)}.")
    for source in data.get("sources") or []:
        if isinstance(source, Mapping):
            st.caption(f"Source: {source.get('title', '')}")


def _partial(run: RunRecord) -> None:
    for text in filter(None, run.partial):
        st.markdown(text)
    if run.status == "cancelled":
        st.caption("Stopped; what had arrived is above." if any(run.partial) else "Stopped before anything arrived.")
    elif run.status == "failed":
        st.caption("It failed here; what had arrived is above." if any(run.partial) else "Nothing arrived.")


def _reasoning(shown: str | Sequence[str | None]) -> None:
    texts = [shown] if isinstance(shown, str) else [text for text in shown if text]
    if texts:
        with st.expander("Reasoning", type="compact"):
            st.markdown("\n\n".join(text or "" for text in texts))


def _texts(texts: Sequence[str]) -> None:
    if len(texts) == 1:
        st.markdown(texts[0])
    elif texts:
        tall = len(texts) > 6
        shown = {"Text": list(texts[:_ROWS])}
        st.dataframe(shown, height=240 if tall else "content", alt=f"The {len(texts):,} texts that were embedded")


def _vectors(vectors: Sequence[Sequence[float]]) -> None:
    shown = vectors[:_ROWS]
    st.markdown(f"**{len(vectors):,}** vectors of **{len(vectors[0]) if vectors else 0:,}** numbers")
    st.dataframe(
        {
            "Norm": [sum(value * value for value in vector) ** 0.5 for vector in shown],
            "Values": [list(vector) for vector in shown],
            "Begins with": [", ".join(f"{value:.4f}" for value in vector[:6]) for vector in shown],
        },
        column_config={
            "Norm": st.column_config.NumberColumn(format="%.4f"),
            "Values": st.column_config.BarChartColumn(width="medium"),
        },
        alt="Norm and values of each vector",
    )


def _documents(documents: Sequence[Mapping[str, Any]]) -> None:
    """What a search found, best first."""
    if not documents:
        st.markdown("(nothing was found)")
        return
    shown = documents[:_ROWS]
    st.dataframe(
        {
            "Document": [str(each.get("document_id", "")) for each in shown],
            "Score": [each.get("score") for each in shown],
            "Payload": [each.get("payload") or {} for each in shown],
        },
        column_config={
            "Score": st.column_config.NumberColumn(format="%.4f", width="small"),
            "Payload": st.column_config.JsonColumn(width="large"),
        },
        hide_index=True,
        alt=f"The {len(documents):,} documents that were found",
    )


def _transcript(data: Mapping[str, Any], segments: Sequence[Mapping[str, Any]]) -> None:
    st.markdown(data.get("text") or "(nothing was heard)")
    facts = [f"{data['duration']:.1f} s of sound" if data.get("duration") else "", data.get("language") or ""]
    st.caption(" · ".join(filter(None, facts)))
    if segments:
        rows = segments[:_ROWS]
        times = st.column_config.NumberColumn(format="%.2f s")
        st.dataframe(
            {
                "From": [row["start"] for row in rows],
                "To": [row["end"] for row in rows],
                "Text": [row["text"] for row in rows],
            },
            column_config={"From": times, "To": times},
            hide_index=True,
            alt="Segments of the transcript with their times",
        )


def _short(value: Any) -> str:
    text = str(value) if not isinstance(value, Mapping) else "set"
    return text if len(text) < 40 else f"{text[:39]}…"
