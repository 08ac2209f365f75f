"""Keyring: every key that opens the HTTP API, the fixed ones and those that were made, and whose each is."""

import re

from playground.api.caller import Caller
from playground.api.keys import named_keys
from playground.settings import Settings
from playground.store.keys import Keys, digest, fingerprint

_MADE = re.compile(r"\bpk_[A-Za-z0-9_-]{43}")


class Keyring:
    """The keys of one server. Raises InferenceServiceUnavailableError when there is no room for the first."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._keys = keys
        self._named = named_keys(settings)
        self._fixed = {digest(text): Caller(fingerprint(text), name) for name, text in self._named.items()}

    def fixed(self, text: str) -> Caller | None:
        """The holder of a fixed key, at once. Looked up by its hash, so that time tells nothing of the key."""
        return self._fixed.get(digest(text))

    def made(self, text: str) -> Caller | None:
        """The holder of a key that was made; may read the database."""
        key = self._keys.find(text)
        return None if key is None else Caller(key.id, key.name, key.namespaces, key.limit)

    def masked(self, text: str) -> str:
        """`text` without any key."""
        for key in self._named.values():
            text = text.replace(key, "•••")
        return _MADE.sub("•••", text)
