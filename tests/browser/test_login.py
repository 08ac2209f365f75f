"""Pages behind a login: an OpenID provider on loopback, who is let in, who is not, and out again."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import settled, start_app, stop_app
from tests.oidc import SECRET, provider, section


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    with provider(email="ada@example.org", email_verified=True) as known:
        (folder / ".streamlit").mkdir()
        (folder / ".streamlit" / "secrets.toml").write_text(section(known.url))
        app = start_app(folder, PLAYGROUND_LOGIN_ALLOW="@example.org", PLAYGROUND_API_KEYS="key-of-the-login-test")
        yield app, known
        stop_app(app)


def test_in_and_out_again(guarded, visit):
    app, known = guarded
    page = visit(f"{app.url}/settings")
    expect(page.get_by_text("Please log in to go on.")).to_be_visible()
    expect(page.get_by_text("Settings")).to_have_count(0)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("ada@example.org")).to_be_visible()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()  # the page that was asked for
    settled(page)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("Please log in to go on.")).to_be_visible()

    known.user = {"email": "eve@example.com", "email_verified": True}
    settled(page).get_by_role("button", name="Log in").click()
    expect(page.get_by_text("eve@example.com may not see these pages.")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)


def test_the_api_keeps_its_keys(guarded):
    app, _ = guarded
    assert httpx.get(f"{app.url}/v1/runs", timeout=60).status_code == 401
    key = {"Authorization": "Bearer key-of-the-login-test"}
    assert httpx.get(f"{app.url}/v1/runs", headers=key, timeout=60).status_code == 200
    assert SECRET not in app.log.read_text()
