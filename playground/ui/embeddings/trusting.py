"""How far the shown map can be trusted, in words and as a number."""

from playground.neighbours import Trust
from playground.projection import Projection

HELP = """\
**Trustworthiness** asks of every dot: are its nearest dots on the map also near in the original space? 1 is perfect,
0.5 is what dots thrown at random get (Venna and Kaski 2001). **False neighbours** of a dot are those among its
nearest on the map that are not among its nearest by cosine in the original space."""

_WORDS = (
    (0.95, ":green[high]: dots that lie together belong together"),
    (0.85, ":green[good]: most dots that lie together belong together"),
    (0.7, ":orange[fair]: read groups, not single distances"),
    (0.0, ":red[low]: what lies together may be far apart in truth"),
)


def words(projection: Projection, trust: Trust | None, total: int) -> str:
    """The sentence under the map, in Markdown."""
    parts = []
    if trust is not None:
        verdict = next(text for least, text in _WORDS if trust.score >= least)
        false = len(trust.mostly_false())
        parts.append(f"Trustworthiness **{trust.score:.2f}**, {verdict}.")
        judged = f"{len(trust.rows):,} judged dots" if len(trust.rows) < total else f"{total:,} dots"
        parts.append(f"{false:,} of {judged} have mostly false neighbours (of {trust.k}).")
    if projection.explained is not None:
        parts.append(f"The two axes hold {sum(projection.explained):.0%} of the variance.")
    return " ".join(parts)
