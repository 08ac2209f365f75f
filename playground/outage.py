"""Peer: who is at the other end, and what is said when nothing sensible comes from there.

Texts of the HTTP libraries never get out: they can hold a URL or a header, and with it a key.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpcore

from playground.call import Stop
from playground.errors import (
    CancelledError,
    InferenceServiceUnavailableError,
    PlaygroundError,
    ProviderError,
    TimeoutError,  # noqa: A004 - the contract's name for it
    UnauthorizedError,
)
from playground.exchange import without_keys
from playground.line import UnansweredError
from playground.settings import Settings

_SHOWN = 80
BREAKS = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
"""What the network does to a request."""


@dataclass(frozen=True, slots=True)
class _Outage:
    """How a request can fail before the answer begins; `again`: sending it again may help."""

    error: type[Exception]
    cause: type[object]
    kind: type[PlaygroundError]
    says: str
    again: bool


_ABSENT = InferenceServiceUnavailableError
_TRUST = (
    "{where} has a certificate that is not trusted ({why}); {advice}, or name your authority's file in `SSL_CERT_FILE`"
)
_OUTAGES = (
    _Outage(
        httpcore.ConnectTimeout,
        object,
        TimeoutError,
        "{where} took no connection within 5 s; {advice} and the network",
        True,
    ),
    _Outage(
        httpcore.TimeoutException,
        object,
        TimeoutError,
        "sent nothing for {silence} s; try again, ask for less at once, or raise `PLAYGROUND_TIMEOUT`",
        False,
    ),
    _Outage(
        httpcore.LocalProtocolError,
        object,
        UnauthorizedError,
        "has a key with characters that no key has; set it again, without line ends",
        False,
    ),
    _Outage(
        httpcore.ConnectError,
        ConnectionRefusedError,
        _ABSENT,
        "{where} refuses connections: nothing listens there; start it, or {advice}",
        True,
    ),
    _Outage(
        httpcore.ConnectError,
        socket.gaierror,
        _ABSENT,
        "{where}: no host has this name; {advice} and the network",
        True,
    ),
    _Outage(httpcore.ConnectError, ssl.SSLCertVerificationError, _ABSENT, _TRUST, False),
    _Outage(
        httpcore.ConnectError, ssl.SSLError, _ABSENT, "{where} does not speak TLS; {advice}: `http` or `https`", False
    ),
    _Outage(
        httpcore.ConnectError, object, _ABSENT, "{where} cannot be reached ({why}); {advice} and the network", True
    ),
    _Outage(httpcore.RemoteProtocolError, object, ProviderError, "{where} does not answer in HTTP; {advice}", False),
    _Outage(UnansweredError, object, _ABSENT, "{where} closed the connection without an answer; try again", True),
    _Outage(Exception, object, ProviderError, "{where} broke off before its answer; send the request again", False),
)


def heed(stop: Stop) -> None:
    """Raise CancelledError when stopping was asked for."""
    if stop.is_set():
        raise CancelledError("the run was stopped")


@dataclass(frozen=True, slots=True)
class Peer:
    """A provider at an address (`host:port`, never with a password)."""

    provider: str
    address: str
    settings: Settings

    @classmethod
    def at(cls, provider: str, url: str, settings: Settings) -> "Peer":
        """The peer that a URL leads to. Raises InferenceServiceUnavailableError for what is no HTTP URL."""
        try:
            parts = urlsplit(url)
            known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            known = False
        peer = cls(provider, parts.netloc.rpartition("@")[2] if known else "", settings)
        if not known:
            raise peer.unaddressable()
        return peer

    def fault(self, kind: type[PlaygroundError], says: str, **extra: Any) -> PlaygroundError:
        """An error that begins with the provider's name."""
        return kind(f"`{self.provider}` {says}", details={"provider": self.provider}, **extra)

    def unreached(self, error: Exception) -> tuple[PlaygroundError, bool]:
        """What it means that no answer began, and whether sending again may help."""
        cause = error.__cause__
        row = next(row for row in _OUTAGES if isinstance(error, row.error) and isinstance(cause, row.cause))
        why = getattr(cause, "verify_message", None) or getattr(cause, "strerror", None) or "no connection"
        says = row.says.format(where=f"at `{self.address}`", why=why, advice=self._advice, silence=self._silence)
        hopeless = row.kind is InferenceServiceUnavailableError and not row.again
        return self.fault(row.kind, says, retryable=False if hopeless else None), row.again

    def broken(self, error: Exception, kind: type[ProviderError]) -> PlaygroundError:
        """What it means that an answer broke off; `kind` unless it was silence that ended it."""
        if isinstance(error, httpcore.TimeoutException):
            return self.unreached(error)[0]
        return self.fault(kind, "broke off its answer; what had arrived is kept, send the request again")

    def redirected(self, location: str, url: str) -> PlaygroundError:
        """A redirect, which is never followed: the key and the prompt would go along."""
        try:
            target = urlsplit(urljoin(url, location))
            towards = self.settings.masked(f"{target.scheme}://{target.netloc.rpartition('@')[2]}")
        except ValueError:
            towards = "somewhere else"
        says = f"wants the request sent to `{towards}` instead; redirects are never followed, as they would take the"
        return self.fault(
            ProviderError,
            f"{says} key and the prompt along: {self._advice}",
            retryable=False,
        )

    def nonsense(self, headers: Mapping[str, str], start: bytes, wanted: str) -> PlaygroundError:
        """An answer with status 200 that is not what was asked for."""
        mime = headers.get("content-type", "").partition(";")[0] or "no content type"
        came = f"beginning `{self.shown(start)}`" if start.strip() else "and nothing in it"
        says = f"answered with `{mime}` instead of {wanted}, {came}; {self._advice}"
        return self.fault(ProviderError, says)

    def unaddressable(self) -> PlaygroundError:
        """A base URL that is none."""
        says = "has a base URL that leads nowhere; it must look like `https://host/path`: correct it in the settings"
        return self.fault(InferenceServiceUnavailableError, says, retryable=False)

    def unsendable(self) -> PlaygroundError:
        """A header that HTTP does not have, which can only be the key."""
        return self.unreached(httpcore.LocalProtocolError())[0]

    def shown(self, data: bytes) -> str:
        """The first characters of what came, safe to show."""
        text = " ".join(data[:4096].decode(errors="replace").split())
        return without_keys(self.settings.masked(text))[:_SHOWN]

    @property
    def _advice(self) -> str:
        return f"check the base URL of `{self.provider}` in the settings"

    @property
    def _silence(self) -> str:
        return f"{self.settings.number('PLAYGROUND_TIMEOUT'):g}"
