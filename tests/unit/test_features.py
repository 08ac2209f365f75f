"""Builtin feature URIs: who answers, how long the vectors are, and what a query is asked with."""

import pytest

from playground.call import Stop
from playground.contract import RawInferenceRequest
from playground.errors import NotFoundError
from playground.features import TABLE
from playground.plugins.names import Uri
from playground.providers import providers
from playground.resolve import resolve
from playground.settings import Settings
from playground.transport import Transport
from playground.vectors.services import Services

E5 = "mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1"
MINILM = "mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"


@pytest.fixture(scope="module")
def everybody():
    settings = Settings.of({"GEMINI_API_KEY": "k"})
    return providers(settings, Transport(settings))


def planned(everybody, uri, **more):
    request = RawInferenceRequest(feature_uri=uri, inputs={"text": "a"}, **more)
    return resolve(request, everybody, stream=False, stop=Stop())


@pytest.mark.parametrize(
    ("uri", "provider", "model", "dimensions"),
    [
        (MINILM, "local", "all-minilm-l6-v2", 384),
        (E5, "local", "multilingual-e5-large-instruct", 1024),
        ("mixpeek://text_extractor@1.0.0/multilingual_e5_large_instruct_v1", "local", None, 1024),
        ("mixpeek://text_extractor@v1.0/all_minilm_l6_v2_v1", "local", None, 384),
        ("mixpeek://multimodal_extractor@v1/vertex_multimodal_embedding", "google", "multimodalembedding", 1408),
        ("mixpeek://multimodal_extractor@v2/gemini-embedding-2", "google", "gemini-embedding-2", 3072),
    ],
)
def test_who_answers_and_how_long_the_vectors_are(everybody, uri, provider, model, dimensions):
    plan = planned(everybody, uri)
    assert plan.provider.name == provider
    assert plan.model == model or model is None
    assert plan.provider.model(plan.model).dimensions == dimensions


@pytest.mark.parametrize("uri", TABLE, ids=str)
def test_every_row_names_a_model_that_is_known_and_embeds(everybody, uri):
    row = TABLE[uri]
    model = everybody[row.provider].model(row.model)
    assert "embedding" in model.tasks
    assert model.dimensions
    assert Uri.parse(str(uri)) == uri


def test_parameters_reach_the_model(everybody):
    plan = planned(everybody, "mixpeek://multimodal_extractor@v2/gemini-embedding-2", parameters={"dimensions": 768})
    assert plan.calls[0].parameters == {"dimensions": 768}
    assert planned(everybody, E5, parameters={"input_type": "query"}).calls[0].parameters == {"input_type": "query"}
    assert planned(everybody, E5).calls[0].parameters == {}


def test_what_no_row_has_is_not_found_and_the_rows_are_told(everybody):
    with pytest.raises(NotFoundError) as failure:
        planned(everybody, "mixpeek://image_extractor@v1/google_siglip_base_v1")
    assert str(Uri.parse(E5)) in failure.value.details["there"]


@pytest.mark.parametrize(
    ("service", "parameters"),
    [
        (E5, {"input_type": "query"}),
        ("mixpeek://text_extractor@1.0/multilingual_e5_large_instruct_v1", {"input_type": "query"}),
        ("intfloat/multilingual-e5-large-instruct", {"input_type": "query"}),
        (MINILM, None),
        ("local/all-minilm-l6-v2", None),
        ("mixpeek://no version", None),
    ],
)
def test_a_search_asks_as_the_feature_wants_to_be_asked(everybody, service, parameters):
    services = Services(lambda *_: None, lambda _: None, everybody)
    assert services.request(service, {"text": "a"}, query=True).parameters == parameters
    assert services.request(service, {"text": "a"}).parameters is None
