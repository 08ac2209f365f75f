"""The page that every address leads to that is no page."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest


def test_it_says_what_is_wrong_and_names_the_page_that_was_meant(page: Callable[..., AppTest]) -> None:
    at = page("lost", address="/receipts", run="run_1")
    assert "`/receipts` is the address of no page" in at.markdown[0].value
    link = at.get("page_link")[0].proto
    assert (link.page, link.query_string) == ("receipt", "run=run_1")


def test_without_a_likeness_it_leads_to_the_beginning(page: Callable[..., AppTest]) -> None:
    at = page("lost")
    assert not at.exception
    assert "names no page" in at.markdown[0].value
    assert at.get("page_link")[0].proto.page == ""
