"""What can be taken home: the rows with their places on the map, the rows with their vectors."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from playground.projection import Projection
from playground.projector import project
from playground.sheet import sheet
from playground.ui.embeddings.embedded import Embedded


def draw_downloads(found: Embedded, key: str = "embeddings") -> None:
    """Draw the button that opens the choice of files; each is made when it is asked for. `key` begins the keys."""
    files = (
        ("Interactive map, one HTML file", "map.html", "text/html", lambda: as_sheet(found)),
        ("CSV with map coordinates", "map.csv", "text/csv", lambda: as_csv(found, range(len(found)))),
        ("JSONL with vectors", "embeddings.jsonl", "application/jsonl", lambda: as_jsonl(found)),
        ("NPZ with vectors", "embeddings.npz", "application/octet-stream", lambda: as_npz(found)),
    )
    with st.popover("Download", icon=":material/download:", type="tertiary", key=f"{key}_download"):
        for label, name, mime, make in files:
            st.download_button(
                label, make, name, mime, key=f"{key}_{name}", on_click="ignore", width="stretch", type="tertiary"
            )


def draw_exports(name: str, as_csv: Callable[[], bytes], as_json: Callable[[], bytes]) -> None:
    """Draw two small buttons for `name.csv` and `name.json`; each file is made when it is asked for."""
    with st.container(horizontal=True, width="content", gap="small"):
        for kind, mime, make in (("csv", "text/csv", as_csv), ("json", "application/json", as_json)):
            st.download_button(
                kind.upper(),
                make,
                f"{name}.{kind}",
                mime,
                key=f"embeddings_{name}_{kind}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )


def as_sheet(found: Embedded) -> bytes:
    """The maps that are there as one HTML file, coloured by the column that most likely labels the rows."""
    groups = [str(value) for value in found.table.columns[found.label]] if found.label else [found.noun] * len(found)
    maps = {projection.method.upper(): projection.coordinates for projection in reversed(_projections(found))}
    pictures = found.pictures if any(found.pictures) else None
    return sheet(f"{len(found)} {found.noun} by {found.run.model}", maps, found.texts, groups, pictures)


def as_csv(found: Embedded, rows: Sequence[int]) -> bytes:
    """The rows with `pca_x` and `pca_y`, and UMAP's when they are there."""
    table = found.rows.table.take(rows).columns
    places = {
        f"{projection.method}_{axis}": projection.coordinates[list(rows), place].tolist()
        for projection in _projections(found)
        for place, axis in enumerate("xy")
    }
    return csv_of({**table, **places})


def csv_of(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Columns of equal length as CSV; UTF-8 with a mark, for spreadsheets."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return out.getvalue().encode("utf-8-sig")


def as_jsonl(found: Embedded) -> bytes:
    """One object per row: its columns and `embedding`, the vector as the model gave it to four bytes a number."""
    names, columns = list(found.rows.table.columns), list(found.rows.table.columns.values())
    lines = (
        json.dumps({**dict(zip(names, row, strict=True)), "embedding": vector}, ensure_ascii=False)
        for *row, vector in zip(*columns, found.vectors.tolist(), strict=True)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def as_npz(found: Embedded) -> bytes:
    """NumPy arrays: `embeddings` (n, d) float32, `texts` (n,), and the coordinates of the maps that are there."""
    out = io.BytesIO()
    places = {projection.method: projection.coordinates for projection in _projections(found)}
    np.savez_compressed(out, embeddings=found.vectors, texts=np.array(found.texts), **places)  # type: ignore[arg-type]
    return out.getvalue()


def _projections(found: Embedded) -> list[Projection]:
    """PCA, and UMAP when it is there."""
    drawings = [project(found.vectors, "pca"), project(found.vectors, "umap")]
    return [drawing.result() for drawing in drawings if drawing.done() and drawing.failure() is None]
