"""Counts as people read them."""

from playground.units import counted


def test_one_is_not_many():
    assert [counted(count, "token") for count in (0, 1, 1200)] == ["0 tokens", "1 token", "1,200 tokens"]
    assert [counted(count, "entry", "entries") for count in (1, 2)] == ["1 entry", "2 entries"]
