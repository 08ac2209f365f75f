"""One request in forms that do the same: JSON, curl, Python, the `mixpeek` client, each ready to paste.

Secrets and media stay outside: the key is `$PLAYGROUND_API_KEY`, a file is read where the snippet runs.
"""

import base64
import contextlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from playground.call import Modality
from playground.contract import RawInferenceRequest
from playground.enclosed import Enclosed, changed, enclosed
from playground.media import EXTENSIONS, sniff

KEY = "PLAYGROUND_API_KEY"
INLINE = 256
"""Characters of base64 that a snippet still shows; longer ones become a file name to fill in."""
_NAMES: Mapping[Modality, str] = {
    "audio": "audio.wav",
    "image": "image.png",
    "video": "video.mp4",
    "document": "document.pdf",
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARK = re.compile(r'(?<=[",])\\u0000([^"\\]+)\\u0000(?=")')
_NUMBERS = re.compile(r"\[\n\s*((?:-?\d[^\s,\"]*,\s+)*-?\d[^\s,\"]*)\n\s*\]")  # a vector, which goes onto one line
_LABEL = re.compile(r"data:[^,]*,", re.IGNORECASE)
_HEAD = 64  # characters of Base64 in which a file's first bytes are


@dataclass(frozen=True, slots=True)
class Post:
    """A request to a path of the API, in a namespace where one is named.

    `call` is how the `mixpeek` client sends it, without the body that is its last argument; `told` is the part of the
    answer that a program prints, `attribute` whether that client gives it as an attribute. `origin` is another server
    than the one that is named when it is written, `key` the variable of the environment with the key.
    """

    path: str
    body: Mapping[str, Any]
    call: str
    told: str
    namespace: str = ""
    attribute: bool = True
    origin: str = ""
    key: str = KEY


Asked: TypeAlias = RawInferenceRequest | Mapping[str, Any] | Post
"""An inference request, live or from the history, or a request to another path."""


def execution(body: Mapping[str, Any], namespace: str, retriever: str = "") -> Post:
    """The execution of a retriever: of a saved one by its id, else of the one that stands in the body."""
    if retriever:
        call = f"RetrieversApi(client).execute_retriever({retriever!r}, "
        return Post(f"/v1/retrievers/{retriever}/execute", body, call, "documents", namespace)
    call = "AdhocRetrieversApi(client).execute_adhoc_retriever("
    return Post("/v1/retrievers/execute", body, call, "documents", namespace, attribute=False)


def recorded(post: Post) -> dict[str, Any]:
    """A request to another path as the history keeps it: its body, and in `sent` the rest."""
    return {**post.body, "sent": {each.name: getattr(post, each.name) for each in fields(post) if each.name != "body"}}


def body(request: RawInferenceRequest | Mapping[str, Any]) -> dict[str, Any]:
    """What is sent: the fields that were given, and nothing that was not."""
    if isinstance(request, RawInferenceRequest):
        request = request.model_dump(exclude_none=True, exclude_defaults=True)
    known = RawInferenceRequest.model_fields  # the history keeps more beside them
    given = {name: value for name, value in request.items() if name in known}
    return {name: value for name, value in given.items() if value is not None and value is not False}


def as_json(request: Asked) -> str:
    """The body, indented; files stand as `<base64 of audio.wav>`."""
    return _dumped(_without_files(_post(request).body, lambda file: f"{file.label}<base64 of {file.name}>"))


def as_curl(request: Asked, origin: str) -> str:
    """A command for a POSIX shell. The body goes through a quoted here-document, where a shell changes nothing."""
    post = _post(request)
    curl = (
        f"curl {post.origin or origin}{post.path} \\\n"
        f'  -H "Authorization: Bearer ${post.key}" \\\n'
        + (f"  -H 'X-Namespace: {post.namespace}' \\\n" if post.namespace else "")
        + "  -H 'Content-Type: application/json' \\\n"
        "  --data-binary @-"
    )
    if not _files(post.body):
        return f"{curl} <<'JSON'\n{_dumped(post.body)}\nJSON"
    pieces = _MARK.split(_dumped(_without_files(post.body, lambda file: f"{file.label}\0{file.name}\0")))
    lines = [_spelled(piece, is_file=place % 2 == 1) for place, piece in enumerate(pieces)]
    return "{\n" + "\n".join(lines) + "\n} | " + curl


def as_python(request: Asked, origin: str) -> str:
    """A program with httpx."""
    post = _post(request)
    literal = _literal(_without_files(post.body, lambda file: file), 1)
    namespace = f", 'X-Namespace': {post.namespace!r}" if post.namespace else ""
    return f"""\
{_imports(post.body)}

import httpx

response = httpx.post(
    {f"{post.origin or origin}{post.path}"!r},
    headers={{"Authorization": f"Bearer {{os.environ['{post.key}']}}"{namespace}}},
    json={literal},
    timeout=120,
)
response.raise_for_status()
print(response.json()["{post.told}"])
"""


def as_mixpeek(request: Asked, origin: str) -> str:
    """A program with the published `mixpeek` client, which sends the same request."""
    post = _post(request)
    literal = _literal(_without_files(post.body, lambda file: file), 1)
    key = f"access_token=os.environ[{post.key!r}]"
    namespace = f", api_key={{'NamespaceHeader': {post.namespace!r}}}" if post.namespace else ""
    return f"""\
{_imports(post.body)}

import mixpeek

configuration = mixpeek.Configuration(host={(post.origin or origin)!r}, {key}{namespace})
with mixpeek.ApiClient(configuration) as client:
    response = mixpeek.{post.call}{literal})
print(response{f".{post.told}" if post.attribute else f"[{post.told!r}]"})
"""


def _post(request: Asked) -> Post:
    if isinstance(request, Post):
        return request
    if isinstance(request, Mapping) and "sent" in request:
        own = ("provider", "model", "sent")  # what the history has beside the body
        return Post(body={name: value for name, value in request.items() if name not in own}, **request["sent"])
    return Post("/v1/inference", body(request), "InferenceApi(client).execute_raw_inference(", "data")


def _imports(sent: Mapping[str, Any]) -> str:
    """What a program takes from the standard library: more of it when it reads files."""
    return "import base64\nimport os\nfrom pathlib import Path" if _files(sent) else "import os"


@dataclass(frozen=True, slots=True)
class _File:
    """A file that the snippet reads, and what stands before its Base64: the beginning of a data URI, or nothing."""

    name: str
    label: str = ""


def _files(sent: Mapping[str, Any]) -> dict[str, _File]:
    """By place: the files that are too long to show, or known by their reference only. Each has a name of its own."""
    found: dict[str, _File] = {}
    taken: Counter[str] = Counter()
    for each in enclosed(sent.get("inputs", {})):
        if _is_hidden(each):
            stem, _, ending = _name(each).partition(".")
            taken[stem] += 1
            name = f"{stem}.{ending}" if taken[stem] == 1 else f"{stem}-{taken[stem]}.{ending}"
            found[each.place] = _File(name, _label(each, ending))
    return found


def _is_hidden(file: Enclosed) -> bool:
    """Addresses stay as they are."""
    if file.value.startswith("media:"):
        return True
    return len(file.value) > INLINE and (file.form == "base64" or _LABEL.match(file.value) is not None)


def _name(file: Enclosed) -> str:
    """The usual name of such a file, with the ending that its first bytes say."""
    usual = _NAMES[file.modality]
    with contextlib.suppress(ValueError):
        if kind := sniff(base64.b64decode(_LABEL.sub("", file.value, count=1)[:_HEAD])):
            return f"{usual.partition('.')[0]}.{EXTENSIONS[kind[1]]}"
    return usual


def _label(file: Enclosed, ending: str) -> str:
    label = _LABEL.match(file.value)
    if label:
        return label[0]
    mimes = [mime for mime, known in EXTENSIONS.items() if known == ending]
    return f"data:{mimes[0]};base64," if file.form == "url" else ""


def _without_files(sent: Mapping[str, Any], stand_in: Callable[[_File], Any]) -> Mapping[str, Any]:
    files = _files(sent)
    if not files:
        return sent
    inputs = changed(sent["inputs"], lambda each: stand_in(files[each.place]) if each.place in files else each.value)
    return {**sent, "inputs": inputs}


def _dumped(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = _NUMBERS.sub(lambda match: f"[{' '.join(match[1].split())}]", text)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)  # no UTF-8 for half a character


def _spelled(part: str, *, is_file: bool) -> str:
    return f"base64 < {part} | tr -d '\\n'" if is_file else f"cat <<'JSON' | tr -d '\\n'\n{part}\nJSON"


def _literal(value: Any, depth: int) -> str:
    """A value as Python source, one entry per line."""
    pad, end = "    " * (depth + 1), "    " * depth
    match value:
        case _File(name, label):
            before = f"{label!r} + " if label else ""
            return f"{before}base64.b64encode(Path({name!r}).read_bytes()).decode()"
        case dict() if value:
            rows = "".join(f"{pad}{key!r}: {_literal(each, depth + 1)},\n" for key, each in value.items())
            return f"{{\n{rows}{end}}}"
        case list() if value and not all(isinstance(each, int | float) for each in value):
            rows = "".join(f"{pad}{_literal(each, depth + 1)},\n" for each in value)
            return f"[\n{rows}{end}]"
        case _:
            return repr(value)
