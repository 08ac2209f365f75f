"""What the cache decides about one request, and everything the decision was made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Guarantee = Literal["average", "per_request"]
"""Over which requests the chance of a wrong answer stays below delta: over the stream of them, or each one's own."""

Status = Literal["exact", "hit", "audited", "learning", "guarded", "miss"]
"""What became of the request.

exact     served: the same prompt was answered before
hit       served: a similar prompt was answered before, and the rule allowed it
audited   would have been a hit; goes to the model all the same, to check the cache's estimate
learning  something similar is there, but too little is known to reuse it
guarded   something similar is there and probably right, but not surely enough for delta
miss      nothing similar, or what is nearest is more probably wrong than right
"""

Reason = Literal[
    "exact",  # exact: the prompt is the stored one
    "below_allowed",  # hit: the chance of error is within what the rule allows now
    "audit",  # audited: the die chose this one to be checked
    "cold",  # learning: fewer labels than are needed
    "unproven",  # learning: the labels that there are do not yet show that the model can be trusted
    "careful",  # guarded: would be allowed, were the watch not careful at the moment
    "budget_spent",  # guarded: within what one answer may risk, but the stream's budget is used up
    "alarm",  # guarded: a number, name, negation … differs, and this group was never seen to be right in spite of that
    "too_uncertain",  # guarded: riskier than any one answer may be
    "unlucky",  # guarded, per request: served with a certain probability only, and the die said no
    "vetoed",  # guarded: a person called this group's answer wrong
    "unlikely",  # miss: more probably wrong than right
    "empty",  # miss: nothing in this scope yet
    "delta_zero",  # miss: delta is 0, so only exact repeats are served
    "no_vector",  # miss: no embedding came with the prompt, so only exact repeats are found
    "too_long",  # miss: a prompt this long is served to exact repeats only
]

Answer = Any
"""The caller's own handle of an answer; the cache hands it back and never looks into it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A group of prompts that share one answer, and the prompt of it that is nearest to the request."""

    group: int
    entry: int
    prompt: str
    answer: Answer = field(repr=False)
    similarity: float


@dataclass(frozen=True, slots=True)
class Decision:
    """The cache's answer to one look-up. It is all that `Core.observe` needs later to learn from a fresh answer.

    `candidates` are the best two groups, the likelier first. `chance` is an upper bound of the chance that the first
    one is wrong, None while nothing can be said; `allowed` is the largest chance that would be served now. `features`
    are what the chance was computed from, by name. `audit` is the probability with which such a request goes to the
    model, 1 when it may not be served; `id` is random and becomes the id of the label.
    """

    id: int
    status: Status
    reason: Reason
    delta: float
    guarantee: Guarantee
    candidates: tuple[Candidate, ...] = ()
    chance: float | None = None
    allowed: float | None = None
    features: Mapping[str, float] = field(default_factory=dict)
    audit: float = 1.0
    labels: int = 0
    needed: int = 0

    @property
    def serve(self) -> bool:
        """Whether `candidates[0].answer` may be given out."""
        return self.status in {"exact", "hit"}
