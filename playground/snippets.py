"""One request in three forms that do the same: JSON, curl and Python, each ready to paste.

Secrets and media stay outside: the key is `$PLAYGROUND_API_KEY`, a file is read where the snippet runs.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from playground.contract import RawInferenceRequest

KEY = "PLAYGROUND_API_KEY"
PATH = "/v1/inference"
INLINE = 256
"""Characters of base64 that a snippet still shows; longer ones become a file name to fill in."""
_FILES = {
    "audio_base64": "audio.wav",
    "image_base64": "image.png",
    "video_base64": "video.mp4",
    "document_base64": "document.pdf",
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = re.compile(r'(?<=")\\u0000([^"\\]+)\\u0000(?=")')


def body(request: RawInferenceRequest | Mapping[str, Any]) -> dict[str, Any]:
    """What is sent: the fields that were given, and nothing that was not."""
    if isinstance(request, RawInferenceRequest):
        request = request.model_dump(exclude_none=True, exclude_defaults=True)
    return {name: value for name, value in request.items() if value is not None and value is not False}


def as_json(request: RawInferenceRequest | Mapping[str, Any]) -> str:
    """The body, indented; files stand as `<base64 of audio.wav>`."""
    return _dumped(_without_files(body(request), lambda name: f"<base64 of {name}>"))


def as_curl(request: RawInferenceRequest | Mapping[str, Any], origin: str) -> str:
    """A command for a POSIX shell. The body goes through a quoted here-document, where a shell changes nothing."""
    sent = body(request)
    curl = (
        f"curl {origin}{PATH} \\\n"
        f'  -H "Authorization: Bearer ${KEY}" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        "  --data-binary @-"
    )
    if not any(_files(sent)):
        return f"{curl} <<'JSON'\n{_dumped(sent)}\nJSON"
    pieces = _MARK.split(_dumped(_without_files(sent, lambda name: f"\0{name}\0")))
    lines = [_spelled(piece, is_file=place % 2 == 1) for place, piece in enumerate(pieces)]
    return "{\n" + "\n".join(lines) + "\n} | " + curl


def as_python(request: RawInferenceRequest | Mapping[str, Any], origin: str) -> str:
    """A program with httpx."""
    sent = body(request)
    imports = ["import os"]
    if any(_files(sent)):
        imports = ["import base64", *imports, "from pathlib import Path"]
    literal = _literal(_without_files(sent, _File), 1)
    return f"""\
{chr(10).join(imports)}

import httpx

response = httpx.post(
    {f"{origin}{PATH}"!r},
    headers={{"Authorization": f"Bearer {{os.environ['{KEY}']}}"}},
    json={literal},
    timeout=120,
)
response.raise_for_status()
print(response.json()["data"])
"""


class _File(str):
    """The name of a file that the snippet reads."""


def _files(sent: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(input, file name) of what is too long to show, or known by its reference only."""
    for name, value in sent.get("inputs", {}).items():
        if name in _FILES and isinstance(value, str) and (len(value) > INLINE or value.startswith("media:")):
            yield name, _FILES[name]


def _without_files(sent: dict[str, Any], stand_in: Any) -> dict[str, Any]:
    files = {name: stand_in(file) for name, file in _files(sent)}
    return {**sent, "inputs": {**sent.get("inputs", {}), **files}} if files else sent


def _dumped(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)  # no UTF-8 for half a character


def _spelled(part: str, *, is_file: bool) -> str:
    return f"base64 < {part} | tr -d '\\n'" if is_file else f"cat <<'JSON' | tr -d '\\n'\n{part}\nJSON"


def _literal(value: Any, depth: int) -> str:
    """A value as Python source, one entry per line."""
    pad, end = "    " * (depth + 1), "    " * depth
    match value:
        case _File():
            return f"base64.b64encode(Path({str(value)!r}).read_bytes()).decode()"
        case dict() if value:
            rows = "".join(f"{pad}{key!r}: {_literal(each, depth + 1)},\n" for key, each in value.items())
            return f"{{\n{rows}{end}}}"
        case list() if value:
            rows = "".join(f"{pad}{_literal(each, depth + 1)},\n" for each in value)
            return f"[\n{rows}{end}]"
        case _:
            return repr(value)
