"""Base URLs as people write them, made one form: scheme, host, port, path, no slash at the end."""

import ipaddress
import re
from urllib.parse import urlsplit

_VERSION = re.compile(r"v\d+[a-z0-9]*")
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what a server listens on is not where it is asked
_PORTS = {"http": 80, "https": 443}


def normalised(text: str, *, versioned: bool, port: int | None = None) -> str:
    """A base URL from `https://host/v1/`, `host:8000`, `:11434` and the like. Raises ValueError with the reason.

    `versioned`: the URL ends with the API's version, and `/v1` is added where the path names none; otherwise the
    path stays as it is. `port` holds where neither scheme nor port is written, as Ollama reads `OLLAMA_HOST`;
    without it only a host of this machine may go without scheme, for a key must not leave in clear by accident.
    """
    scheme, found, rest = text.strip().rpartition("://")
    parts = urlsplit(f"{scheme.lower() or 'http'}://{rest}")
    if parts.scheme not in _PORTS:
        raise ValueError("it must start with `http://` or `https://`")
    if "@" in parts.netloc or parts.query or parts.fragment or any(map(str.isspace, rest)):
        raise ValueError("it must be a plain URL without user, password, query, `#` or blanks")
    host = (parts.hostname or "") if parts.netloc else ""
    if not host and not (port and not found and rest.startswith(":")):
        raise ValueError("it names no host")
    host = _EVERYWHERE.get(host, host)
    place = f"[{host}]" if ":" in host else host
    number = parts.port or (None if found else port)
    if not (found or port or _is_loopback(host)):
        raise ValueError("write `https://` or `http://` in front of it")
    segments = [segment for segment in parts.path.split("/") if segment]
    if versioned and not any(map(_VERSION.fullmatch, segments)):
        segments.append("v1")
    return "/".join((f"{parts.scheme}://{place}{f':{number}' if number else ''}", *segments))


def door(base_url: str) -> tuple[str, int]:
    """Host and port of a normalised base URL."""
    parts = urlsplit(base_url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def on_loopback(base_url: str) -> bool:
    """Whether the host is this machine by its very name, without asking anybody."""
    return _is_loopback(door(base_url)[0])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
