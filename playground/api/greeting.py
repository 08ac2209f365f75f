"""Greeting: what the terminal shows at start, so that a program can be pointed here at once."""

import shlex
import sys

from playground.api.keys import api_key
from playground.api.sample import BODY, curl
from playground.settings import Settings

VARIABLE = "PLAYGROUND_API_KEY"


def greeting(settings: Settings, origin: str) -> str:
    """Where the API is, where its key is, and a command to try. The key itself is not in it: terminals get logged."""
    _, where = api_key(settings)
    if settings.api_keys:
        key, how = f"${VARIABLE}", f"{where}; put one of them into `{VARIABLE}` to try this:"
    else:
        key, how = f"$(cat {shlex.quote(where)})", f"{where} (made at first start); try it:"
    command = curl(origin, key, body=BODY).replace("\n", "\n  ")
    return f"\n  HTTP API  {origin}/v1  (described at {origin}/docs)\n  API key   {how}\n\n  {command}\n\n"


def announce(settings: Settings, origin: str) -> None:
    """Write the greeting to the terminal. `origin` is the server's address, like `http://127.0.0.1:8501`."""
    sys.stderr.write(greeting(settings, origin))
    sys.stderr.flush()
