"""Vectors in a pane: how many, how long, and how near each text is to the first one."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from playground.record import RunRecord


def draw_vectors(run: RunRecord, key: str) -> None:
    """Draw them, so that two panes can be read line by line."""
    data: Mapping[str, Any] = (run.response or {}).get("data") or {}
    vectors = np.asarray(data.get("embeddings") or [data["embedding"]], dtype=float)
    texts = (run.request.get("inputs") or {}).get("texts") or []
    st.markdown(f"**{len(vectors):,}** vector{'s' * (len(vectors) != 1)} of **{data['dimensions']:,}** numbers")
    if len(vectors) < 2 or len(texts) != len(vectors):
        return
    lengths = np.linalg.norm(vectors, axis=1)
    near = vectors @ vectors[0] / np.maximum(lengths * lengths[0], 1e-300)
    st.dataframe(
        {"Text": texts[1:], "Cosine to the first": near[1:].round(4).tolist()},
        column_config={
            "Cosine to the first": st.column_config.ProgressColumn(min_value=-1, max_value=1, format="%.3f")
        },
        hide_index=True,
        height=min(38 * len(texts), 320),
        key=f"{key}_vectors",
        alt="Cosine similarity of each text to the first one",
    )
