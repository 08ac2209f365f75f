"""Who asks Vertex AI: the project, the region, and a token of a Google account (or an API key).

The account is, in this order: the file that `GOOGLE_APPLICATION_CREDENTIALS` names (a service account or a user's),
the one that `gcloud auth application-default login` wrote, the API key of Google. google-auth
reads and signs; the request for a token goes over our own transport, so it is sent like every other one.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import util
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from playground.call import Stop
from playground.errors import (
    BadRequestError,
    ForbiddenError,
    InferenceServiceUnavailableError,
    PlaygroundError,
    UnauthorizedError,
)
from playground.providers import addresses
from playground.settings import Settings
from playground.transport import Transport
from playground.wire import Target, WireRequest

_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_EXTRA = "pip install 'inference-playground[vertex]'"
_KEYS = ("GOOGLE_API_KEY", "GEMINI_API_KEY")


@dataclass(frozen=True, slots=True)
class _Reply:
    """An answer in the form that google-auth reads."""

    data: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Login:
    """The address of Vertex AI and a token that is fresh. Safe to use from many threads."""

    def __init__(self, settings: Settings, transport: Transport) -> None:
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._credentials: Any = None

    def target(self, stop: Stop) -> Target:
        """Where the models of Vertex are, with a token. Raises InferenceServiceUnavailableError, not retryable.

        Asks Google for a token when the last one is about to end.
        """
        project = self._settings.get("GOOGLE_CLOUD_PROJECT")
        if project is None:
            raise _unavailable(
                "set `GOOGLE_CLOUD_PROJECT` to your project, `GOOGLE_CLOUD_LOCATION` to its region, and "
                f"`GOOGLE_APPLICATION_CREDENTIALS` to a service account's file (read with `{_EXTRA}`)"
            )
        region = self._settings.get("GOOGLE_CLOUD_LOCATION") or "us-central1"
        base = self._settings.get("GOOGLE_VERTEX_BASE_URL") or f"https://{region}-aiplatform.googleapis.com"
        try:
            base = addresses.normalised(base, versioned=True)
        except ValueError as error:
            raise _unavailable(f"`GOOGLE_VERTEX_BASE_URL` is no base URL: {error}") from None
        place = f"{base}/projects/{project}/locations/{region}/publishers/google/models"
        return Target("google", place, self._token(stop))

    def account(self) -> str:
        """Who would ask, in words; empty where the project, the account or the library that reads it is missing.

        Whether Google takes the account is not asked.
        """
        path = self._file()
        if not self._settings.get("GOOGLE_CLOUD_PROJECT") or path is None or not path.is_file() or not _readable():
            return ""
        return "a Google account, for models at Vertex AI only"

    def _token(self, stop: Stop) -> str:
        path = self._file()
        key = next((value for name in _KEYS if (value := self._settings.get(name))), None)
        if path is None and key is not None:
            return key
        if path is None:
            raise _unavailable(
                "set `GOOGLE_APPLICATION_CREDENTIALS` to a service account's file, or run "
                f"`gcloud auth application-default login` (both need `{_EXTRA}`), or set `GOOGLE_API_KEY`"
            )
        with self._lock:
            if self._credentials is None:
                self._credentials = _load(path)
            if not self._credentials.valid:
                self._refresh(stop)
            return f"Bearer {self._credentials.token}"

    def _file(self) -> Path | None:
        """The file of an account: the one that was set, else gcloud's own if it is there."""
        named = self._settings.get("GOOGLE_APPLICATION_CREDENTIALS")
        if named is not None:
            return Path(named).expanduser()
        found = Path.home() / ".config" / "gcloud" / "application_default_credentials.json"
        return found if found.is_file() else None

    def _refresh(self, stop: Stop) -> None:
        from google.auth.exceptions import GoogleAuthError

        def ask(url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: Any) -> _Reply:
            return self._ask(url, method, body, headers or {}, stop)

        try:
            self._credentials.refresh(ask)
        except GoogleAuthError as error:
            raise _unavailable(f"Google gave no token ({type(error).__name__}): check the account's file") from None

    def _ask(self, url: str, method: str, body: Any, headers: Mapping[str, str], stop: Stop) -> _Reply:
        """One request of google-auth's. What it says is a credential: it is in no record of a run."""
        text = body.decode() if isinstance(body, bytes) else body or ""
        kept = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        form = tuple(parse_qsl(text)) if not text.startswith("{") else ()
        value = json.loads(text) if text.startswith("{") else None
        try:
            reply = self._transport.send(WireRequest(url, kept, value, form, method=method), stop, provider="google")
        except (BadRequestError, UnauthorizedError, ForbiddenError):
            raise _unavailable(
                "Google gave no token to this account; is its key still valid, and the clock right?"
            ) from None
        except PlaygroundError as error:
            error.exchange = None
            raise
        return _Reply(json.dumps(reply.body).encode(), headers={"content-type": "application/json"})


def _readable() -> bool:
    return util.find_spec("google") is not None and util.find_spec("google.auth") is not None


def _load(path: Path) -> Any:
    """The account in a file. Raises InferenceServiceUnavailableError that says what to mend."""
    try:
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2 import credentials, service_account
    except ModuleNotFoundError:
        raise _unavailable(f"accounts of Google are read by google-auth: `{_EXTRA}`") from None
    makers: dict[str, Callable[..., Any]] = {
        "service_account": service_account.Credentials.from_service_account_info,
        "authorized_user": credentials.Credentials.from_authorized_user_info,
    }
    try:
        told = json.loads(path.read_text("utf-8"))
        return makers[told["type"]](told, scopes=[_SCOPE])
    except (GoogleAuthError, OSError, ValueError, TypeError, KeyError) as error:
        raise _unavailable(
            "`GOOGLE_APPLICATION_CREDENTIALS` must name the JSON file of a service account, or the one that gcloud "
            f"writes; this one cannot be read ({type(error).__name__})"
        ) from None


def _unavailable(advice: str) -> InferenceServiceUnavailableError:
    return InferenceServiceUnavailableError(
        f"Vertex AI cannot be asked: {advice}", code="no_credentials", retryable=False
    )
