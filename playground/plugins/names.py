"""Names of plugins: what is allowed, the one form of a version, ids, and addresses of features (`mixpeek://…`).

A plugin has a name and a version and with them an id, `my_text_embedder_1_0_0`. It answers to its id and to
`custom_plugin_` before it. Feature URIs, of plugins and of builtin extractors alike, are `Uri`.
"""

import re
from dataclasses import dataclass

PREFIX = "custom_plugin_"
"""What stands before a plugin's id in its longer name."""
RULE = "a letter from a to z, then 2 to 63 such letters, digits or underscores"

_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{2,63}")
_VERSION = re.compile(r"v?(\d{1,9})(?:[._](\d{1,9}))?(?:[._](\d{1,9}))?", re.ASCII)
_URI = re.compile(r"mixpeek://([^@/\s]+)@([^@/\s]+)(?:/([^/\s]+))?/?", re.IGNORECASE)


def check_name(name: str) -> str:
    """The name itself. Raises ValueError, whose sentence has the rule, for one that is not allowed."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"`{name}` is no name of a plugin: {RULE}")
    return name


def normalised(version: str) -> str:
    """A version as `1.0.0`, also from `1`, `v1`, `1.0`, `v2.1`. Raises ValueError for what is none."""
    found = _VERSION.fullmatch(version.strip())
    if found is None:
        raise ValueError(f"`{version}` is no version: write it as `1.0.0`")
    return ".".join(str(int(part or 0)) for part in found.groups())


def plugin_id(name: str, version: str) -> str:
    """`my_text_embedder` and `v1` are `my_text_embedder_1_0_0`. Raises ValueError for a version that is none."""
    return f"{name}_{normalised(version).replace('.', '_')}"


def inference_name(id: str) -> str:  # noqa: A002 - the word
    """The longer name of a plugin: `custom_plugin_my_text_embedder_1_0_0`."""
    return f"{PREFIX}{id}"


@dataclass(frozen=True, slots=True)
class Uri:
    """`mixpeek://name@version/index`; `version` is normalised, so that equal addresses are equal values.

    `index` is the name of the vector index, empty where the address names none.
    """

    name: str
    version: str
    index: str = ""

    @classmethod
    def parse(cls, text: str) -> "Uri":
        """Read an address. Raises ValueError, whose sentence has the right form."""
        found = _URI.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"`{text}` is no feature URI; it is written `mixpeek://name@version/index`")
        return cls(found[1], normalised(found[2]), found[3] or "")

    @property
    def plugin_id(self) -> str:
        """The id of the plugin that it would name."""
        return plugin_id(self.name, self.version)

    def __str__(self) -> str:
        return f"mixpeek://{self.name}@{self.version}" + (f"/{self.index}" if self.index else "")
