"""Every knob with its default; the only reader of the environment and of `.streamlit/secrets.toml`."""

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


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table: what it is called, what it does, what holds when it is not set."""

    name: str
    meaning: str
    default: str = ""
    secret: bool = False


TABLE: tuple[Setting, ...] = (
    Setting("PLAYGROUND_DATA_DIR", "Folder for the run history, uploads and the generated API key", "per-user folder"),
    Setting(
        "PLAYGROUND_API_KEYS", "Keys that programs may use, comma separated", "one is made at first start", secret=True
    ),
    Setting(
        "PLAYGROUND_DATABASE_URL",
        "Where runs, cached answers and vectors live: `sqlite:///path`, or `postgresql://user:password@host/database`, "
        "which many servers may share and which needs the extra `postgres`",
        "a file in the data folder",
    ),
    Setting(
        "PLAYGROUND_PLUGINS_DIR",
        "Folder of plugins: a folder for each, or one file in the short form",
        "`plugins` in the data folder",
    ),
    Setting(
        "PLAYGROUND_PLUGINS_TRUSTED",
        "Plugins that are loaded whatever the security scan finds: names or ids, comma separated, or `*`",
    ),
    Setting("PLAYGROUND_PLUGINS_TIMEOUT", "Seconds that a call of a plugin may take before a 504", "60"),
    Setting("PLAYGROUND_PLUGINS_START", "Seconds that a plugin may take to load", "120"),
    Setting("PLAYGROUND_PLUGINS_MEMORY_MB", "Memory that each process of a plugin may write, in MB", "4096"),
    Setting("PLAYGROUND_PLUGINS_PROCESSES", "Most processes of one plugin, each with one call at a time", "2"),
    Setting(
        "PLAYGROUND_RAY_ADDRESS",
        "Address of a Ray cluster that serves the plugins, as `ray.init` takes it; needs the extra `ray`",
        "processes of this machine",
    ),
    Setting(
        "PLAYGROUND_PLUGINS_UPLOADS",
        "`true` lets programs upload, deploy and delete plugins over HTTP: their code runs on this machine",
        "false",
    ),
    Setting(
        "PLAYGROUND_MODELS_DIR",
        "Folder that holds one folder per model: weights that are downloaded, and ONNX text encoders of your own",
        "`models` in the data folder",
    ),
    Setting("PLAYGROUND_MAX_BODY_MB", "Largest request body in MB; larger ones are a 413", "64"),
    Setting(
        "PLAYGROUND_MAX_MEDIA_MB", "Most that the files of one request may have together, in MB; more are a 413", "48"
    ),
    Setting(
        "PLAYGROUND_MEDIA_HOSTS",
        "Hosts that files are fetched from although they are not public, `host` or `host:port`, comma separated",
    ),
    Setting("PLAYGROUND_RATE_LIMIT", "Requests a minute for each API key; more are a 429; 0 is no limit", "600"),
    Setting(
        "PLAYGROUND_LOGIN_ALLOW",
        "Who may see the pages where `[auth]` in `secrets.toml` sets up a login: emails and `@domains`, comma "
        "separated, or `*` for whomever the login lets in",
        "nobody",
    ),
    Setting(
        "PLAYGROUND_ALLOW_PUBLIC", "`true` lets other machines reach the server although there is no login", "false"
    ),
    Setting("PLAYGROUND_TIMEOUT", "Seconds a provider may stay silent before a 504", "120"),
    Setting("PLAYGROUND_RETRIES", "How often a failed request is sent again, before its first byte", "2"),
    Setting(
        "PLAYGROUND_CACHE_DELTA",
        "Largest share of wrong answers from the cache where a request names none, 0 to 1",
        "0.02",
    ),
    Setting(
        "PLAYGROUND_CACHE_GUARANTEE",
        "Over what that share is kept: `average` over the requests of a namespace, or `per_request`",
        "average",
    ),
    Setting(
        "PLAYGROUND_CACHE_JUDGES",
        "Who compares fresh answers with stored ones, in turn, comma separated: `equal`, `similar`, chat models as "
        "`provider/model`",
        "equal, similar",
    ),
    Setting("PLAYGROUND_CACHE_DAYS", "Days after which a stored answer is stale; 0 is never", "30"),
    Setting(
        "PLAYGROUND_CACHE_SIZE",
        "Most answers stored for a namespace; stale ones go first, then the least recently used",
        "50000",
    ),
    Setting("HF_ENDPOINT", "Address of the hub that weights are downloaded from", "https://huggingface.co"),
    Setting("OPENAI_API_KEY", "Key for OpenAI", secret=True),
    Setting("OPENAI_BASE_URL", "Base URL for OpenAI", "https://api.openai.com/v1"),
    Setting("ANTHROPIC_API_KEY", "Key for Anthropic", secret=True),
    Setting("ANTHROPIC_BASE_URL", "Base URL for Anthropic", "https://api.anthropic.com"),
    Setting("GEMINI_API_KEY", "Key for Google's Gemini API", secret=True),
    Setting("GOOGLE_API_KEY", "The same, and it wins over `GEMINI_API_KEY`", secret=True),
    Setting("GOOGLE_GEMINI_BASE_URL", "Base URL for Google", "https://generativelanguage.googleapis.com"),
    Setting("GOOGLE_CLOUD_PROJECT", "Project of Vertex AI, for Google's `multimodalembedding`"),
    Setting("GOOGLE_CLOUD_LOCATION", "Its region", "us-central1"),
    Setting(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "File of the account that asks Vertex AI; needs the extra `vertex`",
        "gcloud's own",
    ),
    Setting("GOOGLE_VERTEX_BASE_URL", "Base URL for Vertex AI", "the region's"),
    Setting("OPENROUTER_API_KEY", "Key for OpenRouter", secret=True),
    Setting("GROQ_API_KEY", "Key for Groq", secret=True),
    Setting("MISTRAL_API_KEY", "Key for Mistral", secret=True),
    Setting("DEEPSEEK_API_KEY", "Key for DeepSeek", secret=True),
    Setting("TOGETHER_API_KEY", "Key for Together", secret=True),
    Setting("FIREWORKS_API_KEY", "Key for Fireworks", secret=True),
    Setting("XAI_API_KEY", "Key for xAI", secret=True),
    Setting("MIXPEEK_API_KEY", "Key for hosted Mixpeek, or for another playground", secret=True),
    Setting("MIXPEEK_BASE_URL", "Its address", "https://api.mixpeek.com"),
    Setting("MIXPEEK_NAMESPACE", "The namespace there that requests name", "the key's"),
    Setting("OLLAMA_HOST", "Ollama's address, as Ollama itself reads it", "http://127.0.0.1:11434"),
    Setting("LM_STUDIO_BASE_URL", "LM Studio's base URL", "http://127.0.0.1:1234/v1"),
    Setting("LLAMA_CPP_BASE_URL", "Base URL of llama.cpp's server", "http://127.0.0.1:8080/v1"),
    Setting("VLLM_BASE_URL", "Base URL of a vLLM server; offered when set"),
    Setting("VLLM_API_KEY", "Key for it, where it wants one", secret=True),
    Setting("PLAYGROUND_COMPATIBLE_<NAME>_BASE_URL", "Base URL of an OpenAI-compatible server of your own"),
    Setting("PLAYGROUND_COMPATIBLE_<NAME>_API_KEY", "Key for it, where it wants one", secret=True),
)

_DEFAULTS = {
    "PLAYGROUND_MAX_BODY_MB": 64.0,
    "PLAYGROUND_MAX_MEDIA_MB": 48.0,
    "PLAYGROUND_PLUGINS_TIMEOUT": 60.0,
    "PLAYGROUND_PLUGINS_START": 120.0,
    "PLAYGROUND_PLUGINS_MEMORY_MB": 4096.0,
    "PLAYGROUND_PLUGINS_PROCESSES": 2.0,
    "PLAYGROUND_RATE_LIMIT": 600.0,
    "PLAYGROUND_TIMEOUT": 120.0,
    "PLAYGROUND_RETRIES": 2.0,
    "PLAYGROUND_CACHE_DELTA": 0.02,
    "PLAYGROUND_CACHE_DAYS": 30.0,
    "PLAYGROUND_CACHE_SIZE": 50_000.0,
}
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
        text = self.get(name)
        if text is None:
            return _DEFAULTS[name]
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
