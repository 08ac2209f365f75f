"""An array that grows at its end; what was read of it before stays as it was."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Grown:
    """Rows of one shape. One thread extends it at a time; others may read `filled` meanwhile."""

    def __init__(self, kind: DTypeLike, *shape: int, room: int = 0) -> None:
        """`room`: rows that are expected."""
        self._array: NDArray[Any] = np.empty((room, *shape), kind)
        self._length = 0

    @property
    def filled(self) -> NDArray[Any]:
        """The rows there are; never written again."""
        return self._array[: self._length]

    @property
    def size(self) -> int:
        """Bytes of the rows there are."""
        return self.filled.nbytes

    def extend(self, rows: NDArray[Any]) -> None:
        """Add rows; with room by half when there is none left, which costs nothing until it is written."""
        end = self._length + len(rows)
        if end > len(self._array):
            array = np.empty((max(end, len(self._array) * 3 // 2), *self._array.shape[1:]), self._array.dtype)
            array[: self._length] = self.filled
            self._array = array
        self._array[self._length : end] = rows
        self._length = end
