"""The pooled model: it finds the maximum, stays finite, and its chances come true."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.cache.model import Model, fit, newton, sigmoid

SEEDS = st.integers(0, 2**32 - 1)


def simulated(seed: int, n: int = 300, d: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Features, labels drawn by a logistic law, weights as audits make them, and the true log-odds."""
    die = np.random.default_rng(seed)
    x = die.normal(size=(n, d)) * die.uniform(0.1, 10, d)
    eta = x @ (die.normal(size=d) / x.std(axis=0)) + die.normal()
    right = (die.random(n) < sigmoid(eta)).astype(float)
    return x, right, die.uniform(1, 5, n), eta


@given(SEEDS)
@settings(max_examples=8)
def test_newton_ends_where_the_gradient_is_zero(seed: int):
    x, y, w, _ = simulated(seed)
    precision, centre = np.eye(3), np.zeros(3)
    x = x / x.std(axis=0)
    b, hessian = newton(x, y, w, precision, centre)
    gradient = x.T @ (w * (y - sigmoid(x @ b))) - b
    assert np.abs(gradient).max() < 0.05 * np.sqrt(w.sum())
    assert np.linalg.eigvalsh(hessian).min() > 0


@given(SEEDS, st.sampled_from([0.0, 1.0]))
@settings(max_examples=8)
def test_labels_that_can_be_separated_give_a_finite_fit(seed: int, label: float):
    die = np.random.default_rng(seed)
    x = die.normal(size=(50, 2))
    y = (x[:, 0] > 0).astype(float) if seed % 2 else np.full(50, label)
    model = fit(x, y, np.full(50, 5.0), np.full(50, np.nan))
    chances = model.chances(x, 1.0)
    assert np.isfinite(chances).all()
    assert ((chances > 0) & (chances < 1)).all()


@given(SEEDS)
@settings(max_examples=8)
def test_chances_come_true(seed: int):
    """Among new requests like the labels, errors are as many as are predicted, within four standard deviations."""
    x, right, _, _ = simulated(seed, n=1500)
    half = slice(0, 750), slice(750, None)
    model = fit(x[half[0]], right[half[0]], np.ones(750), np.full(750, np.nan))
    p = model.chances(x[half[1]], 0.0)
    wrong = 1 - right[half[1]]
    assert abs(wrong.sum() - p.sum()) < 4 * np.sqrt((p * (1 - p)).sum()) + 0.04 * len(p)


@given(SEEDS, st.floats(0, 3), st.floats(0, 3))
@settings(max_examples=8)
def test_more_doubt_is_more_chance_of_error(seed: int, z: float, more: float):
    x, right, weights, _ = simulated(seed, n=100)
    model = fit(x, right, weights, np.full(100, np.nan))
    assert (model.chances(x, z + more) >= model.chances(x, z) - 1e-12).all()


def test_what_was_seen_before_the_fit_corrects_it():
    """Scores that promised too much make later chances of error larger."""
    x, right, weights, eta = simulated(1, n=600)
    honest = fit(x, right, weights, eta)
    boasted = fit(x, right, weights, 4 * eta)
    sure = eta > 2
    assert boasted.chances(x[sure], 0.0).mean() > 2 * honest.chances(x[sure], 0.0).mean()


def test_constant_features_do_no_harm():
    x, right, weights, _ = simulated(2)
    x[:, 1] = 7.0
    model = fit(x, right, weights, np.full(len(x), np.nan))
    assert np.isfinite(model.chances(x, 1.0)).all()


def test_a_model_survives_json():
    x, right, weights, eta = simulated(3)
    model = fit(x, right, weights, eta)
    again = Model.of(json.loads(json.dumps(model.state())))
    assert again.chances(x, 1.0) == pytest.approx(model.chances(x, 1.0), abs=0)


def test_sigmoid_does_not_overflow():
    assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


def test_an_alarm_costs_until_labels_say_otherwise():
    """The last feature is an alarm: one never seen makes an error likely, one seen to be harmless hardly does."""
    die = np.random.default_rng(0)
    right = (die.random(400) < 0.95).astype(float)

    def alarmed(share: float) -> float:
        x = np.column_stack([die.normal(size=400), die.random(400) < share])
        model = fit(x, right, np.ones(400), np.full(400, np.nan), alarms=1)
        return float(model.chances(np.array([[0.0, 1.0]]), 0.0)[0])

    assert alarmed(0.0) > 0.5
    assert alarmed(0.5) < 0.12
