"""Tokens a second: counted between the first and the last token, or not at all."""

import pytest

from playground.metrics import tokens_per_second
from playground.record import RunRecord, Timings


@pytest.mark.parametrize(
    ("first", "last", "tokens", "rate"),
    [
        (500.0, 1500.0, 101, 100.0),
        (500.0, 510.0, 101, None),  # one burst
        (500.0, 1500.0, 1, None),
        (500.0, 1500.0, None, None),
        (None, None, 101, None),
    ],
)
def test_rate(first, last, tokens, rate):
    timings = Timings(0.0, first, last, 2000.0)
    run = RunRecord("r", 0.0, "n", "page", "chat", "p", "m", "done", {}, timings=timings, completion_tokens=tokens)
    assert tokens_per_second(run) == rate
