"""Keyring: every key that opens the HTTP API, the fixed ones and those that were made, and whose each is."""

import re

from playground.api.caller import Caller
from playground.api.keys import api_key
from playground.settings import Settings
from playground.store.keys import Keys, digest, fingerprint

_MADE = re.compile(r"\bpk_[A-Za-z0-9_-]{43}")


class Keyring:
    """The keys of one server. Raises InferenceServiceUnavailableError when there is no room for the first."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._texts, where = api_key(settings)
        self._keys = keys
        title = "PLAYGROUND_API_KEYS" if where.startswith("`") else "first start"
        names = [title] if len(self._texts) == 1 else [f"{title} ({n})" for n in range(1, len(self._texts) + 1)]
        named = zip(self._texts, names, strict=True)
        self._fixed = {digest(text): Caller(fingerprint(text), name) for text, name in named}

    def fixed(self, text: str) -> Caller | None:
        """The holder of a fixed key, at once. Looked up by its hash, so that time tells nothing of the key."""
        return self._fixed.get(digest(text))

    def made(self, text: str) -> Caller | None:
        """The holder of a key that was made; may read the database."""
        key = self._keys.find(text)
        return None if key is None else Caller(key.id, key.name, key.namespaces, key.limit)

    def masked(self, text: str) -> str:
        """`text` without any key."""
        for key in self._texts:
            text = text.replace(key, "•••")
        return _MADE.sub("•••", text)
