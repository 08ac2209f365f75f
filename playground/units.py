"""Amounts as people read them: dollars, durations, how many of something."""

from math import floor, log10


def dollars(cost: float) -> str:
    """US dollars for people: `free`, `$0.000083`, `$0.0012`, `$1.50`: two digits that count, never an exponent."""
    if cost <= 0:
        return "free"
    return f"${cost:,.{max(2, 1 - floor(log10(cost)))}f}"


def counted(count: float, one: str, many: str = "") -> str:
    """`1 token`, `1,200 tokens`, `2 entries`; `many` where it is not `one` and an s."""
    return f"{count:,.0f} {one if count == 1 else many or f'{one}s'}"


def seconds(ms: float) -> str:
    """A duration for people: `12 ms`, `0.42 s`, `2 min 05 s`."""
    if ms < 100:
        return f"{ms:.0f} ms" if ms >= 1 else "under 1 ms"
    if ms < 60_000:
        return f"{ms / 1000:.2f} s" if ms < 10_000 else f"{ms / 1000:.1f} s"
    whole = round(ms / 1000)
    return f"{whole // 60} min {whole % 60:02} s"
