"""The Settings page: who is ready, where keys come from, a test that really asks, the API's key behind a click."""

import pytest

from playground.api.keys import api_key, masked
from playground.ui.about import megabytes, size
from tests.postgres import PASSWORD, QUOTED
from tests.replay import Answer

KEY = "sk-settings-test-0123456789"
LIST = Answer.json({"object": "list", "data": [{"id": "gpt-6-luna"}, {"id": "gpt-6-mini"}]})
REFUSED = Answer.json({"error": {"message": f"Incorrect API key provided: {KEY}"}}, 401)


def texts(at) -> str:
    """Everything that stands on the page."""
    parts = [element.value for kind in (at.markdown, at.caption, at.code, at.subheader, at.title) for element in kind]
    tables = [element.value.to_string(index=False) for element in at.table]
    return "\n".join(map(str, [*parts, *tables, *(box.label for box in at.expander)]))


@pytest.fixture
def openai(environment, replay):
    environment(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    return replay


def test_a_newcomer_sees_what_works_and_how_to_add_the_rest(page):
    at = page("settings")
    assert not at.exception
    said = texts(at)
    assert "**This machine**" in said
    assert "**OpenAI** :gray[· needs a key]" in said
    assert 'export OPENAI_API_KEY="…"' in said
    assert 'OPENAI_API_KEY = "…"' in said
    assert "(https://platform.openai.com/api-keys)" in said
    assert 'PLAYGROUND_COMPATIBLE_LAB_BASE_URL = "http://127.0.0.1:8000/v1"' in said
    assert not [button for button in at.button if button.key == "settings_test_local"]


def test_where_a_key_comes_from_and_never_the_key(page, openai):
    at = page("settings")
    said = texts(at)
    assert f"`OPENAI_API_KEY` from the environment · `{openai.url}/v1`" in said
    assert KEY not in said
    assert openai.requests == []


def test_a_key_from_the_secrets_file(page, environment, tmp_path, monkeypatch):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(f'ANTHROPIC_API_KEY = "{KEY}"\n')
    monkeypatch.chdir(tmp_path)
    said = texts(page("settings"))
    assert "`ANTHROPIC_API_KEY` from `secrets.toml`" in said
    assert KEY not in said


def test_a_key_that_works(page, openai):
    openai.on("GET", "/v1/models", LIST)
    at = page("settings").button(key="settings_test_openai").click().run()
    assert "**The key works.**] 2 models listed in" in texts(at)
    assert openai.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    asked = len(openai.requests)
    at.button(key="settings_test_openai").click().run()
    assert len(openai.requests) == asked + 1


def test_a_key_that_does_not(page, openai):
    openai.on("GET", "/v1/models", REFUSED)
    said = texts(page("settings").button(key="settings_test_openai").click().run())
    assert "**The key was not accepted.**" in said
    assert "Correct `OPENAI_API_KEY` and start the playground again." in said
    assert KEY not in said


def test_a_server_that_fails(page, openai):
    openai.on("GET", "/v1/models", Answer(502, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>"))
    said = texts(page("settings").button(key="settings_test_openai").click().run())
    assert "**It did not answer as it should.**" in said
    assert "502" in said


def test_a_server_of_ones_own(page, environment, replay):
    environment(PLAYGROUND_COMPATIBLE_LAB_BASE_URL=f"{replay.url}/v1")
    replay.on("GET", "/v1/models", LIST)
    at = page("settings")
    assert f"No key needed · `{replay.url}/v1`" in texts(at)
    assert "**It answers.**" in texts(at.button(key="settings_test_lab").click().run())


def test_the_api_key_is_shown_on_demand_only(page, core):
    at = page("settings")
    key, where = api_key(core().settings)
    assert key[0] not in texts(at)
    assert where in texts(at)
    assert f'export PLAYGROUND_API_KEY="$(cat {where})"' in texts(at)
    at.toggle(key="settings_show_key").set_value(True).run()
    assert key[0] in [element.value for element in at.code]
    assert f"export PLAYGROUND_API_KEY={key[0]}" in texts(at)
    at.toggle(key="settings_show_key").set_value(False).run()
    assert key[0] not in texts(at)


def test_configured_keys_are_counted_and_masked(page, environment):
    environment(PLAYGROUND_API_KEYS="first-key-0123456789abcdef,zz-short-zz")
    said = texts(page("settings"))
    assert "**API keys** · 2" in said
    assert "Set by `PLAYGROUND_API_KEYS` (environment)." in said
    assert "0123456789abcdef" not in said
    assert "zz-" not in said


def test_requests_to_paste(page):
    said = texts(page("settings"))
    assert "/v1/inference" in said
    assert "curl -N " in said
    assert "-H 'Accept: text/event-stream'" in said
    assert "import httpx" in said
    assert "/docs)" in said


def test_the_data_folder_and_versions(page, core):
    at = page("settings")
    said = texts(at)
    assert str(core().settings.data_dir) in [element.value for element in at.code]
    assert "0 runs" in said
    assert "streamlit `" in said
    assert "Python `" in said


def test_settings_name_secrets_only_as_set(page, openai):
    said = texts(page("settings"))
    assert "PLAYGROUND_RATE_LIMIT" in said
    assert KEY not in said


def test_a_database_on_a_server_is_named_without_its_password(page, environment, postgres):
    environment(PLAYGROUND_DATABASE_URL=postgres)
    said = texts(page("settings"))
    assert postgres.replace(QUOTED, "•••") in said
    assert "0 runs" in said
    assert PASSWORD not in said
    assert QUOTED not in said


def test_a_database_that_cannot_be_reached_leaves_the_rest_of_the_page(page, environment):
    environment(PLAYGROUND_DATABASE_URL="postgresql://bob:sesame@127.0.0.1:1/play")
    at = page("settings")
    assert not at.exception
    said = texts(at)
    assert "`play` at `127.0.0.1:1`) cannot be reached" in said
    assert "PLAYGROUND_RATE_LIMIT" in said
    assert "sesame" not in said


@pytest.mark.parametrize("key", ["", "a", "short", "x" * 23, "pk_" + "y" * 43])
def test_a_mask_gives_nothing_away(key):
    hidden = masked(key)
    assert len(hidden) == 32
    assert len(hidden.rstrip("•")) <= 6
    assert hidden != key


def test_sizes(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one").write_bytes(b"x" * 1500)
    (tmp_path / "play.db").write_bytes(b"x" * 1000)
    (tmp_path / "play.db-wal").write_bytes(b"x" * 500)
    assert size(tmp_path / "deep") == 1500
    assert size(tmp_path / "play.db") == 1500
    assert size(tmp_path / "nothing") == 0
    assert [megabytes(count) for count in (0, 999, 1500, 66_000, 3_400_000, 2 * 10**9)] == [
        "empty",
        "999 bytes",
        "1.5 KB",
        "66 KB",
        "3.4 MB",
        "2.0 GB",
    ]


def test_keys_for_others(page, core):
    at = page("settings")
    assert "A key for each person or program" in texts(at)
    at.text_input(key="settings_key_name").set_value("ci")
    at.text_input(key="settings_key_namespaces").set_value("team-a, team-b")
    at.number_input(key="settings_key_limit").set_value(30)
    at.button(key="settings_key_make").click().run()
    (kept,) = core().history.keys.all()
    shown = [code.value for code in at.code if code.value.startswith(kept.hint[:6])]
    assert core().history.keys.find(shown[0]).name == "ci"
    said = texts(at)
    assert "**Keys for others** · 1" in said
    assert "`team-a`, `team-b` · 30 requests a minute · made within a day · never used" in said
    assert shown[0] not in texts(at.run())  # told once
    assert at.text_input(key="settings_key_name").value == at.text_input(key="settings_key_namespaces").value == ""
    at.text_input(key="settings_key_name").set_value("ci")
    at.button(key="settings_key_make").click().run()
    assert "There is a key `ci` already; choose another name, or revoke it first." in texts(at)
    assert at.text_input(key="settings_key_name").value == "ci", "what was written need not be written again"
    at.button(key=f"settings_revoke_{kept.id}").click().run()
    assert core().history.keys.all() == []
    assert core().history.keys.find(shown[0]) is None
