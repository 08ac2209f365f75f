"""Services: who embeds, by the names that clients use; asked through the engine, so that every run is kept."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playground.call import Model
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.errors import PlaygroundError, ProviderError
from playground.features import TABLE
from playground.plugins.names import Uri
from playground.shapes import shapes
from playground.vectors.scope import Scope

Ask = Callable[[RawInferenceRequest, Scope], RawInferenceResponse]
"""Runs a request for a scope; raises PlaygroundError."""
Find = Callable[[RawInferenceRequest], Model | None]
"""What is known of the model that would answer, None where nothing is; raises PlaygroundError where nobody would."""

TEXTS = 256
"""Texts of one run."""
FILES = 16
"""Files of one run."""
_URI = "mixpeek://"
_PROBE = "dimension"

NAMES: Mapping[str, str] = {
    "intfloat/multilingual-e5-large-instruct": "mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1",
    "multilingual_e5_large_instruct_v1": "mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1",
    "sentence-transformers/all-minilm-l6-v2": "mixpeek://text_extractor@v1/all_minilm_l6_v2_v1",
    "all_minilm_l6_v2_v1": "mixpeek://text_extractor@v1/all_minilm_l6_v2_v1",
    "vertex_multimodal_embedding": "mixpeek://multimodal_extractor@v1/vertex_multimodal_embedding",
    "gemini-embedding-2": "mixpeek://multimodal_extractor@v2/gemini-embedding-2",
}
"""Names of services that stand for a feature URI, in lower case."""


@dataclass(frozen=True, slots=True)
class Services:
    """A service is a feature URI, one of `NAMES`, `provider/model`, or the inference name of a plugin."""

    ask: Ask
    find: Find
    providers: Iterable[str]

    def request(self, service: str, inputs: Mapping[str, Any], *, query: bool = False) -> RawInferenceRequest:
        """The request that has a service embed `inputs`; `query`: they are searched for."""
        name = NAMES.get(service.strip().lower(), service.strip())
        if name.startswith(_URI):
            parameters = _asking(name) if query else {}
            return RawInferenceRequest(feature_uri=name, inputs=dict(inputs), parameters=parameters or None)
        provider, slash, model = name.partition("/")
        if slash and provider.lower() in (*self.providers, "gemini"):
            same = [each.query for each in TABLE.values() if (each.provider, each.model) == (provider.lower(), model)]
            parameters = dict(same[0]) if query and same else {}
            return RawInferenceRequest(
                provider=provider, model=model, inputs=dict(inputs), parameters=parameters or None
            )
        return RawInferenceRequest(inference_name=name, inputs=dict(inputs))

    def dimension(self, scope: Scope, service: str) -> int:
        """The length of a service's vectors: as it is known, else found by asking for one. Raises PlaygroundError.

        It is asked to embed a word, or a picture where words are nothing that it takes.
        """
        request = self.request(service, {"text": _PROBE})
        model = self.find(request)
        if model is not None and model.dimensions:
            return model.dimensions
        if model is not None and "image" in model.inputs and "text" not in model.inputs:
            picture = f"data:image/png;base64,{b64encode(shapes()[0].data).decode()}"
            return len(next(self.contents(scope, service, [picture])))
        return len(_vectors(self.ask(request, scope), 1, service)[0])

    def known(self, service: str) -> Model | None:
        """What is known of a service's model, None where nobody answers to it or nothing is known."""
        try:
            return self.find(self.request(service, {"text": _PROBE}))
        except PlaygroundError:
            return None

    def queries(self, scope: Scope, service: str, texts: Sequence[str]) -> Iterator[list[float]]:
        """One vector for each text that is searched for. Raises PlaygroundError."""
        for start in range(0, len(texts), TEXTS):
            yield from self._embedded(scope, service, "texts", texts[start : start + TEXTS], query=True)

    def texts(self, scope: Scope, service: str, texts: Sequence[str]) -> Iterator[list[float]]:
        """One vector for each text. Raises PlaygroundError."""
        for start in range(0, len(texts), TEXTS):
            yield from self._embedded(scope, service, "texts", texts[start : start + TEXTS])

    def contents(self, scope: Scope, service: str, contents: Sequence[str]) -> Iterator[list[float]]:
        """One vector for each image: an http(s) address, a data URI or bare base64. Raises PlaygroundError."""
        for start in range(0, len(contents), FILES):
            for field, some in _alike(contents[start : start + FILES]):
                yield from self._embedded(scope, service, field, some)

    def _embedded(
        self, scope: Scope, service: str, field: str, values: Sequence[str], *, query: bool = False
    ) -> list[list[float]]:
        response = self.ask(self.request(service, {field: list(values)}, query=query), scope)
        return _vectors(response, len(values), service)


def readable(error: PlaygroundError) -> str:
    """An error in the middle of a sentence."""
    return error.message.rstrip(".")


def _asking(uri: str) -> dict[str, Any]:
    """The parameters with which a builtin feature reads what is searched for."""
    with suppress(ValueError):  # who asks will be told
        feature = TABLE.get(Uri.parse(uri))
        return dict(feature.query) if feature else {}
    return {}


def _alike(contents: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Neighbours of one form together, with the name of their input."""
    some: list[str] = []
    before = ""
    for content in contents:
        field = "image_urls" if content.lstrip()[:5].lower() in ("http:", "https", "data:") else "image_base64s"
        if some and field != before:
            yield before, some
            some = []
        before = field
        some.append(content)
    if some:
        yield before, some


def _vectors(response: RawInferenceResponse, count: int, service: str) -> list[list[float]]:
    data = response.data if isinstance(response.data, Mapping) else {}
    vectors = data.get("embeddings") or ([data["embedding"]] if "embedding" in data else [])
    if len(vectors) != count:
        raise ProviderError(
            f"`{service}` gave {len(vectors)} vectors where {count} were asked for; it may not be a service that embeds"
        )
    return [list(vector) for vector in vectors]
