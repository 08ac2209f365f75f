"""Builtin features: which model of which provider answers for a feature URI of a builtin extractor.

To add one, add its row. Versions are normalised, so `mixpeek://text_extractor@v1/…` and `@1.0.0` are one address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.plugins.names import Uri


@dataclass(frozen=True, slots=True)
class Feature:
    """Who makes the vectors of an index. `parameters` hold unless the request gives them."""

    provider: str
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


TABLE: Mapping[Uri, Feature] = {
    Uri.parse("mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"): Feature("local", "all-minilm-l6-v2"),
}
"""The builtin features, by address."""
