"""Builtin features: which model of which provider answers for a feature URI of a builtin extractor.

To add one, add its row. Versions are normalised, so `mixpeek://text_extractor@v1/…` and `@1.0.0` are one address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.plugins.names import Uri


@dataclass(frozen=True, slots=True)
class Feature:
    """Who makes the vectors of an index. `parameters` hold unless the request gives them; `query` are those that go
    with a text that is searched for, where a model reads that in another way than what is found.
    """

    provider: str
    model: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)


_E5 = Feature("local", "multilingual-e5-large-instruct", query={"input_type": "query"})

TABLE: Mapping[Uri, Feature] = {
    Uri.parse(f"mixpeek://{address}"): feature
    for address, feature in {
        "text_extractor@v1/multilingual_e5_large_instruct_v1": _E5,
        "text_extractor@v1/all_minilm_l6_v2_v1": Feature("local", "all-minilm-l6-v2"),
        "multimodal_extractor@v1/vertex_multimodal_embedding": Feature("google", "multimodalembedding"),
        "multimodal_extractor@v1/multilingual_e5_large_instruct_v1": _E5,
        "multimodal_extractor@v2/gemini-embedding-2": Feature("google", "gemini-embedding-2"),
    }.items()
}
"""The builtin features, by address, those of one extractor together. Their vectors are as long as the models say;
`parameters.dimensions` shortens those of `gemini-embedding-2` (3,072) to 1,536 or 768.

Addresses: https://docs.mixpeek.com/processing/feature-extractors and the models of PyPI `mixpeek` 1.3.783
(`embedding_model.py`, `multimodal_extractor_params.py`).
"""
