"""The words and charts of the cache: every decision has a chip, shares and ages read as people say them."""

import math
import re
from typing import get_args

import pytest

from playground.cache.decision import Status
from playground.cache.watch import Audits, Watch
from playground.ui.cache import figures
from playground.ui.cache.standing import careful_line, error_line
from playground.ui.cache.words import CHIPS, age, chip, in_a_hundred, percent


def test_every_status_has_a_chip_of_its_own_word_and_icon() -> None:
    assert {*get_args(Status), "off"} <= set(CHIPS)
    assert len({each.word for each in CHIPS.values()}) == len({each.icon for each in CHIPS.values()}) == len(CHIPS)
    assert all(each.meaning for each in CHIPS.values())
    assert chip("hit").badge == ":green-badge[:material/bolt: Hit]"


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0%"),
        (0.0004, "under 0.1%"),
        (0.0042, "0.42%"),
        (0.005, "0.5%"),
        (0.016, "1.6%"),
        (0.02, "2%"),
        (0.37, "37%"),
        (1, "100%"),
    ],
)
def test_shares(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(("delta", "said"), [(0.02, "2 in 100"), (0.005, "5 in 1,000"), (0.0, "0 in 100")])
def test_limits_are_counts(delta: float, said: str) -> None:
    assert in_a_hundred(delta) == said


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, "just now"), (60, "1 minute ago"), (7300, "2 hours ago"), (86400 * 12, "12 days ago")]
)
def test_ages(seconds: float, said: str) -> None:
    assert age(seconds) == said


def test_the_band_reaches_from_the_lowest_to_the_highest() -> None:
    option = figures.band(["1", "2"], [None, 0.01], [None, 0.02], [None, 0.05], [0.02, 0.02])
    series = {each["name"]: each for each in option["series"]}
    assert series["lowest"]["data"][0] is None
    top = series["lowest"]["data"][1] + series["interval"]["data"][1]
    assert math.isclose(top, 5.0)
    assert series["limit"]["data"] == [2.0, 2.0]
    assert series["limit"]["lineStyle"]["type"] == "dashed"


def test_decisions_that_never_occurred_are_left_out() -> None:
    option = figures.decisions(["1", "2"], {"miss": [3, 1], "hit": [0, 2], "audited": [0, 0]})
    assert [(each["name"], each["data"]) for each in option["series"]] == [("Hit", [0, 2]), ("Miss", [3, 1])]
    assert option["legend"]["data"] == ["Hit", "Miss"]


def watched(*audits: bool) -> Watch:
    """The watch after a hit for each audit, every one of them audited with a probability of 0.1."""
    found = Audits()
    for right in audits:
        found.met(0.02)
        found.served += 1
        found.judged(0.1, right)
    return found.watch(1.0, 250, 200)


def test_before_the_first_hit_nothing_is_said_of_the_error() -> None:
    assert "no similar prompt was answered" in error_line(watched())


def test_the_error_stands_beside_the_limit() -> None:
    good = error_line(watched(*[True] * 500))
    assert re.fullmatch(r":green.*\*\*Error 0%\*\*, the limit is 2%; surely between 0% and \d+%, by 500 checks\.", good)
    assert error_line(watched(*[True] * 10, False)).startswith(":orange[:material/warning:]")


def test_a_careful_cache_says_why() -> None:
    watch = watched(*[False] * 30)
    assert watch.careful
    assert "Checks found 30 wrong of 30" in careful_line(watch)
