"""What a run says of itself in a report, in few words."""

from datetime import UTC, datetime

from playground.record import RunRecord
from playground.store import excerpt

_STATUS = {"done": "done", "failed": "failed", "cancelled": "stopped"}


def moment(when: float) -> str:
    """`21 November 2026, 14:05:09 UTC`: who reads a file may be anywhere."""
    moment = datetime.fromtimestamp(when, UTC)
    return f"{moment.day} {moment:%B %Y, %H:%M:%S} UTC"


def question(run: RunRecord) -> str:
    """What was asked, in one line."""
    return excerpt.question(run.request)


def status(run: RunRecord) -> str:
    """How it ended."""
    return _STATUS[run.status]


def tokens(run: RunRecord) -> str:
    """The provider's counts: `15 in, 120 out, 40 reasoning`."""
    counts = {"in": run.prompt_tokens, "out": run.completion_tokens, "reasoning": run.reasoning_tokens or None}
    return ", ".join(f"{count:,} {way}" for way, count in counts.items() if count is not None) or "not counted"


def cache_word(run: RunRecord) -> str:
    """What the cache did, in a word."""
    if run.cached:
        return "from the cache"
    return "asked" if run.cache else "not asked"
