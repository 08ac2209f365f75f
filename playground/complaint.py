"""Complaint: what an error body says, in every shape that was seen from a provider.

OpenAI, Anthropic and Google wrap an object into `error` (Google sometimes into a list of one), Ollama a sentence;
vLLM is flat; FastAPI has `detail`; proxies send HTML; Responses put `error` into `response`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.sse import parse


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error body says: a sentence, identifiers from the finest to the coarsest, a status if it has one."""

    sentence: str = ""
    codes: tuple[str, ...] = ()
    status: int | None = None
    request_id: str | None = None

    def meaning_in(self, table: Mapping[str, int]) -> int | None:
        """The status that the first known identifier stands for."""
        return next((table[code.lower()] for code in self.codes if code.lower() in table), None)


def read(text: str) -> Complaint:
    """The complaint in the body of an error."""
    try:
        return understand(parse(text.encode(errors="replace")))
    except ValueError:
        return Complaint(_page(text))


def understand(data: Any) -> Complaint:
    """The complaint in a parsed body or event."""
    body = _body(data)
    outer = data if isinstance(data, Mapping) else {}
    numbers = [number for name in ("code", "status") if (number := _status(body.get(name)))]
    return Complaint(
        sentence=_sentence(body),
        codes=tuple(_codes(body)),
        status=numbers[0] if numbers else None,
        request_id=_text(outer.get("request_id")) or None,
    )


def _body(data: Any) -> Mapping[str, Any]:
    """The innermost object that describes the error, whatever it is wrapped in."""
    match data:
        case [first, *_]:
            return _body(first)
        case {"error": {} as error} | {"response": {"error": {} as error}} | {"detail": {} as error}:
            return _body(error) if "error" in error else error
        case {"error": str(sentence)}:
            return {**data, "message": sentence}
        case str(sentence):
            return {"message": sentence}
        case Mapping():
            return data
    return {}


def _sentence(body: Mapping[str, Any]) -> str:
    for name in ("message", "detail", "msg", "reason"):
        match body.get(name):
            case str(sentence) if sentence.strip():
                return sentence + _upstream(body)
            case [*failures] if failures:
                return "; ".join(map(_failure, failures))
    return ""


def _upstream(body: Mapping[str, Any]) -> str:
    """What the provider behind a router said, as OpenRouter passes it on."""
    match body.get("metadata"):
        case {"raw": str(raw)}:
            return f" ({raw})"
    return ""


def _failure(failure: Any) -> str:
    """One entry of FastAPI's `detail`: where and what."""
    match failure:
        case {"loc": [*place], "msg": str(what)}:
            return f"{'.'.join(map(str, place))}: {what}"
    return _text(failure) or _text(_body(failure).get("message"))


def _codes(body: Mapping[str, Any]) -> Iterator[str]:
    match body.get("details"):
        case {"error_code": str(code)}:
            yield code
        case [*entries]:
            yield from (
                entry["reason"] for entry in entries if isinstance(entry, Mapping) and _text(entry.get("reason"))
            )
    yield from filter(None, (_text(body.get(name)) for name in ("code", "status", "type")))


def _page(text: str) -> str:
    """What is worth telling of a body that is not JSON: the title of an HTML page, or the text itself."""
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    if title:
        return f"an HTML page titled `{title[1].strip()}`"
    return "an HTML page" if re.match(r"\s*<(!doctype|html)", text, re.IGNORECASE) else text


def _status(code: Any) -> int | None:
    """A code that is an HTTP status of an error, as a number or in digits."""
    number = int(code) if isinstance(code, int) or (isinstance(code, str) and code.isdecimal()) else 0
    return number if 400 <= number <= 599 else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
