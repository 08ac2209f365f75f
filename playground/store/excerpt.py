"""What a run was about, in text: one line of the question and of the answer, and all of it for the search."""

import unicodedata
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from playground.enclosed import enclosed
from playground.record import RunRecord

LINE = 160
"""Characters of a question or answer shown in a list."""
SEARCHED = 100_000
"""Characters of the question, and of the answer, that the search looks at."""
_SILENT = {"role", "type", "base64"}


def question(request: Mapping[str, Any]) -> str:
    """The line for a request: what was said last, or the first of several prompts or texts."""
    inputs = request.get("inputs")
    if not isinstance(inputs, Mapping):
        return ""
    if "messages" in inputs:
        said = deque(_strings(inputs["messages"]), maxlen=1)
        return _line(said[0]) if said else ", ".join(each.modality for each in enclosed(inputs))
    asked = [inputs[key] for key in ("prompts", "text", "texts") if key in inputs]
    return _line(next(_strings(asked or inputs), ""))


def answer(record: RunRecord) -> str:
    """The line for what came back: text, the shape of vectors, else what went wrong."""
    for text in _answers(record):
        if text:
            return _line(text)
    data = (record.response or {}).get("data")
    if isinstance(data, Mapping) and isinstance(data.get("documents"), list):
        return f"{len(data['documents']):,} documents"
    if record.raw and isinstance(data, Mapping):
        return _line(", ".join(data))
    if isinstance(data, Mapping) and "dimensions" in data:
        vectors = len(data["embeddings"]) if "embeddings" in data else 1
        return f"{vectors:,} × {data['dimensions']} numbers"
    return _line(_problem(record))


def searched(record: RunRecord) -> str:
    """Everything the search looks at, folded as `folded` does."""
    asked = _first_of(_strings(record.request.get("inputs")))
    said = _first_of(_answers(record))
    parts = (record.id, record.provider_request_id or "", asked, said, _problem(record))
    return folded("\n".join(filter(None, parts)))


def folded(text: str) -> str:
    """Text made comparable: one case, composed accents, nothing that SQLite would take for an end."""
    if text.isascii():
        return text.lower().replace("\0", " ")
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return unicodedata.normalize("NFC", text.casefold()).replace("\0", " ")


def _answers(record: RunRecord) -> Iterator[str]:
    data = (record.response or {}).get("data")
    if isinstance(data, Mapping):
        yield from _strings([data.get(key) for key in ("text", "texts", "reasoning")])
    yield from record.partial


def _problem(record: RunRecord) -> str:
    error = (record.error or {}).get("error")
    return str(error.get("message", "")) if isinstance(error, Mapping) else ""


def _strings(value: object) -> Iterator[str]:
    """The texts in a JSON value, in order; roles of messages, kinds of parts, files and references to them are none."""
    match value:
        case str():
            if value and not value.startswith("media:"):
                yield value
        case Mapping():
            for key, each in value.items():
                if key not in _SILENT:
                    yield from _strings(each)
        case list() | tuple():
            for each in value:
                yield from _strings(each)


def _first_of(texts: Iterator[str]) -> str:
    parts, room = list[str](), SEARCHED
    for text in texts:
        parts.append(text[:room])
        room -= len(text) + 1
        if room <= 0:
            break
    return "\n".join(parts)


def _line(text: str) -> str:
    """The beginning of a text on one line."""
    words = " ".join(text[: 4 * LINE].split())
    return words if len(words) <= LINE and len(text) <= 4 * LINE else words[: LINE - 1] + "…"
