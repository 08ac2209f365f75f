"""The watch: its bounds hold, its alarm rings when it should and seldom otherwise."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.cache.watch import Audits


def watched(seed: int, requests: int, error: float, delta: float, audit: float = 0.1, served: float = 0.6) -> Audits:
    """A stream in which a share is served, and a share of all requests would be answered wrongly."""
    die, audits = random.Random(seed), Audits()
    for _ in range(requests):
        audits.met(delta)
        if die.random() < served and die.random() < audit:
            audits.judged(audit, right=die.random() >= error / served / (1 - audit))
    return audits


def test_nothing_is_known_before_the_first_request():
    watch = Audits().watch(1.0, 37, 200)
    assert (watch.estimate, watch.lower, watch.upper, watch.allowed) == (None, None, None, None)
    assert (watch.labels, watch.needed, watch.careful) == (37, 200, False)


@given(st.integers(0, 10_000), st.sampled_from([0.002, 0.02, 0.1]), st.sampled_from([0.03, 0.2]))
@settings(max_examples=10, derandomize=True)
def test_the_bounds_hold_the_truth(seed: int, error: float, audit: float):
    """At most one in ten streams may leave them; these ten do not."""
    estimate, lower, upper = watched(seed, 2000, error, 0.02, audit).bounds()
    assert lower <= error <= upper
    assert 0 <= lower <= upper <= 1
    assert lower <= estimate <= upper


def test_the_estimate_is_not_biased():
    """Mean over 60 streams against the truth, four standard errors wide."""
    found = [watched(seed, 300, 0.03, 0.02).bounds()[0] for seed in range(60)]
    mean = sum(found) / len(found)
    spread = (sum((one - mean) ** 2 for one in found) / len(found)) ** 0.5
    assert mean == pytest.approx(0.03, abs=4 * spread / 60**0.5)


def test_bounds_narrow_with_requests():
    few, many = watched(1, 500, 0.01, 0.02).bounds(), watched(1, 8000, 0.01, 0.02).bounds()
    assert many[2] - many[1] < 0.4 * (few[2] - few[1])


@pytest.mark.parametrize("seed", range(5))
def test_the_alarm_rings_when_the_error_is_above_delta(seed: int):
    assert watched(seed, 3000, 0.06, 0.02).evidence > 1
    assert any(watched(seed, n, 0.06, 0.02).careful for n in (1000, 2000, 3000))


@pytest.mark.parametrize("seed", range(5))
def test_the_alarm_is_silent_while_the_error_is_below_delta(seed: int):
    assert not watched(seed, 3000, 0.01, 0.02).careful


def test_carefulness_ends_when_the_evidence_is_gone():
    audits = Audits()
    while not audits.careful:
        audits.met(0.02)
        audits.judged(0.05, right=False)
    for _ in range(5_000):
        audits.met(0.1)
    assert not audits.careful


def test_a_right_verdict_is_no_evidence_of_error():
    audits = watched(3, 300, 0.02, 0.02)
    before = audits.state()
    audits.judged(0.05, right=True)
    changed = {name for name, value in audits.state().items() if value != before[name]}
    assert changed == {"audited"}


def test_the_sums_survive_json():
    audits, again = watched(5, 1000, 0.05, 0.02), Audits()
    again.restore(json.loads(json.dumps(audits.state())))
    assert again.watch(1.0, 0, 0) == audits.watch(1.0, 0, 0)
