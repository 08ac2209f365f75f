"""Markup that is safe by construction: every text is escaped on its way in, unless it is markup already."""

from collections.abc import Iterable
from html import escape


class Html(str):
    """Markup; any other `str` is text."""

    __slots__ = ()


EMPTY = Html("")


def tag(name: str, *children: str, **attributes: str) -> Html:
    """An element; `class_` and `for_` stand for names that Python keeps for itself. An image has no end."""
    words = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items() if value)
    return Html(f"<{name}{words}>" if name == "img" else f"<{name}{words}>{inside(children)}</{name}>")


def inside(children: Iterable[str]) -> Html:
    """Texts and markup, one after the other."""
    return Html("".join(child if isinstance(child, Html) else escape(child) for child in children))


def table(rows: Iterable[Iterable[str]], head: Iterable[str] = (), class_: str = "") -> Html:
    """Rows of cells; without a head the first cell of a row names it."""
    first = "td" if head else "th"
    body = [tag("tr", *(tag(first if not at else "td", cell) for at, cell in enumerate(row))) for row in rows]
    if not body:
        return EMPTY
    top = tag("thead", tag("tr", *(tag("th", word) for word in head))) if head else EMPTY
    return tag("div", tag("table", top, tag("tbody", *body)), class_=f"wide {class_}".strip())


def shut(label: str, *children: str) -> Html:
    """What is shown with a click; needs no script, and is open on paper."""
    return tag("details", tag("summary", label), *children)
