"""After a login the page that was asked for, and never another's."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from playground.ui.wanted import COOKIE, Wanted
from tests.contract.serving import listening


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that redirects as Streamlit does."""

    def to_provider(_: Request) -> Response:
        return RedirectResponse("https://login.example.org", 302)

    def to_root(_: Request) -> Response:
        return RedirectResponse("/", 302)

    routes = [Route("/auth/login", to_provider), Route("/oauth2callback", to_root), Route("/auth/logout", to_root)]
    with listening(Starlette(routes=routes, middleware=[Middleware(Wanted)])) as url:
        yield url


def landed(address: str, referer: str) -> str:
    """Where somebody ends who logs in on that page; asked twice, for it is remembered once."""
    with httpx.Client(base_url=address, timeout=60) as client:
        begun = client.get("/auth/login", headers={"Referer": referer} if referer else {})
        assert begun.headers["location"] == "https://login.example.org"
        place = client.get("/oauth2callback").headers["location"]
        assert client.get("/oauth2callback").headers["location"] == "/"
        return place


@pytest.mark.parametrize("page", ["/settings", "/runs?run=a%20b&x=%C3%A9", "/base/plugins?plugin=one_1_0_0"])
def test_who_logs_in_lands_where_they_were(address, page):
    assert landed(address, f"{address}{page}") == page


@pytest.mark.parametrize("referer", ["", "https://example.org/settings", "{here}//example.org", "{here}/\\example.org"])
def test_nobody_is_led_elsewhere(address, referer):
    assert landed(address, referer.format(here=address)) == "/"


def test_a_planted_cookie_leads_nowhere(address):
    for planted in ("https%3A%2F%2Fexample.org", "%2F%2Fexample.org", "%2Fa%0D%0Ab"):
        with httpx.Client(base_url=address, cookies={COOKIE: planted}, timeout=60) as client:
            assert client.get("/oauth2callback").headers["location"] == "/"


def test_other_ways_are_left_alone(address):
    with httpx.Client(base_url=address, cookies={COOKIE: "%2Fsettings"}, timeout=60) as client:
        assert client.get("/auth/logout").headers["location"] == "/"
