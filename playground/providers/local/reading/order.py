"""The order in which a person reads the lines on a page: rows from the top, columns of prose one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, sin

import numpy as np

from playground.providers.local.reading.rectangle import Rectangle

PROSE = 8.0
"""Width by height of the usual line in a column of prose, about 16 characters; a table's and a bill's are shorter."""
COLUMN = 3
"""Lines that a column of prose has at least."""


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle on the straightened page: `number` is its place in what was given."""

    number: int
    left: float
    right: float
    middle: float
    height: float


Row = list[Span]


def rows(places: Sequence[Rectangle], slant: float) -> list[list[int]]:
    """The numbers of the rectangles, row by row in reading order. Lines run along `slant`, in radians."""
    found = _rows([_span(number, each, slant) for number, each in enumerate(places)])
    return [[span.number for span in row] for row in _columns(found)]


def _span(number: int, place: Rectangle, slant: float) -> Span:
    across = place.x * cos(slant) + place.y * sin(slant)
    down = place.y * cos(slant) - place.x * sin(slant)
    width, height = place.width, place.height
    return Span(number, across - width / 2, across + width / 2, down, height)


def _rows(spans: list[Span]) -> list[Row]:
    """Rows from the top: a span belongs to one whose middle is within half a height of its own."""
    found: list[Row] = []
    for span in sorted(spans, key=lambda span: span.middle):
        last = found[-1][-1] if found else None
        if last is not None and span.middle - last.middle < min(span.height, last.height) / 2:
            found[-1].append(span)
        else:
            found.append([span])
    return [sorted(row, key=lambda span: span.left) for row in found]


def _columns(found: list[Row]) -> list[Row]:
    """The rows, where several stand beside a gap that runs through them read column by column."""
    ordered: list[Row] = []
    start = 0
    while start < len(found):
        end = start + 1
        gaps = _merged(found[start])
        while end < len(found) and len(wider := _merged([*gaps, *found[end]])) > 1:
            gaps, end = wider, end + 1
        block = found[start:end]
        parts = [[span for row in block for span in row if gap.left <= span.left <= gap.right] for gap in gaps]
        if len(parts) > 1 and all(map(_is_prose, parts)):
            ordered += [row for part in parts for row in _rows(part)]
        else:
            ordered += block
        start = end
    return ordered


def _merged(spans: list[Span]) -> list[Span]:
    """The stretches from left to right that spans cover together."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: span.left):
        if merged and span.left <= merged[-1].right:
            merged[-1] = replace(merged[-1], right=max(merged[-1].right, span.right))
        else:
            merged.append(span)
    return merged


def _is_prose(spans: list[Span]) -> bool:
    return len(spans) >= COLUMN and float(np.median([(s.right - s.left) / s.height for s in spans])) >= PROSE
