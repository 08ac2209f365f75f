"""How often the interval of shared neighbours holds the truth, over items, neighbours, dimensions and agreement.

    python -m tests.bench.overlap [--samples 400] [--items 40 60 100 300 1000] [--shapes ball topics]

Each sample is new items, made up: one cloud, or eight topics apart from each other. The second model sees the first's
vectors with noise. The truth is the mean of all samples, so it carries their error too; with 400 samples a coverage is
known to about 1.1 % (one standard deviation). Printed beside it: what as-if-independent shares would hold.
"""

import argparse
import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from playground.neighbours import nearest
from playground.scorecard.estimate import Estimate
from playground.scorecard.overlap import needed, reach, shared

KS = (1, 3, 5, 10, 20)
DIMENSIONS = (4, 16, 128)
NOISES = {"strong": 0.1, "half": 0.5, "weak": 2.0}
Vectors = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=400)
    parser.add_argument("--items", nargs="*", type=int, default=[40, 60, 100, 300, 1000])
    parser.add_argument("--shapes", nargs="*", default=["ball", "topics"])
    asked = parser.parse_args()
    every: list[float] = []
    for n, shape, d, noise in product(asked.items, asked.shapes, DIMENSIONS, NOISES):
        for k, found in study(n, shape, d, NOISES[noise], asked.samples).items():
            truth = float(np.mean([share.value for share, _ in found]))
            held = [share.low <= truth <= share.high for share, _ in found]
            naive = [abs(share.value - truth) <= 1.96 * alone for share, alone in found]
            every.append(float(np.mean(held)))
            print(
                f"{n:5} items, {shape:6} of {d:3} dimensions, {noise:6}, k {k:2}: {truth:.3f} "
                f"held in {every[-1]:.1%}, as if independent {np.mean(naive):.1%}",
                flush=True,
            )
    low, high = np.quantile(every, (0.05, 0.95))
    print(f"\n{len(every)} settings: mean {np.mean(every):.1%}, 90 % of them {low:.1%} to {high:.1%}, ", end="")
    print(
        f"all {min(every):.1%} to {max(every):.1%}; {np.mean([0.93 <= each <= 0.97 for each in every]):.0%} in 93 to 97"
    )


def study(n: int, shape: str, d: int, noise: float, samples: int) -> dict[int, list[tuple[Estimate, float]]]:
    """For each k that has an interval, and each sample: the estimate, and the error of independent shares."""
    rng = np.random.default_rng([n, d, shape == "topics", int(noise * 10)])
    ks = [k for k in KS if n >= needed(k)]
    found: dict[int, list[tuple[Estimate, float]]] = {k: [] for k in ks}
    for _ in range(samples):
        first, second = drawn(rng, n, shape, d, noise)
        lists = [nearest(each, reach(max(ks))).indices for each in (first, second)]
        for k in ks:
            made = shared(*lists, k)
            found[k].append((made.share, float(np.std(made.shares, ddof=1)) / math.sqrt(n)))
    return found


def drawn(rng: np.random.Generator, n: int, shape: str, d: int, noise: float) -> tuple[Vectors, Vectors]:
    """Items as two models see them."""
    items = rng.normal(size=(n, d))
    if shape == "topics":
        centres = np.random.default_rng(7).normal(size=(8, d)) * 1.5
        items = centres[rng.integers(8, size=n)] + 0.6 * items
    return items.astype(np.float32), (items + noise * rng.normal(size=(n, d))).astype(np.float32)


if __name__ == "__main__":
    main()
