"""How many tokens a text has, where nobody can count them: a range by its letters.

A tokenizer is the provider's own, so this is a guess and says so. At the least each word is a token, for tokenizers do
not join words, and five signs or digits are; at the most three letters of a word are one, and every sign. Letters of
other alphabets are a quarter to two thirds of a token, Chinese, Japanese and Korean ones half to one and a half.
"""

import re

_WIDE = "぀-ヿ㐀-鿿가-힯豈-﫿\U00020000-\U0003ffff"
_PARTS = re.compile(
    rf"(?P<word>[A-Za-zÀ-ɏ]+)|(?P<sign>[!-~])|(?P<line>\n+)|(?P<wide>[{_WIDE}])|(?P<other>[^\s{_WIDE}])"
)
_LEAST = {"word": 1.0, "sign": 0.2, "line": 0.0, "wide": 0.5, "other": 0.25}
_MOST = {"sign": 1.0, "line": 1.0, "wide": 1.5, "other": 2 / 3}
MESSAGE = 4
"""Tokens that a turn of a conversation takes beside its words, at the most; some providers count none."""


def estimate(text: str) -> tuple[int, int]:
    """(at least, at most) tokens of a text; (0, 0) for an empty one."""
    low = high = 0.0
    for part in _PARTS.finditer(text):
        kind = part.lastgroup or "other"
        low += _LEAST[kind]
        high += -(-(part.end() - part.start()) // 3) if kind == "word" else _MOST[kind]
    return (max(1, int(low)), int(high) + 1) if text else (0, 0)
