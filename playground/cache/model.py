"""The pooled model of right and wrong: ridge logistic regression, calibrated on what it had not seen.

P(right | x) = sigmoid(b'x~), x~ the features, standardised and clipped, with a constant. b maximises
sum_i w_i log P(y_i | x_i) - r/2 |b - b0|^2 over the last labels, by Newton's method with backtracking: plain Newton
oscillates once audits carry weights. b0 is 0 but for the alarms (`features`), which are not standardised and cost
3.5 at first: what was never seen to be harmless is not. What it predicts is then put right by two numbers (Platt 1999),
P = sigmoid(c + d s) with s = b'x~, fitted on the scores that labels had *before* the model saw them, held near c = 0,
d = 1 by a prior. The upper bound of the chance of an error takes the score down by `z` standard deviations,
sd^2 = x~' H^-1 x~ with H the negative Hessian at the optimum (Laplace's approximation).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RIDGE = 1.0
SCEPTICISM = -3.5
"""Log-odds of right that an alarm costs before labels say otherwise …"""
_STUBBORN = 2.0  # … against this precision
LEAST_SCALE = 0.05
CLIP = 3.0
_STEPS = 25
_CALIBRATION_PRIOR = np.diag([4.0, 20.0])  # precision around (0, 1)


@dataclass(frozen=True, slots=True)
class Model:
    """One fit of d features: `mean`, `scale` (d,), `weights` (d + 1,), `covariance` of those, `calibration` (2,)."""

    mean: Floats
    scale: Floats
    weights: Floats
    covariance: Floats
    calibration: Floats

    def scores(self, features: Floats) -> tuple[Floats, Floats]:
        """Uncalibrated log-odds of right, and their standard deviations; (n,) each for (n, d) features."""
        x = design(features, self.mean, self.scale)
        return x @ self.weights, np.sqrt(((x @ self.covariance) * x).sum(axis=1))

    def chances(self, features: Floats, z: float) -> Floats:
        """Upper bounds of the chance of an error, (n,), for (n, d) features."""
        score, deviation = self.scores(features)
        start, slope = self.calibration
        return sigmoid(-(start + slope * (score - z * deviation)))

    def state(self) -> dict[str, list[Any]]:
        """The fit as JSON."""
        return {name: getattr(self, name).tolist() for name in self.__slots__}

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "Model":
        """The fit that `state` was taken from."""
        return cls(*(np.asarray(state[name], float) for name in cls.__slots__))


def fit(features: Floats, right: Floats, weights: Floats, before: Floats, alarms: int = 0) -> Model:
    """Fit on labels: `features` (n, d), `right` 0 or 1, `weights` and `before` (n,).

    `before` is the score each label had before any model saw it, NaN where there was none; the last `alarms` features
    are alarms.
    """
    usual = features.shape[1] - alarms
    mean = np.average(features, axis=0, weights=weights)
    scale = np.maximum(np.sqrt(np.average((features - mean) ** 2, axis=0, weights=weights)), LEAST_SCALE)
    mean[usual:], scale[usual:] = 0.0, 1.0
    x = design(features, mean, scale)
    precision = np.diag([0.01] + [RIDGE] * usual + [_STUBBORN] * alarms)
    centre = np.zeros(x.shape[1])
    centre[1 + usual :] = SCEPTICISM
    found, hessian = newton(x, right, weights, precision, centre)
    known = ~np.isnan(before)
    covariance = np.asarray(np.linalg.inv(hessian), np.float64)
    return Model(mean, scale, found, covariance, _calibrate(before[known], right[known], weights[known]))


def design(features: Floats, mean: Floats, scale: Floats) -> Floats:
    """Standardised, clipped, with a leading column of ones."""
    x = np.ones((len(features), features.shape[1] + 1))
    x[:, 1:] = np.clip((features - mean) / scale, -CLIP, CLIP)
    return x


def newton(x: Floats, y: Floats, weights: Floats, precision: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """The maximum of the penalised log-likelihood and the negative Hessian there.

    Every step is halved until the objective does not get worse, so the objective never does.
    """

    def loss(b: Floats) -> float:
        eta = x @ b
        away = b - centre
        return float(weights @ (np.logaddexp(0, eta) - y * eta) + away @ precision @ away / 2)

    b = centre.copy()
    now = loss(b)
    for _ in range(_STEPS):
        p = sigmoid(x @ b)
        hessian = (x * (weights * p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(hessian, x.T @ (weights * (y - p)) - precision @ (b - centre))
        size = 1.0
        while (then := loss(b + size * step)) > now and size > 1e-6:
            size /= 2
        if then > now:
            break
        b, gain, now = b + size * step, now - then, then
        if gain < 1e-7 * (1 + abs(now)):
            break
    return b, hessian


def sigmoid(value: Floats) -> Floats:
    """1 / (1 + exp(-value)), without overflow."""
    return 0.5 * (1 + np.tanh(value / 2))


def _calibrate(scores: Floats, right: Floats, weights: Floats) -> Floats:
    x = np.column_stack([np.ones(len(scores)), scores])
    return newton(x, right, weights, _CALIBRATION_PRIOR, np.array([0.0, 1.0]))[0]
