"""Who can reach the server: loopback for certain, others by a login or by a setting."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from playground.options import TABLE
from playground.reach import is_local, refusal
from playground.settings import Settings
from playground.ui.doorstep import Doorstep

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.0.0.53", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("unix:///run/playground.sock", True),
        ("/run/playground.sock", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.2", False),
        ("example.org", False),
        ("localhost.example.org", False),
    ],
)
def test_what_only_this_machine_reaches(address, local):
    assert is_local(address) is local
    assert bool(refusal(Settings.of({}), address)) is not local


def test_a_login_or_a_setting_opens_it(settings):
    assert "127.0.0.1" in refusal(settings(), "")
    assert "`0.0.0.0` can be reached" in refusal(settings(), "")
    assert refusal(settings(PLAYGROUND_ALLOW_PUBLIC="true"), "") == ""
    assert refusal(settings(PLAYGROUND_ALLOW_PUBLIC="off"), "")
    assert refusal(Settings({}, {"auth.client_id": "x"}), "0.0.0.0") == ""
    with pytest.raises(ValueError, match="must be `true` or `false`; it is `please`"):
        refusal(settings(PLAYGROUND_ALLOW_PUBLIC="please"), "")


def test_the_login_is_found_in_the_secrets_file(tmp_path, monkeypatch):
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(
        'OPENAI_API_KEY = "sk-0123456789"\n[auth]\ncookie_secret = "of-the-cookies"\n'
        '[auth.okta]\nclient_id = "x"\nclient_secret = "of-the-client"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    found = Settings.load()
    assert found.login
    assert found.get("OPENAI_API_KEY") == "sk-0123456789"
    assert found.masked("of-the-cookies, of-the-client") == "•••, •••"


def test_streamlits_command_ends_before_it_listens(tmp_path):
    ours = {row.name for row in TABLE}
    environ = {name: value for name, value in os.environ.items() if name not in ours} | {"HOME": str(tmp_path)}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.headless=true"]
    done = subprocess.run(
        [*command, "--server.address=0.0.0.0"], cwd=tmp_path, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "set `PLAYGROUND_ALLOW_PUBLIC=true`" in done.stderr
    assert "Traceback" not in done.stderr


def run(function, *arguments):
    """Run it on a loop of its own, in a thread: a browser of other tests may have one in this."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(anyio.run, function, *arguments).result()


async def hello(_):
    return PlainTextResponse("hello")


@pytest.mark.parametrize(
    ("address", "allowed", "status"),
    [("192.0.2.2", "false", 403), ("192.0.2.2", "true", 200), ("127.0.0.1", "false", 200), ("[::1]", "false", 200)],
)
def test_under_another_server_each_connection_is_looked_at(settings, address, allowed, status):
    made = settings(PLAYGROUND_ALLOW_PUBLIC=allowed)
    door = Doorstep(Starlette(routes=[Route("/", hello)]), lambda: made)

    async def get():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door)) as client:
            return await client.get(f"http://{address}/")  # the transport says it came in by this address

    answer = run(get)
    assert answer.status_code == status
    assert ("hello" in answer.text) == (status == 200)
    assert ("PLAYGROUND_ALLOW_PUBLIC" in answer.text) == (status == 403)


def test_nobody_from_elsewhere_opens_a_session(settings):
    sent = []

    async def send(message):
        sent.append(message)

    door = Doorstep(Starlette(), settings)
    run(door, {"type": "websocket", "server": ("192.0.2.2", 80)}, None, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]
