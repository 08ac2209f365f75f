"""Numbers of a run, in the field's terms."""

from playground.record import RunRecord

BURST_MS = 20.0
"""What arrives within this time came at once; its rate would say nothing about the model."""


def tokens_per_second(run: RunRecord) -> float | None:
    """Completion tokens over the time from first to last token; None unless the answer came as a stream.

    The first token is not counted: its time is TTFT's.
    """
    first, last, tokens = run.timings.first_token, run.timings.last_token, run.completion_tokens
    if first is None or last is None or last - first < BURST_MS or not tokens or tokens < 2:
        return None
    return (tokens - 1) / (last - first) * 1000


def real_time_factor(run: RunRecord, seconds: float | None = None) -> float | None:
    """Time of work over length of sound: below 1 is faster than listening. None where nobody knows how long it is.

    `seconds` is the length as it was measured here, for models that do not say.
    """
    data = (run.response or {}).get("data")
    length = (data.get("duration") if isinstance(data, dict) else None) or seconds
    return (run.timings.total - run.timings.started) / 1000 / length if length else None
