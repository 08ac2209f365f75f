"""Settings: what is set; the only reader of the environment and of `.streamlit/secrets.toml`."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import platformdirs

from playground.options import TABLE

_DEFAULTS = {row.name: row.default for row in TABLE}
_FLAGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
_PASSWORD = re.compile(r"(?P<before>://[^:@/]*:)(?P<said>.*)(?=@)|(?P<name>[?&](?:ssl)?password=)(?P<also>[^&]+)")
_COMPATIBLE = re.compile(r"PLAYGROUND_COMPATIBLE_([A-Z0-9_]+?)_(BASE_URL|API_KEY)")


@dataclass(frozen=True)
class Settings:
    """A snapshot of the configuration. `environ` wins over `secrets`; both map names to texts."""

    environ: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls) -> "Settings":
        """What the process was started with: the environment, then `.streamlit/secrets.toml` here and at home."""
        secrets: dict[str, str] = {}
        for folder in (Path.home(), Path.cwd()):
            secrets |= _read_secrets(folder / ".streamlit" / "secrets.toml")
        return cls(dict(os.environ), secrets)

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Settings":
        """Exactly these values and nothing from the surroundings."""
        return cls(dict(values), {})

    def get(self, name: str) -> str | None:
        """A setting's text without surrounding blanks, None when it is not set or empty."""
        return self.environ.get(name, "").strip() or self.secrets.get(name, "").strip() or None

    def source(self, name: str) -> str:
        """Where a setting comes from, for people: `environment`, `secrets.toml`, or `` when it is not set.

        Streamlit copies the file into the environment, so equal values are the file's.
        """
        value = self.get(name)
        if value is None:
            return ""
        return "secrets.toml" if self.secrets.get(name, "").strip() == value else "environment"

    def number(self, name: str) -> float:
        """A numeric setting or its default; a text that is no number counts as a mistake and raises ValueError."""
        text = self.get(name) or _DEFAULTS[name]
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"`{name}` must be a number; it is `{text}`") from None

    def flag(self, name: str) -> bool:
        """A setting that is true or false; False when it is not set. Raises ValueError for other words."""
        text = (self.get(name) or "false").lower()
        if text not in _FLAGS:
            raise ValueError(f"`{name}` must be `true` or `false`; it is `{text}`")
        return _FLAGS[text]

    @cached_property
    def login(self) -> bool:
        """Whether `[auth]` in `secrets.toml` sets up a login."""
        return any(name.startswith("auth.") for name in self.secrets)

    @cached_property
    def data_dir(self) -> Path:
        """The data folder; whoever writes there makes it."""
        return Path(self.get("PLAYGROUND_DATA_DIR") or platformdirs.user_data_dir("inference-playground", False))

    @cached_property
    def plugins_dir(self) -> Path:
        """The folder of plugins."""
        return Path(self.get("PLAYGROUND_PLUGINS_DIR") or self.data_dir / "plugins")

    @cached_property
    def trusted_plugins(self) -> frozenset[str]:
        """The plugins whose security scan is not heeded, by name or id; `*` is all of them."""
        return frozenset(self._listed("PLAYGROUND_PLUGINS_TRUSTED"))

    @cached_property
    def models_dir(self) -> Path:
        """The folder that has one folder per model."""
        return Path(self.get("PLAYGROUND_MODELS_DIR") or self.data_dir / "models")

    @cached_property
    def hub(self) -> str:
        """The address of the hub that weights come from."""
        return (self.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")

    @cached_property
    def database(self) -> Path | str:
        """The SQLite file of the run history, or the URL of a PostgreSQL database. Raises ValueError for others."""
        url = self.get("PLAYGROUND_DATABASE_URL")
        if url is None:
            return self.data_dir / "playground.db"
        if url.startswith(("postgresql://", "postgres://")):
            return url
        if not url.startswith("sqlite:///"):
            raise ValueError("`PLAYGROUND_DATABASE_URL` must start with `sqlite:///` or `postgresql://`")
        return Path(url.removeprefix("sqlite:///"))

    @cached_property
    def cache_database(self) -> Path | str:
        """The file of the semantic cache, beside that of the runs: it can be deleted alone; or the same URL."""
        return self._beside("cache")

    @cached_property
    def vectors_database(self) -> Path | str:
        """The file of namespaces and their documents, beside that of the runs; or the same URL."""
        return self._beside("vectors")

    def _beside(self, part: str) -> Path | str:
        history = self.database
        return history.with_name(f"{history.stem}-{part}{history.suffix}") if isinstance(history, Path) else history

    @cached_property
    def api_keys(self) -> tuple[str, ...]:
        """The keys that programs may use, as configured; empty when one has to be made."""
        return self._listed("PLAYGROUND_API_KEYS")

    @cached_property
    def login_allow(self) -> frozenset[str]:
        """Who may see the pages once logged in: emails, `@domains`, `*`; lower case."""
        return frozenset(map(str.lower, self._listed("PLAYGROUND_LOGIN_ALLOW")))

    @cached_property
    def media_hosts(self) -> frozenset[str]:
        """The hosts (`host` or `host:port`, lower case) that files may be fetched from wherever they are."""
        return frozenset(map(str.lower, self._listed("PLAYGROUND_MEDIA_HOSTS")))

    def _listed(self, name: str) -> tuple[str, ...]:
        return tuple(entry for entry in map(str.strip, (self.get(name) or "").split(",")) if entry)

    @cached_property
    def compatible(self) -> tuple[str, ...]:
        """Names of the user's own OpenAI-compatible servers, as they stand in the settings' names."""
        found = {match[1] for name in (*self.secrets, *self.environ) if (match := _COMPATIBLE.fullmatch(name))}
        return tuple(sorted(name for name in found if self.get(f"PLAYGROUND_COMPATIBLE_{name}_BASE_URL")))

    @cached_property
    def secret_values(self) -> tuple[str, ...]:
        """Every secret that is set, longest first: what must be masked wherever text leaves the process."""
        names = {row.name for row in TABLE if row.secret}
        names |= {f"PLAYGROUND_COMPATIBLE_{name}_API_KEY" for name in self.compatible}
        values = (
            {value for name in names if (value := self.get(name))}
            | set(self.api_keys)
            | set(self._database_passwords())
            | {value for name, value in self.secrets.items() if name.endswith((".client_secret", ".cookie_secret"))}
        )
        return tuple(sorted((value for value in values if len(value) >= 6), key=len, reverse=True))

    def masked(self, text: str) -> str:
        """`text` with every known secret replaced by dots."""
        url, shown = self._database_url
        if url:  # before the secrets: its password may be too short to be one
            text = text.replace(url, shown)
        for secret in self.secret_values:
            text = text.replace(secret, "•••")
        return text

    @cached_property
    def _database_url(self) -> tuple[str, str]:
        """As it is set, and without its passwords; both empty where there are none."""
        url = self.get("PLAYGROUND_DATABASE_URL") or ""
        shown = _PASSWORD.sub(r"\g<before>\g<name>•••", url)
        return (url, shown) if shown != url else ("", "")

    def _database_passwords(self) -> Iterator[str]:
        """As they are written in the URL, and as they are."""
        for found in _PASSWORD.finditer(self._database_url[0]):
            yield from {text := found["said"] or found["also"] or "", unquote(text)}


def _read_secrets(path: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}  # Streamlit itself reports a broken file on the page
    return dict(_flat(table))


def _flat(table: Mapping[str, Any], section: str = "") -> Iterator[tuple[str, str]]:
    """Every value under its name, one in a section as `section.name`."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{section}{name}.")
        elif isinstance(value, str | int | float):
            yield f"{section}{name}", str(value)
