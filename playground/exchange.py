"""What goes over the wire, and what of it may be remembered: no secrets, no megabytes."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic_core import PydanticSerializationError, to_json

from playground.call import Exchange
from playground.errors import BadRequestError
from playground.settings import Settings
from playground.sse import parse
from playground.wire import File, WireRequest

SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie"})
DOTS = "•••"

_IDS = ("x-request-id", "request-id", "x-goog-request-id", "x-amzn-requestid", "cf-ray")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_IS_BASE64 = bytes(byte in _ALPHABET for byte in range(256))
_LONG = 257
_LONG_RUN = b"\x01" * _LONG
_BASE64 = re.compile(rf"[A-Za-z0-9+/_-]{{{_LONG},}}={{0,2}}")


def encode_json(value: Any) -> bytes:
    """A value as UTF-8 JSON. Halves of surrogate pairs are joined, a lone half becomes U+FFFD.

    Raises BadRequestError for values that JSON does not have.
    """
    try:
        return to_json(value)
    except PydanticSerializationError:
        pass
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError) as error:
        raise BadRequestError(
            f"the request cannot be written as JSON: {error}; use texts, numbers, lists, objects"
        ) from None
    return mended(text).encode()


def mended(text: str) -> str:
    """`text` without halves of surrogate pairs: joined where both are there, U+FFFD where one is alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def request_id(headers: Mapping[str, str]) -> str | None:
    """The provider's own id of a request, under whichever name it sends it."""
    return next((value for name in _IDS if (value := headers.get(name))), None)


def describe(
    request: WireRequest, body: bytes | None, settings: Settings, status: int | None, reply: Mapping[str, str]
) -> Exchange:
    """The exchange as it is remembered: secrets as dots, long base64 and files as their size.

    `body` is the JSON as it was sent; where it holds nothing to hide, the request's own value is kept, not a copy.
    """
    headers = {
        name: _dotted(name, value) if name.lower() in SECRET_HEADERS else settings.masked(value)
        for name, value in request.headers.items()
    }
    url = settings.masked(request.url)
    if "@" in url:
        url = url.replace(f"{urlsplit(url).netloc.rpartition('@')[0]}@", f"{DOTS}@", 1)
    shown = _form(request, settings) if body is None else _json(request.json, body, settings)
    return Exchange(request.method, url, headers, shown, status, request_id(reply))


def _dotted(name: str, value: str) -> str:
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {DOTS}" if blank and name.lower().endswith("authorization") else DOTS


def _json(value: Any, body: bytes, settings: Settings) -> Any:
    if any(secret.encode() in body for secret in settings.secret_values):
        value = parse(settings.masked(body.decode()).encode())
    elif b"\xef\xbf\xbd" in body:  # mended while it was written: show what was sent
        value = parse(body)
    # A table look-up per byte: 0.7 µs for a KB of prompt, where a regular expression takes 10.
    return _shortened(value) if _LONG_RUN in body.translate(_IS_BASE64) else value


def _shortened(value: Any) -> Any:
    match value:
        case str() if len(value) >= _LONG:
            return _BASE64.sub(lambda run: f"<base64, {len(run[0].rstrip('=')) * 3 // 4} bytes>", value)
        case Mapping():
            return {name: _shortened(each) for name, each in value.items()}
        case list() | tuple():
            return [_shortened(each) for each in value]
    return value


def _form(request: WireRequest, settings: Settings) -> Any:
    if request.file is None and not request.form:
        return None
    fields = [[name, settings.masked(value)] for name, value in request.form]
    return {"form": fields, "file": request.file and _file(request.file)}


def _file(file: File) -> dict[str, Any]:
    digest = hashlib.sha256(file.data).hexdigest()
    return {"name": file.name, "mime": file.mime, "bytes": len(file.data), "sha256": digest}


def without_keys(text: str) -> str:
    """`text` without anything that looks like a key, also where only a part of one is shown."""
    return _KEYS.sub(DOTS, text)


_KEYS = re.compile(
    r"""(?x)
    (?<=[Bb]earer\ ) [^\s"',;]+
    | (?<=[?&]key=) [^&\s"']+
    | \b (?: sk | pk | rk | gsk | xai | hf | fw | tgp ) [-_] [\w.*•…-]{6,}   # how providers begin their keys
    | \b AIza [\w.*•…-]{6,}
    | \b eyJ [\w.-]{16,}                                                     # a signed token
    | [\w-]* (?: \*{3,} | •{2,} ) [\w-]*                                      # partly shown
    | \b (?= [A-Za-z]*\d ) (?= \d*[A-Za-z] ) [A-Za-z0-9]{24,} \b             # nothing but letters and digits, long
    """
)
