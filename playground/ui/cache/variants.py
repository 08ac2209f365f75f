"""Try to fool it: prompts that look much like a given one and mean something else, and one that means the same."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w])")
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|do|does|did|can|could|will|would|shall|should|must|may|has|have|had)\b", re.IGNORECASE
)
_NEGATION = re.compile(r"\b(not|never|no|without)\s|n['’]t\b", re.IGNORECASE)
_CONTRACTED = {"can": "can't", "will": "won't", "shall": "shan't", "may": "may not"}

_OPPOSITES = (
    "increase decrease, raise lower, more less, most least, high low, higher lower, highest lowest, large small, "
    "larger smaller, largest smallest, big little, long short, longer shorter, fast slow, faster slower, early late, "
    "earlier later, first last, before after, above below, over under, start stop, begin end, open close, enable "
    "disable, on off, in out, add remove, install uninstall, upload download, send receive, buy sell, push pull, "
    "lock unlock, show hide, allow forbid, accept reject, win lose, hot cold, warm cool, hard easy, hard soft, old "
    "new, young old, strong weak, safe dangerous, good bad, better worse, best worst, right wrong, true false, left "
    "right, north south, east west, inside outside, input output, import export, minimum maximum, advantage "
    "disadvantage, advantages disadvantages, pro con, pros cons, create delete, always never, all none, with "
    "without, include exclude, expensive cheap, rich poor, full empty, day night, morning evening, male female, "
    "public private, cached uncached, reuse recompute, reuses recomputes, wide narrow, deep shallow, ascending "
    "descending, positive negative, encode decode, encrypt decrypt, compress decompress, parent child, client server"
)
_SWAPS = (
    "kilometres miles, kilometers miles, km mi, kilograms pounds, kg lb, litres gallons, metres feet, meters feet, cm "
    "inches, celsius fahrenheit, seconds minutes, hours days, weeks months, euros dollars, euro dollar, EUR USD, "
    "GB MB, tokens words, input output, January June, March April, Monday Friday, Saturday Sunday, France Spain, "
    "Germany Italy, England Scotland, India China, Japan Korea, Canada Mexico, Paris London, Berlin Madrid, OpenAI "
    "Anthropic, Google Microsoft, Python Java, Rust Go, Windows Linux, Android iOS, curl wget, Chrome Firefox, "
    "MySQL PostgreSQL, English French, Mars Venus, cat dog, father mother, son daughter, brother sister"
)
_AROUND = re.compile(r"\b([\w-]+)\s+(to|than|from|into|before|after|over|of|with)\s+([\w-]+)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed prompt. `kind` is what was done to it; `same` when its right answer should still be the same one."""

    kind: str
    text: str
    same: bool = False


def variants(prompt: str) -> list[Variant]:
    """Everything that can be made of a prompt: each kind and each text at most once."""
    made = {prompt: Variant("", prompt)}
    for kind, make in _MAKERS.items():
        if text := make(prompt):
            made.setdefault(text, Variant(kind, text))
    return [*list(made.values())[1:], Variant("asked politely", _politely(prompt), same=True)]


def impossible(prompt: str) -> list[str]:
    """The kinds that this prompt has nothing for: no number in it, no word with a known opposite."""
    return [kind for kind, make in _MAKERS.items() if make(prompt) in ("", prompt)]


def _negated(prompt: str) -> str:
    """Takes a negation away where there is one, else puts one in."""
    if found := _NEGATION.search(prompt):
        rest = prompt[: found.start()] + prompt[found.end() :]
        return rest if found[0].endswith("t") else re.sub(r"\s+", " ", rest)
    if found := _AUXILIARY.search(prompt):
        word = found[0]
        said = _CONTRACTED.get(word.casefold(), f"{word.casefold()}n't")
        return _replaced(prompt, found, said)
    return f"Do not {prompt[:1].lower()}{prompt[1:]}"


def _renumbered(prompt: str) -> str:
    found = _NUMBER.search(prompt)
    if found is None:
        return ""
    digits = found[0]
    changed = digits[:-1] + ("8" if digits[-1] == "9" else str(int(digits[-1]) + 1))
    return prompt[: found.start()] + changed + prompt[found.end() :]


def _reordered(prompt: str) -> str:
    """Two words change places around a word that says how they relate; without one, the two longest neighbours do."""
    if found := _AROUND.search(prompt):
        return prompt[: found.start()] + f"{found[3]} {found[2]} {found[1]}" + prompt[found.end() :]
    words = list(_WORD.finditer(prompt))
    pairs = [(one, two) for one, two in pairwise(words) if min(len(one[0]), len(two[0])) > 2]
    if not pairs:
        return ""
    one, two = max(pairs, key=lambda pair: len(pair[0][0]) + len(pair[1][0]))
    return prompt[: one.start()] + two[0] + prompt[one.end() : two.start()] + one[0] + prompt[two.end() :]


def _exchanged(pairs: str) -> Callable[[str], str]:
    """Replaces the first word that the pairs know by its other half, and its other half by it."""
    others = _both_ways(pairs)

    def exchange(prompt: str) -> str:
        known = [found for found in _WORD.finditer(prompt) if found[0].casefold() in others]
        pair = {known[0][0].casefold(), others[known[0][0].casefold()].casefold()} if known else set()
        for found in reversed(known):  # from the end: places before it stay where they are
            word = found[0].casefold()
            if word in pair:
                prompt = _replaced(prompt, found, others[word])
        return prompt

    return exchange


def _both_ways(pairs: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for pair in pairs.split(", "):
        one, other = pair.split(" ")
        found.setdefault(one.casefold(), other)
        found.setdefault(other.casefold(), one)
    return found


def _replaced(prompt: str, found: re.Match[str], word: str) -> str:
    said = f"{word[:1].upper()}{word[1:]}" if found[0][:1].isupper() else word
    return prompt[: found.start()] + said + prompt[found.end() :]


def _politely(prompt: str) -> str:
    """The first word loses its capital, unless it is a name of capitals or the word I."""
    word = _WORD.match(prompt)
    inside = word is not None and (word[0] == "I" or word[0][1:] != word[0][1:].lower())
    return f"Could you tell me, please: {prompt if inside else prompt[:1].lower() + prompt[1:]}"


_MAKERS: Mapping[str, Callable[[str], str]] = {
    "negated": _negated,
    "number changed": _renumbered,
    "antonym": _exchanged(_OPPOSITES),
    "reordered": _reordered,
    "unit or name changed": _exchanged(_SWAPS),
}
