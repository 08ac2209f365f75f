"""Scope: what a stored answer depends on besides the words of the last message, as one short text."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from playground.call import Call, Media, Message

_WHO, _WHAT = 16, 32  # hex digits for the namespace and for the rest: an import changes the first, and only that


def scope(namespace: str, provider: str, call: Call, revision: str = "") -> str:
    """Equal for requests that may share an answer, given the words of the last message.

    Namespace, provider, model, system prompt, earlier messages, schema, every file by its content, and every parameter
    that was set: an unknown one may change the answer too. Streaming does not. `revision` is the model's, where its id
    does not say it all (`Model.revision`).
    """
    *earlier, last = call.messages
    asked = {
        "provider": provider,
        "model": call.model,
        "system": call.system or "",
        "earlier": [_message(each) for each in earlier],
        "media": [_file(each) for each in last.media],
        "schema": call.schema,
        "parameters": {name: _plain(value) for name, value in call.parameters.items()},
    } | ({"revision": revision} if revision else {})
    return f"{owner(namespace)}{_hash(json.dumps(asked, sort_keys=True, default=str), _WHAT)}"


def owner(namespace: str) -> str:
    """The beginning that all scopes of a namespace have in common."""
    return f"{_hash(namespace, _WHO)}."


def moved(name: str, namespace: str) -> str:
    """A scope of another namespace as one of this."""
    return f"{owner(namespace)}{name.rpartition('.')[2]}"


def asked(call: Call) -> str:
    """What is compared with earlier prompts: the words of the last message."""
    return call.messages[-1].content


def unopened(call: Call) -> bool:
    """Whether a file of the call is an address that the provider opens: nobody here knows what is behind it."""
    return any(not file.data for file in _files(call))


def _files(call: Call) -> Iterator[Media]:
    return (file for message in call.messages for file in message.media)


def _message(message: Message) -> list[Any]:
    return [message.role, message.content, *(_file(each) for each in message.media)]


def _file(media: Media) -> list[str]:
    content = hashlib.sha256(media.data).hexdigest() if media.data else media.url
    return [media.modality, media.mime, content]


def _plain(value: Any) -> Any:
    """A number as itself: 1 and 1.0 are the same parameter; `True` is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _hash(text: str, digits: int) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:digits]


DEMO = scope("", "local", Call("chat", "handbook", messages=(Message("user", ""),))).rpartition(".")[2]
"""The end of the scope of plain questions to the handbook, in whatever namespace: there the bundled examples are."""
