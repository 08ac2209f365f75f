"""Archive: what the history keeps of a request with files: references for bytes, addresses without what opens them.

A signed address is a key to what it names, so the values of its query are dots in the history; the file that was
fetched is kept, and `fetched` says under which reference, so that the request can be asked again.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from playground.call import Media
from playground.contract import RawInferenceRequest

DOTS = "•••"
_VALUES = re.compile(r"=[^&#]*")


class Archive(Protocol):
    """Where media of requests go, so that the history holds references."""

    def put(self, data: bytes, mime: str) -> str:
        """Keep a file; returns `media:<sha256>`."""


def archived(request: RawInferenceRequest, media: Mapping[str, Media], archive: Archive) -> dict[str, Any]:
    """The request as JSON: base64 and data URIs as `media:<sha256>` (`media:unreadable` where nothing could be opened),
    addresses without the values of their queries, and `fetched` with the references of files behind addresses.
    """
    kept = request.model_dump(exclude_none=True)
    references = {place: archive.put(each.data, each.mime) for place, each in media.items() if each.data}
    kept["inputs"] = {key: _kept(value, key, references) for key, value in kept["inputs"].items()}
    fetched = {place: references[place] for place, each in media.items() if each.url and each.data}
    return kept | {"fetched": fetched} if fetched else kept


def masked(address: str) -> str:
    """An address without user, password, fragment and the values of its query."""
    before, mark, query = address.partition("#")[0].partition("?")
    scheme, slashes, rest = before.rpartition("://")
    host, slash, path = rest.partition("/")
    shown = _VALUES.sub(f"={DOTS}", query) if "=" in query else DOTS if query else ""
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}{mark}{shown}"


def masks(media: Iterable[Media]) -> dict[str, str]:
    """What must stand in the history instead of which address."""
    return {each.url: masked(each.url) for each in media if each.url and masked(each.url) != each.url}


def without(value: Any, hidden: Mapping[str, str]) -> Any:
    """A JSON value whose texts hold no address that is hidden."""
    match value:
        case str():
            for address, shown in hidden.items():
                value = value.replace(address, shown)
            return value
        case Mapping():
            return {name: without(each, hidden) for name, each in value.items()}
        case list() | tuple():
            return [without(each, hidden) for each in value]
    return value


def _kept(value: Any, place: str, references: Mapping[str, str]) -> Any:
    """An input as it is kept; `place` is its path, whose last word says whether it holds a file."""
    match value:
        case Mapping():
            return {key: _kept(each, f"{place}.{key}", references) for key, each in value.items()}
        case list():
            return [_kept(each, f"{place}[{index}]", references) for index, each in enumerate(value)]
        case str():
            return _text(value, place, references)
    return value


def _text(value: str, place: str, references: Mapping[str, str]) -> str:
    word = re.sub(r"\[\d+\]$", "", place).rpartition(".")[2].rstrip("s")
    if word.endswith("base64") or (word.endswith("url") and value.lstrip()[:5].lower() == "data:"):
        return references.get(place, "media:unreadable")
    return masked(value) if word.endswith("url") else value
