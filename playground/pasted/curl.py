"""A `curl` command for a POSIX shell, as people copy it, read back into the JSON it sends."""

import json
import re
import shlex
from typing import Any

from playground.errors import BadRequestError

_HERE = re.compile(r"<<-?\s*(['\"]?)(\w+)\1([^\n]*)\n(.*?)\n[ \t]*\2(?=\s|$)", re.DOTALL)
_READ = re.compile(r"^base64 (?:-w0 |--wrap=0 |-i )?<? ?(\S+) \| tr -d '\\n'$", re.MULTILINE)
_DATA = ("-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json")


def from_curl(text: str) -> Any:
    """The JSON of a command's body: in a here-document, in pieces with files between them, or as an argument.

    Raises BadRequestError.
    """
    return _json(_pieces(text) if _HERE.search(text) else _argument(text))


def _pieces(text: str) -> str:
    """Here-documents one after the other; what `base64` reads between them stands as `<base64 of name>`."""
    found = [(each.start(), each[4]) for each in _HERE.finditer(text)]
    blank = _HERE.sub(lambda each: "\n" * each[0].count("\n"), text)
    if "base64 <" in blank or "base64 -" in blank:
        ends = [(each.start(), each.end()) for each in _HERE.finditer(text)]
        found += [
            (each.start(), f"<base64 of {each[1]}>")
            for each in _READ.finditer(text)
            if not any(start <= each.start() < end for start, end in ends)
        ]
    return "".join(piece for _, piece in sorted(found))


def _argument(text: str) -> str:
    try:
        words = shlex.split(text.replace("\\\n", " ").replace("\\\r\n", " "), comments=False)
    except ValueError as error:
        raise BadRequestError(f"the pasted command does not end: {str(error).lower()}; copy it whole") from error
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in _DATA and equals:
            return value
        if word in _DATA and place + 1 < len(words):
            return words[place + 1]
        if word.startswith("-d") and len(word) > 2 and not word.startswith("--"):
            return word[2:]
    raise BadRequestError("the pasted command sends no body; it needs `-d '{…}'` or a here-document")


def _json(body: str) -> Any:
    if body.startswith("@"):
        raise BadRequestError(f"the pasted command sends the file `{body[1:]}`; paste what is in it")
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        raise BadRequestError(
            f"the body of the pasted command is no JSON: {error.msg.lower()} at line {error.lineno}, "
            f"column {error.colno} of it"
        ) from error
