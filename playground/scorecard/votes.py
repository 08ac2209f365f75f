"""Votes between two answers as one scale: the Bradley-Terry model with a term for the side an answer stood on.

The log odds that the left answer wins are `strength(left) - strength(right) + side`. A tie, and "both bad", is half a
win for each, as the public arenas count it. A weak prior (each strength normal with a deviation of `PRIOR`) keeps a
model that won every vote finite. Intervals are of the usual kind for a maximum likelihood fit: estimate and inverse
information, robust against ties (the sandwich of White, 1982).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import t as student

from playground.scorecard.estimate import LEVEL, Estimate

Outcome = Literal["left", "right", "tie", "both bad"]

PRIOR = 5.0
"""Deviation of the prior in log odds: 5 is odds of 150 to 1, far outside what models differ by."""
SCALE = 400 / np.log(10)
"""Elo points per unit of log odds: 400 points are odds of 10 to 1."""
MIDDLE = 1000.0

WORTH: dict[Outcome, float] = {"left": 1.0, "right": 0.0, "tie": 0.5, "both bad": 0.5}
"""What an outcome is worth for the left one; for the right one it is what is missing to 1."""
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Vote:
    """Which model stood on which side, and who was preferred."""

    left: str
    right: str
    outcome: Outcome

    def worth(self, model: str) -> float:
        """What it is worth for one of the two: 1 a win, 0 a loss, a half else."""
        worth = WORTH[self.outcome]
        return worth if self.left == model else 1 - worth


@dataclass(frozen=True, slots=True)
class Standing:
    """One model's place: `rating` in Elo points around 1000, `best_rank` to `worst_rank` what its interval allows."""

    model: str
    rating: Estimate
    best_rank: int
    worst_rank: int
    wins: int
    losses: int
    ties: int


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """Best first. `left_share` is how often the left one of two equal answers wins; 0.5 is no bias of position."""

    standings: tuple[Standing, ...]
    left_share: Estimate


def leaderboard(votes: Sequence[Vote], level: float = LEVEL) -> Leaderboard | None:
    """The fit of all votes; None when there are none."""
    models = sorted({model for vote in votes for model in (vote.left, vote.right)})
    if not votes:
        return None
    design, worth = _design(votes, models)
    fitted = _fit(design, worth)
    covariance = _covariance(design, worth, fitted)
    reach = float(student.ppf((1 + level) / 2, _freedom(design)))
    centre = np.eye(len(models)) - 1 / len(models)
    strengths = centre @ fitted[:-1]
    spread = reach * np.sqrt(np.diag(centre @ covariance[:-1, :-1] @ centre.T))
    value, low, high = _logistic(fitted[-1] + reach * np.sqrt(covariance[-1, -1]) * np.array([0, -1, 1])).tolist()
    return Leaderboard(
        _standings(votes, models, MIDDLE + SCALE * strengths, SCALE * spread),
        Estimate(value, low, high, len(votes)),
    )


def _design(votes: Sequence[Vote], models: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One row per vote: +1 for the left model, -1 for the right one, 1 for the side."""
    place = {model: column for column, model in enumerate(models)}
    design = np.zeros((len(votes), len(models) + 1))
    for row, vote in enumerate(votes):
        design[row, place[vote.left]] += 1
        design[row, place[vote.right]] -= 1
    design[:, -1] = 1
    return design, np.array([WORTH[vote.outcome] for vote in votes])


def _fit(design: NDArray[np.float64], worth: NDArray[np.float64]) -> NDArray[np.float64]:
    """Newton's method; the objective is strictly concave, and halving a step that overshoots makes it converge."""
    fitted = np.zeros(design.shape[1])
    reached = _likelihood(design, worth, fitted)
    for _ in range(_STEPS):
        chance = _logistic(design @ fitted)
        gradient = design.T @ (worth - chance) - fitted / PRIOR**2
        step = np.linalg.solve(_information(design, chance), gradient)
        while (next_one := _likelihood(design, worth, fitted + step)) < reached and np.abs(step).max() > 1e-12:
            step /= 2
        fitted, reached = fitted + step, next_one
        if np.abs(step).max() < 1e-10:
            break
    return fitted


def _likelihood(design: NDArray[np.float64], worth: NDArray[np.float64], fitted: NDArray[np.float64]) -> float:
    odds = design @ fitted
    return float(worth @ odds - np.logaddexp(0, odds).sum() - (fitted @ fitted) / (2 * PRIOR**2))


def _information(design: NDArray[np.float64], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    information: NDArray[np.float64] = (design.T * (chance * (1 - chance))) @ design + np.eye(
        design.shape[1]
    ) / PRIOR**2
    return information


def _covariance(
    design: NDArray[np.float64], worth: NDArray[np.float64], fitted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """White's sandwich: what the votes scatter by, which for many ties is less than wins and losses alone would.

    Scaled up for the parameters that few votes pay for (MacKinnon and White's HC1, 1985).
    """
    chance = _logistic(design @ fitted)
    bread = np.linalg.inv(_information(design, chance))
    meat = (design.T * (worth - chance) ** 2) @ design + np.eye(design.shape[1]) / PRIOR**2
    covariance: NDArray[np.float64] = bread @ meat @ bread * (len(worth) / _freedom(design))
    return covariance


def _freedom(design: NDArray[np.float64]) -> int:
    """Votes less what is estimated from them: one strength is fixed by the others."""
    votes, terms = design.shape
    return int(max(1, votes - terms + 1))


def _logistic(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    chance: NDArray[np.float64] = expit(odds)
    return chance


def _standings(
    votes: Sequence[Vote], models: Sequence[str], ratings: NDArray[np.float64], reaches: NDArray[np.float64]
) -> tuple[Standing, ...]:
    lows, highs = ratings - reaches, ratings + reaches
    standings = []
    for column in np.argsort(-ratings):
        model = models[column]
        outcomes = [vote.worth(model) for vote in votes if model in (vote.left, vote.right)]
        standings.append(
            Standing(
                model=model,
                rating=Estimate(float(ratings[column]), float(lows[column]), float(highs[column]), len(outcomes)),
                best_rank=1 + int((lows > highs[column]).sum()),
                worst_rank=len(models) - int((highs < lows[column]).sum()),
                wins=outcomes.count(1.0),
                losses=outcomes.count(0.0),
                ties=outcomes.count(0.5),
            )
        )
    return tuple(standings)
