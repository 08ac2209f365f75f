"""Rectangles at any angle: the smallest around points, grown, and as four corners."""

from dataclasses import dataclass
from math import cos, pi, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
UPRIGHT = 1.2
"""Times the least area up to which an upright rectangle is taken: letters that stick out tilt the smallest one."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle in pixels, y downwards: `width` runs along `angle` (radians, clockwise as it is seen), `height`
    across it.
    """

    x: float
    y: float
    width: float
    height: float
    angle: float

    @property
    def corners(self) -> Array:
        """(4, 2): from where `width` and `height` begin, along the width first; clockwise as it is seen."""
        along = np.array([cos(self.angle), sin(self.angle)]) * self.width / 2
        across = np.array([-sin(self.angle), cos(self.angle)]) * self.height / 2
        centre = np.array([self.x, self.y])
        return np.array(
            [centre - along - across, centre + along - across, centre + along + across, centre - along + across]
        )

    def grown(self, ratio: float) -> "Rectangle":
        """Moved outwards on each side by area x `ratio` / perimeter, as Differentiable Binarization undoes its
        shrinking of text (Liao et al., 2020, arXiv:1911.08947, equation 10).
        """
        by = self.width * self.height * ratio / (self.width + self.height)
        return Rectangle(self.x, self.y, self.width + by, self.height + by, self.angle)

    def scaled(self, by: float) -> "Rectangle":
        """The same in an image that is `by` times as large."""
        return Rectangle(self.x * by, self.y * by, self.width * by, self.height * by, self.angle)

    def towards(self, angle: float) -> "Rectangle":
        """The same area, its width along the side that runs closest to an angle."""
        return self.turned(round((angle - self.angle) / (pi / 2)) % 4)

    def turned(self, quarters: int) -> "Rectangle":
        """The same area, its width along a side that is `quarters` of a turn on, clockwise."""
        width, height = (self.height, self.width) if quarters % 2 else (self.width, self.height)
        return Rectangle(self.x, self.y, width, height, self.angle + quarters * pi / 2)


def smallest(points: Array) -> Rectangle:
    """The rectangle of least area around (n, 2) points that are not all on one line, or the upright one if that is
    hardly larger; its angle is within 45 degrees.

    The smallest shares a side with the convex hull (Freeman and Shapira, 1975), so each side of the hull is tried.
    """
    from scipy.spatial import ConvexHull

    hull = points[ConvexHull(points).vertices].astype(float)
    sides = np.roll(hull, -1, axis=0) - hull
    quarter = np.arctan2(sides[:, 1], sides[:, 0]) % (pi / 2)
    angles = np.array([0.0, *np.where(quarter > pi / 4, quarter - pi / 2, quarter)])
    cosines, sines = np.cos(angles)[:, None], np.sin(angles)[:, None]
    along = cosines * hull[:, 0] + sines * hull[:, 1]  # (angles, points)
    across = -sines * hull[:, 0] + cosines * hull[:, 1]
    widths, heights = np.ptp(along, axis=1), np.ptp(across, axis=1)
    areas = widths * heights
    best = 0 if areas[0] <= UPRIGHT * areas.min() else int(np.argmin(areas))
    angle = float(angles[best])
    u = (along[best].max() + along[best].min()) / 2
    v = (across[best].max() + across[best].min()) / 2
    return Rectangle(
        float(u * cos(angle) - v * sin(angle)),
        float(u * sin(angle) + v * cos(angle)),
        float(widths[best]),
        float(heights[best]),
        angle,
    )
