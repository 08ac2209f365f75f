"""Extractive summary: the sentences closest to what the whole text is about, told in the text's own order.

A sentence counts by the cosine of its embedding to the mean of all (which ranks as its mean similarity to every
sentence does) and by its place, as in MEAD (Radev et al., 2004); each next one is picked by maximal marginal relevance
(Carbonell and Goldstein, 1998), so that the summary does not say one thing twice.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playground.call import Call, Chunk, Model
from playground.errors import BadRequestError
from playground.providers.local.encoder import BUNDLED, load
from playground.providers.local.sentences import split
from playground.providers.local.speaking import REFUSES, count, max_tokens, say, whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

SENTENCES = 3
"""Sentences of a summary when `sentences` is not given."""
MOST = 3000
"""Most sentences of a text; embedding them takes about ten seconds on one core."""
RELEVANCE = 0.7
"""What relevance weighs against repetition, 0 to 1."""
SAME = 0.9
"""Cosine from which a sentence says the same as one that was picked."""
LEAD = 0.2
"""What the first sentence is given for its place, the n-th an n-th of it: texts tend to open with their point."""
_SHORTEST = 6  # tokens: below are titles, greetings and fragments

MODEL = Model(
    id="summary",
    tasks=("chat",),
    title="Summary (built in)",
    note=(
        "Picks the sentences of your text that say most (`sentences`, 3 unless set) and writes nothing of its own; "
        "best in English."
    ),
    refuses=REFUSES,
)


def answer(call: Call) -> Iterator[Chunk]:
    """The summary of the last message. Raises BadRequestError for more than `MOST` sentences."""
    wanted = whole(call.parameters, "sentences") or SENTENCES
    max_tokens(call.parameters)
    sentences = split(_subject(call.messages[-1].content))
    if len(sentences) > MOST:
        raise BadRequestError(
            f"the text has {len(sentences):,} sentences, `summary` reads at most {MOST:,}; summarise it in parts"
        )
    if len(sentences) <= wanted:
        yield from say(call, _too_short(len(sentences)))
        return
    yield from say(call, " ".join(summarise(sentences, wanted, call)))


def summarise(sentences: list[str], wanted: int, call: Call) -> list[str]:
    """The `wanted` sentences that say most, in the order of the text; fewer when the rest only repeats them."""
    import numpy as np

    vectors = np.array([vector.values for vector in load(BUNDLED).embed_all(sentences, call.stop)], np.float32)
    candidates = [index for index, sentence in enumerate(sentences) if count(sentence) >= _SHORTEST]
    if len(candidates) <= wanted:
        candidates = list(range(len(sentences)))
    chosen = _choose(vectors[candidates], _relevance(vectors)[candidates], wanted)
    return [sentences[candidates[index]] for index in sorted(chosen)]


def _relevance(vectors: "NDArray[Any]") -> "NDArray[Any]":
    import numpy as np

    centre = vectors.mean(axis=0)
    cosine: NDArray[Any] = vectors @ (centre / (np.linalg.norm(centre) or 1.0))
    return cosine + LEAD / np.arange(1, len(vectors) + 1)


def _choose(vectors: "NDArray[Any]", relevance: "NDArray[Any]", wanted: int) -> list[int]:
    import numpy as np

    repetition = np.zeros(len(vectors), np.float32)
    left = np.ones(len(vectors), bool)
    chosen: list[int] = []
    while len(chosen) < wanted and left.any():
        worth = RELEVANCE * relevance - (1 - RELEVANCE) * repetition
        best = int(np.where(left, worth, -np.inf).argmax())
        chosen.append(best)
        repetition = np.maximum(repetition, vectors @ vectors[best])
        left &= repetition < SAME
    return chosen


def _subject(text: str) -> str:
    """The text without an instruction before it, as in `Summarise this: …` or a first line that ends in a colon."""
    head, colon, rest = text.partition(":")
    is_instruction = colon and len(head.split()) <= 15 and "." not in head and "\n" not in head
    return rest if is_instruction and len(split(rest)) > 1 else text


def _too_short(sentences: int) -> str:
    if sentences < 2:
        return (
            "I pick the most telling sentences of a longer text; I don't answer questions and write nothing of my own. "
            "Paste a text of several sentences, and I will shorten it."
        )
    return (
        f"The text has {sentences} sentences, no more than were asked for, so it is its own summary. "
        "Paste a longer text, or ask for fewer with `sentences`."
    )
