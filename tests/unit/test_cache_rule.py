"""The rule and the budget: no more is risked than delta allows."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.cache.budget import WINDOW, Budget
from playground.cache.rule import CAREFUL, average, ceiling, per_request, threshold

CHANCES = st.lists(st.one_of(st.floats(1e-6, 1), st.just(np.inf)), max_size=60).map(np.array)
CHANCE = st.floats(1e-6, 1)
DELTA = st.floats(0.001, 0.2)


@given(CHANCES, st.floats(0, 0.3))
@settings(max_examples=20)
def test_the_threshold_is_the_largest_that_stays_in_the_budget(chances: np.ndarray, budget: float):
    found = threshold(chances, budget)
    spent = chances[chances <= found].sum()
    distinct = len(set(chances.tolist())) == len(chances)
    if distinct:
        assert spent <= budget * len(chances) * (1 + 1e-9)
        above = chances[np.isfinite(chances) & (chances > found)]
        assert not len(above) or spent + above.min() > budget * len(chances) * (1 - 1e-9)


def test_an_empty_window_allows_nothing():
    assert threshold(np.array([]), 1.0) == threshold(np.array([np.inf]), 1.0) == 0


@given(CHANCE, DELTA, st.floats(0, 1), st.booleans())
@settings(max_examples=20)
def test_average_serves_below_the_threshold_and_the_ceiling_only(chance, delta, allowed, careful):
    ruling = average(chance, delta, allowed, careful)
    assert (ruling.status == "hit") == (chance <= min(allowed, ceiling(delta)))
    assert ruling.audit == 1 if ruling.status != "hit" else 0.03 <= ruling.audit <= 0.5
    assert (ruling.status == "miss") == (ruling.status != "hit" and chance > 0.5)


@given(CHANCE, DELTA, st.floats(0.5, 4), st.booleans())
@settings(max_examples=20)
def test_per_request_risks_at_most_delta_each_time(chance, delta, rho, careful):
    ruling = per_request(chance, delta, rho, careful)
    serve = 1 - ruling.audit
    assert serve * chance * rho <= 0.9 * delta * (CAREFUL if careful else 1) + 1e-12
    assert serve <= 0.97
    assert serve == 0 or chance <= ceiling(delta)


@given(CHANCE, DELTA, st.floats(0.5, 4), st.booleans())
@settings(max_examples=20)
def test_a_careful_cache_checks_more_and_serves_less(chance, delta, rho, careful):
    assert average(chance, delta, 1.0, True).audit >= average(chance, delta, 1.0, False).audit
    assert per_request(chance, delta, rho, True).audit >= per_request(chance, delta, rho, False).audit


@given(st.lists(CHANCE, min_size=1, max_size=100), DELTA)
@settings(max_examples=20)
def test_what_the_budget_allows_fits_into_delta(chances: list[float], delta: float):
    """Served by its own threshold, the requests seen so far would have cost delta at most, all bonuses included."""
    budget = Budget(1)
    for chance in chances:
        budget.meet((0.0,), chance, delta)
    allowed = budget.allowed(delta, 1.0)
    served = sum(chance for chance in chances if chance < allowed)
    assert served <= delta * 0.9 * 1.3 * len(chances) + 1e-9


def test_unspent_budget_carries_over_and_is_used_up():
    budget = Budget(1)
    for _ in range(WINDOW):
        budget.meet((0.0,), 0.02, 0.02)
    assert budget.allowed(0.02, 1.0) == 1.0, "0.9 of delta and the bonus cover all of them"
    for _ in range(WINDOW):
        budget.meet((0.0,), 0.02, 0.02)
        budget.spend(0.02)
        budget.spend(0.02)
    assert budget.allowed(0.02, 1.0) < 0.02 + 1e-9, "nothing is left over, so the share served shrinks"
    assert budget.allowed(0.02, 1.0) < 1


def test_what_could_not_be_served_earns_and_takes_nothing_from_the_others():
    budget = Budget(1)
    for row in [(0.0,), None] * 100:
        budget.meet(row, 0.03, 0.02)
    assert budget.allowed(0.02, 1.0) == 1.0, "half of them cost 0.015 a request; all would cost 0.03"


def test_audits_move_rho_both_ways_within_limits():
    budget = Budget(1)
    assert budget.rho == 1
    for _ in range(50):
        budget.audited(0.01, 30.0, right=False)
    assert budget.rho == 4
    for _ in range(2000):
        budget.audited(0.2, 30.0, right=True)
    assert budget.rho == 0.33


def test_errors_found_by_audits_lower_what_is_allowed():
    def allowed(errors: int) -> float:
        budget = Budget(1)
        for number in range(1000):
            budget.meet((0.0,), number / 1000, 0.02)
        for _ in range(errors):
            budget.audited(0.02, 20.0, right=False)
        return budget.allowed(0.02, 1.0)

    assert allowed(3) < allowed(0)


def test_the_ledger_survives_json():
    budget, again = Budget(1), Budget(1)
    budget.meet((0.0,), 0.1, 0.02)
    budget.spend(0.1)
    budget.audited(0.1, 9.0, right=False)
    again.restore(json.loads(json.dumps(budget.state())))
    assert (again.state(), again.rho) == (budget.state(), pytest.approx(budget.rho))
