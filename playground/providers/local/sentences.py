"""Splits any language's text into sentences by punctuation and lines, without a word list."""

import re

# A mark that ends a sentence, quotes or brackets that close with it, then a blank; CJK marks need no blank. A mark
# after a single letter or before a small letter or number does not end one: `J. Smith`, `e.g. this`, `No. 5`.
# The first look-behind lets a match begin only at the first mark of a run, so that a row of dots takes linear time.
_END = re.compile(
    r"""(?:
        (?<![.!?…؟।]) (?<![\s.(][^\W\d_]) (?<!^[^\W\d_]) [.!?…؟।]++ ["'”’»)\]]*+ (?= \s+ [^\sa-zа-яα-ω0-9] )
        | (?<![。！？｡]) [。！？｡]++ [」』”）]*+
    ) \s*""",
    re.VERBOSE,
)
_BULLET = re.compile(r"^\s*(?:[-*•–#>]+|\d+[.)])\s+")
_WRAPPED = 40
"""A line at least so long may go on in the next one; a shorter one stands alone, as a title or an item."""


def split(text: str) -> list[str]:
    """The sentences in order, without bullets and outer blanks. Wrapped lines are joined, empty lines separate."""
    return [sentence for paragraph in _paragraphs(text) for sentence in _sentences(paragraph)]


def _paragraphs(text: str) -> list[str]:
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        lines, words = found[-1], _BULLET.sub("", line).strip()
        goes_on = lines and words and len(lines[-1]) >= _WRAPPED and not _BULLET.match(line)
        if goes_on:
            lines.append(words)
        else:
            found.append([words] if words else [])
    return [" ".join(lines) for lines in found if lines]


def _sentences(paragraph: str) -> list[str]:
    ends = [
        match.end()
        for match in _END.finditer(paragraph)
        if not _is_title(paragraph[max(0, match.end() - 6) : match.end()])
    ]
    pieces = (paragraph[start:end].strip() for start, end in zip([0, *ends], [*ends, len(paragraph)], strict=True))
    return [piece for piece in pieces if any(map(str.isalnum, piece))]


def _is_title(tail: str) -> bool:
    """Whether a text ends in an abbreviation like `Dr.`, `Mrs.`, `Nr.`; `Yes.` counts too and does no harm."""
    word = next(iter(tail.split()[-1:]), "")
    return 3 <= len(word) <= 4 and word.endswith(".") and word[0].isupper() and word[1:-1].islower()
