"""Chat that answers from the bundled handbook by quoting its passages, and says when it has nothing."""

import re
from collections.abc import Iterator

from playground.call import Call, Chunk, Message, Model
from playground.providers.local.handbook.passages import passages
from playground.providers.local.handbook.search import Finding, Hit, index
from playground.providers.local.speaking import REFUSES, max_tokens, say

MODEL = Model(
    id="handbook",
    tasks=("chat",),
    title="Handbook (built in)",
    note="Quotes this project's handbook with sources; writes nothing of its own and says when it has nothing.",
    refuses=REFUSES,
)

# Words by which a question leans on the one before: `And in Python?`, `How long is it kept?`.
_LEANS = re.compile(
    r"^(and|or|but|so|then|also|why|what about|how about|more|example|an example)\b"
    r"|\b(it|its|that|this|those|these|they|them|there|one|same|instead|again|else|more)\b",
    re.IGNORECASE,
)
_DOUBT = "I am not sure that this is what you ask. The closest in the handbook:\n\n"


def answer(call: Call) -> Iterator[Chunk]:
    """The best passages word for word; `data` has `sources`, empty when the handbook has nothing."""
    max_tokens(call.parameters)
    finding = _find(call.messages)
    if finding.verdict == "nothing":
        yield from say(call, _nothing(), {"sources": []})
        return
    quotes = "\n\n".join(f"**{hit.passage.title}** ({hit.passage.page})\n\n{hit.passage.text}" for hit in finding.hits)
    doubt = _DOUBT if finding.verdict == "perhaps" else ""
    yield from say(call, doubt + quotes, {"sources": [_source(hit) for hit in finding.hits]})


def _find(messages: tuple[Message, ...]) -> Finding:
    """What fits the last message, together with the question before where it leans on that."""
    *earlier, question = [message.content for message in messages if message.role == "user"]
    alone = index().search(question)
    leans = earlier and _LEANS.search(question) and index().speaks_of(question)
    if not leans:
        return alone
    together = index().search(f"{earlier[-1]}\n{question}")
    return together if _strength(together) > _strength(alone) else alone


def _strength(finding: Finding) -> float:
    return finding.hits[0].score if finding.verdict == "sure" else 0.0


def _source(hit: Hit) -> dict[str, object]:
    passage = hit.passage
    return {"title": passage.title, "page": passage.page, "passage": passage.id, "score": round(hit.score, 3)}


def _nothing() -> str:
    pages = ", ".join(dict.fromkeys(passage.page for passage in passages()))
    return (
        "The handbook has nothing on that, and I only quote what is written there. "
        f"Its pages are: {pages}. For open questions choose a model that writes, for example one that Ollama serves, "
        "or one of a provider whose key you have set."
    )
