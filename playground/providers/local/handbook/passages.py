"""The handbook as passages: one per second-level heading of the Markdown files beside this one."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_ASKS = re.compile(r"<!-- asks: (.*?) -->\n*", re.DOTALL)
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Passage:
    """One answer. `asks` are questions it answers in other words than its own; they are searched, never shown."""

    id: str
    page: str
    title: str
    text: str
    asks: tuple[str, ...]


@cache
def passages() -> tuple[Passage, ...]:
    """Every passage, page by page. Ids are `<page>/<title>` in small letters and hyphens."""
    return tuple(
        passage for path in sorted(FOLDER.glob("*.md")) for passage in parse(path.stem, path.read_text("utf-8"))
    )


def parse(stem: str, text: str) -> list[Passage]:
    """The passages of one page; `stem` is its file's name, a number for the order before it."""
    head, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    page = head.strip().removeprefix("# ")
    return [_passage(stem.split("-", 1)[-1], page, section) for section in sections]


def _passage(stem: str, page: str, section: str) -> Passage:
    title, _, body = section.partition("\n")
    found = _ASKS.match(body)
    asks = tuple(ask.strip() for ask in found[1].split("|")) if found else ()
    slug = _SLUG.sub("-", title.lower()).strip("-")
    return Passage(f"{stem}/{slug}", page, title.strip(), _ASKS.sub("", body).strip(), asks)
