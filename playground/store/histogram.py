"""Durations counted in log-spaced bins, so that percentiles of many hours add up without the runs themselves.

Bin b holds durations in (FLOOR * STEP**(b-1), FLOOR * STEP**b]; bin 0 holds everything up to FLOOR. A bin answers with
its geometric middle, so a percentile is at most sqrt(STEP) - 1 = 2.5 % off the nearest-rank percentile of the durations
themselves, and a duration under FLOOR counts as FLOOR.
"""

import math
import struct
from collections.abc import Iterable, Mapping

STEP = 1.05
"""Width of a bin: 5 %."""
FLOOR = 0.1
"""Milliseconds; nothing shorter is told apart."""

Counts = dict[int, int]
"""How many durations per bin."""

_LOG_STEP = math.log(STEP)


def bin_of(milliseconds: float) -> int:
    """The bin of a duration."""
    if milliseconds <= FLOOR:
        return 0
    return math.ceil(math.log(milliseconds / FLOOR) / _LOG_STEP)


def middle(bin_: int) -> float:
    """The duration a bin answers with, in milliseconds."""
    return FLOOR if bin_ == 0 else FLOOR * STEP ** (bin_ - 0.5)


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The nearest-rank percentile in milliseconds (`share` in 0..1), None when nothing was counted."""
    rank = math.ceil(share * sum(counts.values()))
    seen = 0
    for bin_ in sorted(counts):
        seen += counts[bin_]
        if seen >= rank:
            return middle(bin_)
    return None


def add(total: Counts, more: Iterable[tuple[int, int]]) -> None:
    """Count (bin, number) pairs into `total`."""
    for bin_, number in more:
        total[bin_] = total.get(bin_, 0) + number


def pack(counts: Mapping[int, int]) -> bytes:
    """Pairs of unsigned 32-bit little-endian integers: bin, number, bin, number, …"""
    flat = [value for pair in counts.items() for value in pair]
    return struct.pack(f"<{len(flat)}I", *flat)


def unpack(packed: bytes) -> Iterable[tuple[int, int]]:
    """The pairs of `pack`."""
    return struct.iter_unpack("<II", packed)
