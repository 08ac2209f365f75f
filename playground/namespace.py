"""Namespaces: what one has (runs, cached answers, vectors), no other sees; here, how one may be called."""

import re

DEFAULT = "default"
"""The namespace of pages, and of requests that name none."""
FORM = "1 to 128 letters, digits, `_` or `-`, and start with a letter or digit"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")


def fits(name: str) -> bool:
    """Whether a namespace may be called this; `FORM` says it in words."""
    return _NAME.fullmatch(name) is not None


def private(namespace: str, owner: str) -> str:
    """Where a run in `namespace` is kept that only the API key `owner` may see; no request can name it."""
    return f"{namespace}@{owner}"
