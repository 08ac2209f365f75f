"""Reach: who can come to the server's door, this machine or others, and what must be set before others may."""

from ipaddress import ip_address

from playground.settings import Settings

REFUSAL = (
    "`{address}` can be reached by other machines, and the pages have no login: whoever comes could use every key that "
    "is set up here. Listen on 127.0.0.1 (`--server.address=127.0.0.1`), set up a login (`[auth]` in "
    "`.streamlit/secrets.toml` and `PLAYGROUND_LOGIN_ALLOW`), or set `PLAYGROUND_ALLOW_PUBLIC=true` where a proxy or a "
    "firewall keeps others out"
)


def is_local(address: str) -> bool:
    """Whether only this machine reaches an address to listen on: loopback, a Unix socket; empty stands for all."""
    if address == "localhost" or address.startswith(("unix:", "/")):
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def refusal(settings: Settings, address: str) -> str:
    """Why the server must not listen there, as a sentence; empty where it may. Raises ValueError for a wrong flag."""
    if is_local(address) or settings.login or settings.flag("PLAYGROUND_ALLOW_PUBLIC"):
        return ""
    return REFUSAL.format(address=address or "0.0.0.0")  # noqa: S104 - named, not listened on
