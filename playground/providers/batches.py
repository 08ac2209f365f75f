"""An embedding call in parts that fit into one request each, and the counts of the parts together."""

from collections.abc import Iterator
from dataclasses import replace

from playground.call import Call, Media, Usage


def split(call: Call, most: int, room: int) -> Iterator[Call]:
    """The call in parts that fit into one request each: texts first, then files."""
    texts: list[str] = []
    media: list[Media] = []
    size = 0
    items: tuple[str | Media, ...] = (*call.texts, *call.media)
    for item in items:
        length = len(item.encode("utf-8", "replace")) if isinstance(item, str) else len(item.data)
        if (held := len(texts) + len(media)) and (held == most or size + length > room):
            yield replace(call, texts=tuple(texts), media=tuple(media))
            texts, media, size = [], [], 0
        if isinstance(item, str):
            texts.append(item)
        else:
            media.append(item)
        size += length
    yield replace(call, texts=tuple(texts), media=tuple(media))


def total(counts: list[Usage | None]) -> Usage | None:
    """The prompts' tokens together; None when one request was not counted."""
    prompts = [each.prompt for each in counts if each is not None and each.prompt is not None]
    return Usage(prompt=sum(prompts)) if len(prompts) == len(counts) else None
