"""The fixed keys of the HTTP API: the configured ones, or one made at first start and kept in the data folder."""

import os
from pathlib import Path
from tempfile import mkstemp

from filelock import FileLock

from playground.errors import InferenceServiceUnavailableError
from playground.settings import Settings
from playground.store.keys import fresh_key

FILE = "api_key"


def api_key(settings: Settings) -> tuple[tuple[str, ...], str]:
    """The keys that programs may use and where they stand: the setting's name with its source, or a file's path.

    Makes the file (mode 0600) when no key is configured and there is none yet; of several processes that start at
    once all get the same key. Raises InferenceServiceUnavailableError when the data folder cannot be written.
    """
    if settings.api_keys:
        return settings.api_keys, f"`PLAYGROUND_API_KEYS` ({settings.source('PLAYGROUND_API_KEYS')})"
    path = settings.data_dir / FILE
    try:
        return (_read(path) or _make(path),), str(path)
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "it is not a text"
        raise InferenceServiceUnavailableError(
            f"the API key cannot be kept in `{path}`: {cause}; set `PLAYGROUND_API_KEYS`, or set "
            "`PLAYGROUND_DATA_DIR` to a folder that can be written",
            retryable=False,
        ) from error


def named_keys(settings: Settings) -> dict[str, str]:
    """The fixed keys by names for people; raises what `api_key` raises."""
    keys, where = api_key(settings)
    title = "PLAYGROUND_API_KEYS" if where.startswith("`") else "first start"
    if len(keys) == 1:
        return {title: keys[0]}
    return {f"{title} ({number})": key for number, key in enumerate(keys, 1)}


def masked(key: str) -> str:
    """A key that can be told from others and not be used: its beginning where it is long enough to spare it."""
    return f"{key[:6]}{'•' * 26}" if len(key) >= 24 else "•" * 32


def _read(path: Path) -> str:
    """The key in the file, empty when there is none; rights that others have on it are taken away."""
    try:
        key = path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        path.chmod(0o600)
    return key


def _make(path: Path) -> str:
    """One process at a time makes the key; who comes later reads the one that was made."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(path.with_name(f".{FILE}.lock"), mode=0o600):
        return _read(path) or _write(path, fresh_key())


def _write(path: Path, key: str) -> str:
    descriptor, name = mkstemp(dir=path.parent, prefix=f".{FILE}-")  # mode 0600 from its first moment
    made = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{key}\n")
            file.flush()
            os.fsync(descriptor)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
    return key
