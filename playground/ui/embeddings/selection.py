"""The rows that were selected on the map, as a table."""

import streamlit as st

from playground.ui.embeddings import picking
from playground.ui.embeddings.download import as_csv
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.neighbourhood import PICTURE, SMALL


def draw_selection(found: Embedded) -> None:
    """Draw the selected rows and what can be done with them; a hint when there are none."""
    rows = picking.selected()
    if not rows:
        st.markdown(
            ":small[:material/lasso_select: Draw a box or a lasso with the tools above the map, or click dots: "
            "what is selected is listed here. Scroll to zoom, double-click to clear.]"
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", key="embeddings_selection"):
        st.markdown(f"**{len(rows):,} selected**")
        st.download_button(
            "CSV",
            lambda: as_csv(found, rows),
            "selected.csv",
            "text/csv",
            key="embeddings_selected_csv",
            type="tertiary",
            icon=":material/download:",
            on_click="ignore",
        )
        st.button("Clear", key="embeddings_unselect", type="tertiary", icon=":material/close:", on_click=picking.drop)
    first, pictures = found.rows.column, [found.pictures[row] for row in rows]
    seen = {PICTURE: pictures} if any(pictures) else {}
    st.dataframe(
        {**seen, **found.table.take(rows).columns},
        hide_index=True,
        column_order=[*seen, first, *(name for name in found.table.columns if name != first)],
        column_config={PICTURE: SMALL, first: st.column_config.TextColumn(width="large")},
        row_height=56 if seen else None,
        key="embeddings_selected_table",
        alt=f"The {len(rows):,} selected {found.noun}",
    )
