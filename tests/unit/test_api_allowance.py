"""The rate limit: a bucket per key that fills evenly."""

import pytest

from playground.api.allowance import Allowance


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_burst_then_a_steady_rate(clock):
    allowance = Allowance(6, clock)
    assert [allowance.take("a").remaining for _ in range(6)] == [5, 4, 3, 2, 1, 0]
    refused = allowance.take("a")
    assert refused.wait == pytest.approx(10)
    clock.now += 9.9
    assert allowance.take("a").wait == pytest.approx(0.1)
    clock.now += 0.2
    assert allowance.take("a").wait == 0
    assert allowance.take("a").wait > 0


def test_each_key_has_its_own(clock):
    allowance = Allowance(1, clock)
    assert allowance.take("a").wait == 0
    assert allowance.take("a").wait > 0
    assert allowance.take("b").wait == 0


def test_it_never_holds_more_than_a_minute(clock):
    allowance = Allowance(3, clock)
    allowance.take("a")
    clock.now += 3600
    assert allowance.take("a").remaining == 2


def test_less_than_one_a_minute_still_lets_the_first_in(clock):
    allowance = Allowance(0.5, clock)
    assert allowance.take("a").wait == 0
    assert allowance.take("a").wait == pytest.approx(120)


def test_zero_is_no_limit(clock):
    assert Allowance(0, clock).take("a") is None


def test_headers_are_whole_numbers(clock):
    headers = Allowance(7, clock).take("a").headers()
    assert set(headers) == {
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-RateLimit-Window",
    }
    assert all(value.isdigit() for value in headers.values())
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("7", "6")
