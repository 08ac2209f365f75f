"""Where the watch of a cache stands, in words."""

from playground.cache.watch import Watch
from playground.ui.cache.words import percent


def error_line(watch: Watch) -> str:
    """The estimate against the limit in one sentence of Markdown; before the first hit it says that there is none."""
    if watch.estimate is None or watch.lower is None or watch.upper is None or not watch.served:
        return "**Error** unknown, and none so far: no similar prompt was answered from the cache."
    within = watch.allowed is None or watch.estimate <= watch.allowed
    mark = ":green[:material/check:]" if within else ":orange[:material/warning:]"
    limit = "" if watch.allowed is None else f", the limit is {percent(watch.allowed)}"
    checks = "1 check" if watch.audited == 1 else f"{watch.audited:,} checks"
    return (
        f"{mark} **Error {percent(watch.estimate)}**{limit}; surely between {percent(watch.lower)} and "
        f"{percent(watch.upper)}, by {checks}."
    )


def careful_line(watch: Watch) -> str:
    """Why the cache is careful, and until when."""
    return (
        f":orange-badge[:material/shield: Careful] Checks found {watch.wrong:,} wrong of {watch.audited:,}, more than "
        "the limit explains. Until new checks say otherwise, only exact repeats are served."
    )
