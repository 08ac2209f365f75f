"""Receipt: what the cache did with one prompt and why, for people (`sentence`) and programs (all of it)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from playground.cache.decision import Decision, Guarantee
from playground.units import counted

SHOWN = 4000
"""Letters of the nearest prompt that a receipt holds; runs are kept for ever, and a prompt may have a million."""
SERVED = frozenset({"exact", "hit"})
"""The statuses of an answer that came from the cache."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What an answer did not take: tokens, US dollars (None: the price is not known) and milliseconds."""

    tokens: int = 0
    cost: float | None = None
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """One prompt at the cache. Ids are decimal texts, for 63 bits are more than JavaScript's numbers hold.

    `status` is one of `Decision`'s, or `off` (the cache could not be used, `note` says why), `refresh` (passed by on
    request, the fresh answer took the stored one's place) or `no_store` (passed by, nothing is kept). `prompt` is the
    nearest stored one, `entry` its id and `group` its answer group's. `chance` is an upper bound of the chance that its
    answer is wrong here, `allowed` what may be served, `delta` the limit on the share of wrong answers. `age_s` is the
    age of the stored answer in seconds. `sampling_skipped`: the model would have drawn an answer, perhaps another one.
    `shared`: answered by the same request of somebody else, that was under way. `judge` lists what was found when the
    fresh answer was compared with stored ones; that comes later. `decision`, `audit` and `features` are what a
    person's verdict is learned with.
    """

    status: str
    sentence: str
    reason: str = ""
    prompt: str | None = None
    entry: str | None = None
    group: str | None = None
    similarity: float | None = None
    chance: float | None = None
    allowed: float | None = None
    delta: float | None = None
    guarantee: Guarantee | None = None
    labels: int = 0
    needed: int = 0
    age_s: float | None = None
    saved: Saved = field(default_factory=Saved)
    sampling_skipped: bool = False
    shared: bool = False
    demo: bool = False
    judge: tuple[Mapping[str, Any], ...] = ()
    note: str = ""
    decision: str | None = None
    audit: float = 1.0
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def served(self) -> bool:
        """Whether the answer came from the cache."""
        return self.status in SERVED

    def json(self) -> dict[str, Any]:
        """The receipt as JSON."""
        return asdict(self) | {"judge": [dict(each) for each in self.judge], "features": dict(self.features)}


def of_decision(decision: Decision, *, demo: bool = False, note: str = "") -> Receipt:
    """What a decision says by itself; a stored answer's age and worth are added by `worth`."""
    nearest = decision.candidates[0] if decision.candidates else None
    return Receipt(
        decision.status,
        _SENTENCES[decision.reason].format(**_figures(decision)),
        decision.reason,
        prompt=nearest.prompt[:SHOWN] if nearest else None,
        entry=str(nearest.entry) if nearest else None,
        group=str(nearest.group) if nearest else None,
        similarity=nearest.similarity if nearest else None,
        chance=decision.chance,
        allowed=decision.allowed,
        delta=decision.delta,
        guarantee=decision.guarantee,
        labels=decision.labels,
        needed=decision.needed,
        demo=demo,
        note=note,
        decision=str(decision.id),
        audit=decision.audit,
        features=decision.features,
    )


def worth(receipt: Receipt, saved: Saved, age: float, *, sampled: bool) -> Receipt:
    """The receipt of an answer that was served: how old it is, what it saved, whether the model would have drawn."""
    sentence = f"{receipt.sentence} It is {_age(age)} old{_savings(saved)}."
    if sampled:
        sentence += " The model would have drawn a new one."
    return replace(receipt, sentence=sentence, age_s=round(age, 1), saved=saved, sampling_skipped=sampled)


def shared(receipt: Receipt, saved: Saved, *, sampled: bool) -> Receipt:
    """The receipt of who waited for the same request of somebody else."""
    sentence = "The same request was under way, and this is its answer."
    return replace(
        receipt, status="exact", reason="shared", sentence=sentence, saved=saved, shared=True, sampling_skipped=sampled
    )


def off(note: str) -> Receipt:
    """The cache was asked for and could not be used; the model was asked instead."""
    return Receipt("off", "The cache could not be used; the model was asked.", note=note)


def served(receipt: Mapping[str, Any] | None) -> bool:
    """Whether a receipt's JSON is of an answer that came from the cache."""
    return receipt is not None and receipt["status"] in SERVED


REFRESH = Receipt("refresh", "The model was asked anew, as wanted; its answer takes the place of a stored one.")
NO_STORE = Receipt("no_store", "The cache was left alone, as wanted: nothing was looked up and nothing is kept.")

_SENTENCES: Mapping[str, str] = {
    "exact": "This very prompt was answered before.",
    "below_allowed": "A similar prompt was answered before; its answer is wrong here with a chance of up to {chance}.",
    "audit": "Would have been reused; the model was asked all the same, to check the cache.",
    "cold": "Learning, {labels:,} of {needed:,} judged answers: until then only exact repeats are reused.",
    "unproven": "Learning: what was judged so far does not yet show that similar prompts can be told apart.",
    "careful": "A similar prompt is stored, but the cache is careful for now: its last checks found too many errors.",
    "budget_spent": "A similar prompt is stored, wrong with a chance of up to {chance}; {allowed} is allowed now.",
    "alarm": "A similar prompt is stored, but it differs in a way that may change the answer.",
    "too_uncertain": "A similar prompt is stored, but its answer may be wrong with a chance of {chance}; no more than "
    "{allowed} is allowed.",
    "unlucky": "A similar prompt is stored; with a chance of error of {chance} it is reused only now and then.",
    "vetoed": "A similar prompt is stored, but a person called its answer wrong.",
    "unlikely": "Nothing stored is near enough: the nearest answer is probably wrong here.",
    "empty": "Nothing like it is stored yet.",
    "delta_zero": "Not stored yet; with a limit of 0 only exact repeats are reused.",
    "no_vector": "Not stored yet; without an embedding only exact repeats are found.",
    "too_long": "Not stored yet; of a prompt this long only exact repeats are reused.",
}


def _figures(decision: Decision) -> dict[str, Any]:
    return {
        "chance": _percent(decision.chance),
        "allowed": _percent(decision.allowed),
        "labels": decision.labels,
        "needed": decision.needed,
    }


def _percent(share: float | None) -> str:
    if share is None:
        return "an unknown size"
    return f"{share:.2%}" if share < 0.01 else f"{share:.1%}"


def _age(seconds: float) -> str:
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        count = int(seconds // length)
        if count:
            return f"{count:,} {unit}{'s' * (count != 1)}"
    return "less than a minute"


def _savings(saved: Saved) -> str:
    parts = [
        counted(saved.tokens, "token") if saved.tokens else "",
        f"${saved.cost:.6f}".rstrip("0") if saved.cost else "",
        f"{saved.ms / 1000:.1f} s" if saved.ms >= 50 else "",
    ]
    given = [part for part in parts if part]
    return f" and saved {' and '.join([', '.join(given[:-1]), given[-1]]) if given[1:] else given[0]}" if given else ""
