"""What is told of one answer each: who was first and cheapest, and nothing where that cannot be told."""

from playground.store.row import Glance
from playground.ui.compare.glance import firsts


def glance(ttft: float | None, total: float, cost: float | None, **fields: object) -> Glance:
    values = {"status": "done", "cached": False, "ttft_ms": ttft, "total_ms": total, "cost": cost} | fields
    rest = {name: None for name in Glance.__dataclass_fields__ if name not in values}
    return Glance(**values, **rest)


def test_the_first_and_the_cheapest_are_named():
    found = {"A": glance(200, 900, 0.002), "B": glance(100, 950, 0.002), "C": glance(None, 5000, 0.003)}
    assert firsts(found) == "First to start: **B** 0.10 s · First to end: **A** 0.90 s · Cheapest: **A and B** $0.0020"


def test_what_failed_or_came_from_the_cache_is_no_rival():
    found = {"A": glance(200, 900, None), "B": glance(1, 2, 0, cached=True), "C": glance(1, 2, 0, status="failed")}
    assert firsts(found) == ""
    assert firsts({"A": glance(5, 9, 0), "B": glance(7, 9, 0)}) == "First to start: **A** 5 ms", "no news where all are"
