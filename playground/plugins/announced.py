"""Announced uploads: a package that will be put to an address of its own, and wait there until it is confirmed.

The address has a token that nobody can guess and that is kept as a hash only; with it a program without a key can put
the one file until the announcement expires. `<folder>/<upload_id>/` has `announced.json` and then `archive.zip`.
"""

import contextlib
import hmac
import json
import re
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from playground.errors import ForbiddenError, NotFoundError
from playground.plugins.claim import Claim

ARCHIVE = "archive.zip"
_RECORD = "announced.json"
_ID = re.compile(r"upl_[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """One upload to come. `expires_at` is in Unix seconds, `token` a hash."""

    upload_id: str
    scope: str
    claim: Claim
    expires_at: float
    token: str
    folder: Path

    @property
    def archive(self) -> Path:
        """Where its file is once it was put."""
        return self.folder / ARCHIVE


class Announced:
    """The announcements in `folder`. Any thread and process may use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def announce(self, claim: Claim, scope: str, seconds: float) -> tuple[Announcement, str]:
        """Make room for a package for some seconds; gives the token of its address, which is told this once."""
        self._tidy()
        token, upload_id = secrets.token_urlsafe(32), f"upl_{secrets.token_hex(12)}"
        folder = self._folder / upload_id
        folder.mkdir(mode=0o700, parents=True)
        made = Announcement(upload_id, scope, claim, time.time() + seconds, _hash(token), folder)
        values = {name: value for name, value in asdict(made).items() if name != "folder"}
        beside = folder / f".{_RECORD}"
        beside.write_text(json.dumps(values), "utf-8")
        beside.replace(folder / _RECORD)
        return made, token

    def find(self, upload_id: str, scope: str) -> Announcement:
        """An announcement of this scope that has not expired. Raises NotFoundError."""
        found = self._read(upload_id)
        if found is None or found.scope != scope:
            raise _unknown(upload_id)
        return found

    def admit(self, upload_id: str, token: str) -> Announcement:
        """The announcement that a token is for. Raises NotFoundError, and ForbiddenError for another's token."""
        found = self._read(upload_id)
        if found is None:
            raise _unknown(upload_id)
        if not hmac.compare_digest(_hash(token), found.token):
            raise ForbiddenError("the token in this address is not the one it was made with; announce the upload again")
        return found

    def forget(self, announcement: Announcement) -> None:
        """Take an announcement away with its file."""
        shutil.rmtree(announcement.folder, ignore_errors=True)

    def _read(self, upload_id: str) -> Announcement | None:
        """None for what is unknown or has expired."""
        folder = self._folder / upload_id
        if not _ID.fullmatch(upload_id):
            return None
        try:
            values = json.loads((folder / _RECORD).read_text("utf-8"))
        except (OSError, ValueError):
            return None
        found = Announcement(**values | {"claim": Claim(**values["claim"]), "folder": folder})
        return found if found.expires_at > time.time() else None

    def _tidy(self) -> None:
        """Clear away what has expired, with the files that were put there."""
        for folder in self._folder.glob("upl_*"):
            with contextlib.suppress(FileNotFoundError):  # of one that was confirmed just now
                if self._read(folder.name) is None and folder.stat().st_mtime < time.time() - 60:
                    shutil.rmtree(folder, ignore_errors=True)


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _unknown(upload_id: str) -> NotFoundError:
    return NotFoundError(
        f"there is no upload `{upload_id[:60]}` that waits here, or it has expired; announce it again",
        details={"resource": "upload", "id": upload_id},
    )
