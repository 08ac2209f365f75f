"""Pages behind a login, without a provider: who is let in, who is not, what a newcomer sees."""

import pytest
from streamlit.testing.v1 import AppTest

from playground.settings import Settings
from playground.ui.gate import admitted
from tests.pages.conftest import ROOT

LOGIN = {"auth": {"redirect_uri": "http://127.0.0.1/oauth2callback", "okta": {"client_id": "x"}, "github": {}}}


@pytest.fixture
def settings_page(core):
    """Opens the Settings page as a user with these claims, where a login is set up."""

    def open_page(**user):
        at = AppTest.from_file(str(ROOT / "pages" / "menu.py"), default_timeout=30)
        at.user, at.secrets = user, LOGIN
        return at.switch_page("settings.py").run()

    return open_page


@pytest.mark.parametrize(
    ("claims", "allow", "may"),
    [
        ({"email": "Ada@Example.org"}, ["ada@example.org"], True),
        ({"email": "ada@example.org", "email_verified": True}, ["@example.org"], True),
        ({"email": "ada@sub.example.org"}, ["@example.org"], False),
        ({"email": "ada@example.org.evil.net"}, ["@example.org"], False),
        ({"email": "ada@example.org@evil.net"}, ["@example.org", "ada@example.org"], False),
        ({"email": "ada@example.org", "email_verified": False}, ["ada@example.org"], False),
        ({"email": "ada@example.org"}, ["example.org"], False),
        ({"email": ""}, ["@"], False),
        ({"email": None}, ["none"], False),
        ({}, ["@example.org"], False),
        ({}, ["*"], True),
        ({"email": "ada@example.org"}, [], False),
    ],
)
def test_who_may(claims, allow, may):
    assert admitted(claims, allow) is may


def test_the_setting_is_read_in_lower_case():
    assert Settings.of({"PLAYGROUND_LOGIN_ALLOW": "Ada@x.org, @Y.org,"}).login_allow == {"ada@x.org", "@y.org"}


def test_who_is_not_logged_in_sees_the_way_in_and_nothing_else(settings_page):
    at = settings_page(is_logged_in=False)
    assert [button.label for button in at.button] == ["Log in with okta"]
    assert "Please log in to go on." in [each.value for each in at.markdown]
    assert not at.title
    assert not at.tabs


def test_who_is_not_invited_is_told_and_can_go(settings_page, environment):
    environment(PLAYGROUND_LOGIN_ALLOW="ada@example.org")
    at = settings_page(is_logged_in=True, email="eve@example.org")
    assert "`eve@example.org` may not see these pages." in at.markdown[1].value
    assert [button.key for button in at.button] == ["gate_out"]
    assert not at.tabs


def test_who_is_invited_sees_the_page_and_the_way_out(settings_page, environment):
    environment(PLAYGROUND_LOGIN_ALLOW="@example.org")
    at = settings_page(is_logged_in=True, email="ada@example.org")
    assert [each.value for each in at.title] == ["Settings"]
    assert [each.value for each in at.sidebar.text] == ["ada@example.org"]
    assert at.sidebar.button(key="gate_out").label == "Log out"
