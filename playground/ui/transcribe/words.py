"""Words of the Transcribe page: names and numbers as Markdown shows them."""

import re

_UNSAFE = re.compile(r"[^\w-]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def plain(text: str) -> str:
    """A text that Markdown shows as it stands."""
    return _MARKDOWN.sub(r"\\\1", text)


def stem(recording: str) -> str:
    """The name of a recording as the name of a file beside it, without its ending."""
    return _UNSAFE.sub("-", recording.rpartition(".")[0] or recording).strip("-").lower() or "transcript"


def percent(rate: float) -> str:
    """`0 %`, `3.4 %`, `112 %`."""
    return f"{rate * 100:.3g} %"
