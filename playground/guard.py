"""The media guard: which addresses of a request may be dialled, and at which numbers.

A URL is parsed once, here, and dialled from what was parsed. The number that was checked is the number that is dialled,
so a name that changes between two look-ups gains nothing. Whatever is refused is refused with the same sentence,
and a name without an address too: the answer tells nothing about the network behind this server.
"""

import re
import socket
from collections.abc import Callable
from typing import Any

import httpx

from playground.addresses import is_public
from playground.errors import BadRequestError

MAX_URL = 8192
PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_STRANGE = re.compile(r"[\x00-\x1f\x7f\\]")
_PASSWORD = re.compile(r"[^:]*://[^/?#]*@")

Resolver = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """The numbers behind a name, in the system's order. Raises OSError and UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def parse(text: Any, field: str) -> httpx.URL:
    """An http(s) URL without a password and without a fragment. Raises BadRequestError, naming `inputs.<field>`."""
    if not isinstance(text, str) or not _SCHEME.match(text.strip()):
        raise BadRequestError(f"`inputs.{field}` must be an address that begins with `https://` or `http://`")
    text = text.strip()
    if len(text) > MAX_URL:
        raise BadRequestError(f"`inputs.{field}` is longer than {MAX_URL:,} characters; send the file as base64")
    wrong = BadRequestError(f"`inputs.{field}` is no address that can be read; correct it or send the file as base64")
    if _STRANGE.search(text):
        raise wrong
    try:
        url = httpx.URL(text)
        host, port = url.raw_host, url.port
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise wrong from None
    if _PASSWORD.match(text):
        raise BadRequestError(f"`inputs.{field}` holds a user name or password; leave out what is before the `@`")
    if not host or port == 0:
        raise wrong
    return url.copy_with(fragment=None)


class Guard:
    """Checks where URLs lead. `hosts` (`host` or `host:port`) are the operator's exceptions."""

    def __init__(self, hosts: frozenset[str] = frozenset(), resolver: Resolver = look_up) -> None:
        self._hosts = hosts
        self._resolver = resolver

    def numbers(self, host: str, port: int, field: str) -> list[str]:
        """The numbers that may be dialled for a host; every one of them was checked. Raises BadRequestError."""
        allowed = self._allowed(host, port)
        if not allowed and port not in PORTS.values():
            raise BadRequestError(
                f"`inputs.{field}` names port {port}; only 80 and 443 are fetched from. "
                "The operator can allow a host with `PLAYGROUND_MEDIA_HOSTS`"
            )
        try:
            numbers = self._resolver(host, port)
        except (OSError, UnicodeError):
            numbers = []
        if not numbers or not (allowed or all(map(is_public, numbers))):
            raise refused(field)
        return numbers

    def is_open(self, host: str, port: int, local: str, remote: str) -> bool:
        """Whether a connection that was made may be used: one to this machine's own public address may not."""
        return self._allowed(host, port) or local != remote

    def _allowed(self, host: str, port: int) -> bool:
        name = host.lower().rstrip(".")
        name = f"[{name}]" if ":" in name else name
        return name in self._hosts or f"{name}:{port}" in self._hosts


def refused(field: str) -> BadRequestError:
    """The one sentence for every host that is not fetched from, whatever the reason."""
    return BadRequestError(
        f"the host of `inputs.{field}` has no address on the public internet, and only those are fetched; "
        "send the file as base64, or let the operator allow the host with `PLAYGROUND_MEDIA_HOSTS`",
        code="media_host_refused",
    )
