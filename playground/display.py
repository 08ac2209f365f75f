"""An answer as Markdown: what a notebook shows for a response."""

from collections.abc import Mapping
from typing import Any


def markdown(
    data: Any, provider: str, model: str, tokens: Mapping[str, int] | None, latency_ms: float, *, cached: bool = False
) -> str:
    """The answer first, one line of facts below it."""
    facts = [f"`{provider}/{model}`", f"{latency_ms:,.0f} ms"]
    if cached:
        facts.append("from the cache")
    elif tokens:
        facts += [f"{count:,} {name}" for name, count in tokens.items()]
    return f"{_body(data)}\n\n<small>{' · '.join(facts)}</small>"


def _body(data: Any) -> str:
    match data:
        case {"segments": list(segments), "text": str(text)}:
            rows = "\n".join(
                f"| {each['start']:.2f} | {each['end']:.2f} | {_cell(each['text'])} |" for each in segments
            )
            return f"{text}\n\n| start (s) | end (s) | text |\n|---:|---:|---|\n{rows}" if rows else text
        case {"text": str(text)}:
            return text
        case {"texts": list(texts)}:
            return "\n\n".join(f"**{number}.** {text}" for number, text in enumerate(texts, 1))
        case {"embedding": list(vector)}:
            return _vector(vector)
        case {"embeddings": list(vectors)}:
            shown = "\n".join(f"{number}. {_vector(vector)}" for number, vector in enumerate(vectors[:5], 1))
            return shown + (f"\n\n… {len(vectors) - 5:,} more" if len(vectors) > 5 else "")
        case _:
            return f"```\n{data!r}\n```"


def _vector(vector: list[float]) -> str:
    return f"[{', '.join(f'{value:.4f}' for value in vector[:6])}, …] ({len(vector)} dimensions)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
