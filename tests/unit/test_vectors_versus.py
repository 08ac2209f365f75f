"""Two lists of hits side by side."""

from hypothesis import given
from hypothesis import strategies as st

from playground.vectors.versus import Shared, versus

IDS = st.lists(st.sampled_from("abcdefgh"), unique=True)


def test_what_both_found_and_what_only_one_did():
    found = versus(["a", "b", "c", "d"], ["c", "a", "x"])
    assert found.both == (Shared("a", 1, 2), Shared("c", 3, 1))
    assert [each.change for each in found.both] == [-1, 2]
    assert (found.only_first, found.only_second) == (("b", "d"), ("x",))
    assert found.depths == (0.0, 1 / 2, 2 / 3, 2 / 4)
    assert found.share == 2 / 4
    assert found.chance(40) == 0.1


def test_two_empty_lists_share_nothing():
    found = versus([], [])
    assert (found.share, found.k, found.depths, found.chance(0)) == (0.0, 0, (), 0.0)


@given(IDS, IDS)
def test_every_document_stands_in_one_place_and_the_last_depth_is_the_share(first: list[str], second: list[str]):
    found = versus(first, second)
    assert sorted([*(each.id for each in found.both), *found.only_first]) == sorted(first)
    assert sorted([*(each.id for each in found.both), *found.only_second]) == sorted(second)
    assert not found.depths or found.depths[-1] == found.share
    assert versus(second, first).share == found.share
