"""Tokens a second, counted between the first and the last token or not at all; work over length of sound."""

import pytest

from playground.metrics import real_time_factor, tokens_per_second
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


@pytest.mark.parametrize(
    ("data", "measured", "factor"),
    [
        ({"text": "a", "duration": 10.0}, None, 0.2),
        ({"text": "a", "duration": 10.0}, 99.0, 0.2),  # what the model says goes before
        ({"text": "a", "duration": None}, 4.0, 0.5),
        ({"text": "a"}, None, None),
    ],
)
def test_real_time_factor_is_work_over_sound(data, measured, factor):
    timings = Timings(started=500.0, total=2500.0)
    response = {"data": data}
    run = RunRecord("r", 0.0, "n", "page", "transcription", "p", "m", "done", {}, response=response, timings=timings)
    assert real_time_factor(run, measured) == factor
