"""Retrievers without a store: templates, stages, inputs, and the fusion of several lists."""

import pytest

from playground.errors import ValidationError
from playground.vectors import extractor, template
from playground.vectors.collections import index_of
from playground.vectors.filter import Condition
from playground.vectors.fusion import RANK, Ranking, fused
from playground.vectors.retriever import completed, schema_of
from playground.vectors.stages import AttributeFilter, FeatureSearch, filled, read, vet
from playground.vectors.template import MissingError, rendered

INPUTS = {"qv": [1, 2], "q": "a {{INPUT.qv}}", "user": {"tags": ["x", "y"], "a-b": {"c": 3}}, "n": 5}


def stage(**parameters: object) -> dict:
    return {"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": parameters}}


def search(**fields: object) -> dict:
    return {"feature_uri": "text", "query": {"input_mode": "vector", "value": "{{INPUT.qv}}"}} | fields


@pytest.mark.parametrize("space", ["INPUT", "inputs", "input", "Inputs", "INPUTS"])
def test_every_spelling_of_a_template_gives_the_value_itself(space: str):
    assert rendered(f"{{{{{space}.qv}}}}", INPUTS) == [1, 2]
    assert rendered(f" {{{{ {space}.qv }}}} ", INPUTS) == [1, 2]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{INPUT.user}}", INPUTS["user"]),
        ("{{INPUT.user.tags[1]}}", "y"),
        ("{{INPUT['user'].tags}}", ["x", "y"]),
        ('{{INPUT.user["a-b"].c}}', 3),
        ("{{INPUT.n}} of {{inputs.n}}", "5 of 5"),
        ("{{INPUT.q}}", "a {{INPUT.qv}}"),  # what users send is never a template
        ("no {template} }} here {{", "no {template} }} here {{"),
        (7, 7),
        ({"a": ["{{INPUT.n}}"]}, {"a": [5]}),
        ({"type": "dynamic", "field": "inputs.n"}, 5),
    ],
)
def test_templates(text: object, value: object):
    assert rendered(text, INPUTS) == value


@pytest.mark.parametrize("text", ["{{INPUT.gone}}", "{{INPUT.user.gone}}", "{{INPUT.user.tags[2]}}", "{{INPUT.n.m}}"])
def test_a_template_without_its_input_names_it(text: str):
    with pytest.raises(MissingError, match=r"the input `.+` is missing"):
        rendered(text, INPUTS)


@pytest.mark.parametrize("text", ["{{DOC.title}}", "{{INPUT.q | upper}}", "{{}}", "{{INPUT}}", "{{SECRET.key}}"])
def test_what_is_no_template_of_inputs_is_refused_when_a_retriever_is_made(text: str):
    with pytest.raises(ValidationError, match="no template"):
        template.check([{"a": text}])


def test_stages_are_read_with_their_defaults():
    only = read([stage(searches=[search(query={"value": [1.0]})], fusion="max")])[0]
    assert isinstance(only, FeatureSearch)
    assert (only.top_k, only.fusion, only.filter, only.unused) == (25, "max", None, ())
    found = only.searches[0]
    assert (found.top_k, found.weight, found.min_score, found.optional, found.on_empty) == (
        100,
        1.0,
        None,
        False,
        "error",
    )


def test_the_short_form_of_a_search_means_the_same():
    only = read([stage(searches=[{"vector_name": "text", "vector": [1.0], "top_k": 3}])])[0]
    assert isinstance(only, FeatureSearch)
    assert (only.searches[0].feature_uri, only.searches[0].top_k) == ("text", 3)
    assert only.searches[0].query == {"input_mode": "vector", "value": [1.0]}


def test_filters_stand_beside_the_parameters_or_in_a_stage_of_their_own():
    condition = {"field": "lang", "operator": "eq", "value": "de"}
    first = stage(searches=[])
    first["config"]["pre_filters"] = {"AND": [condition]}
    second = {"stage_name": "f", "config": {"stage_id": "attribute_filter", "parameters": condition}}
    one, two = read([first, second])
    wanted = Condition(("lang",), "eq", "de")
    assert isinstance(one, FeatureSearch)
    assert one.filter is not None
    assert one.filter.of == (wanted,)
    assert two == AttributeFilter("f", wanted)


def test_what_is_not_applied_is_known():
    only = stage(searches=[search(query_preprocessing={})], facets=[], final_top_k=3)
    only["config"]["post_filters"] = {"AND": []}
    assert set(read([only])[0].unused) == {"facets", "post_filters", "query_preprocessing"}


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"type": "embed", "model": "m"}, "body.stages.0.stage_name"),
        ({"stage_name": "s", "config": {"stage_id": "rerank"}}, "body.stages.0.config.stage_id"),
        (stage(searches=[search(top_k=0)]), "body.stages.0.config.parameters.searches.0.top_k"),
        (stage(searches=[search(top_k=5001)]), "body.stages.0.config.parameters.searches.0.top_k"),
        (stage(searches=[{"query": {}}]), "body.stages.0.config.parameters.searches.0.feature_uri"),
        (stage(searches=[search(lexical=True)]), "body.stages.0.config.parameters.searches.0.lexical"),
        (stage(searches=[], fusion="learned"), "body.stages.0.config.parameters.fusion"),
        ("text", "body.stages.0"),
    ],
)
def test_a_stage_that_cannot_run_is_refused_with_its_place(said: object, place: str):
    with pytest.raises(ValidationError) as refused:
        vet([said])
    assert place in [each["location"] for each in refused.value.details["validation_errors"]]


def test_numbers_and_filters_may_be_templates():
    said = stage(searches=[search(top_k="{{INPUT.n}}")], final_top_k="{{INPUT.n}}")
    said["config"]["pre_filters"] = {"AND": [{"field": "year", "operator": "gte", "value": "{{INPUT.n}}"}]}
    vet([said])
    only = read([filled(said, INPUTS)])[0]
    assert isinstance(only, FeatureSearch)
    assert (only.top_k, only.searches[0].top_k, only.searches[0].query["value"]) == (5, 5, [1, 2])


def test_a_filter_of_its_own_may_be_a_template_as_well():
    parameters = {"field": "lang", "operator": "in", "value": "{{INPUT.user.tags}}"}
    said = {"stage_name": "f", "config": {"stage_id": "attribute_filter", "parameters": parameters}}
    vet([said])
    assert read([filled(said, INPUTS)])[0] == AttributeFilter("f", Condition(("lang",), "in", ["x", "y"]))


def test_inputs_are_completed_and_checked():
    schema = schema_of({"qv": {"type": "array", "required": True}, "k": {"type": "integer", "default": 3}})
    assert completed(schema, {"qv": [1], "more": 1}) == {"qv": [1], "k": 3, "more": 1}
    for inputs, kind in (({}, "missing"), ({"qv": "x"}, "type_error"), ({"qv": [], "k": True}, "type_error")):
        with pytest.raises(ValidationError) as refused:
            completed(schema, inputs)
        assert [each["type"] for each in refused.value.details["validation_errors"]] == [kind]


def test_a_json_schema_of_inputs_means_the_same():
    said = {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}
    assert schema_of(said) == {"q": {"type": "string", "required": True}}


A = Ranking(0, "a", 1.0, [("x", 0.9), ("y", 0.5), ("z", 0.1)])
B = Ranking(1, "b", 0.5, [("y", 0.8), ("w", 0.4)])


def test_reciprocal_rank_fusion_is_the_sum_of_the_explained_contributions():
    places = fused([A, B], "rrf", 10)
    assert [each.id for each in places] == ["y", "x", "z", "w"]
    assert places[0].score == pytest.approx(1 / (RANK + 2) + 0.5 / (RANK + 1))
    assert [(share.search, share.rank, share.score, share.weight) for share in places[0].shares] == [
        (0, 2, 0.5, 1.0),
        (1, 1, 0.8, 0.5),
    ]
    for place in places:
        assert place.score == pytest.approx(sum(share.contribution for share in place.shares))


def test_other_fusions():
    assert {each.id: each.score for each in fused([A, B], "weighted", 10)} == pytest.approx(
        {"x": 0.9, "y": 0.5 + 0.4, "z": 0.1, "w": 0.2}
    )
    assert {each.id: each.score for each in fused([A, B], "max", 10)} == {"x": 0.9, "y": 0.8, "w": 0.4, "z": 0.1}
    spread = fused([A, B], "dbsf", 10)
    assert all(0 <= share.contribution <= share.weight for each in spread for share in each.shares)
    assert spread[0].id == "y"
    flat = Ranking(0, "a", 1.0, [("x", 0.3), ("y", 0.3)])
    assert [each.score for each in fused([flat, Ranking(1, "b", 1.0, [])], "dbsf", 10)] == [0.5, 0.5]


def test_one_search_alone_keeps_its_scores_and_equals_stand_by_id():
    assert [(each.id, each.score) for each in fused([B], "rrf", 1)] == [("y", 0.8)]
    assert [each.id for each in fused([Ranking(0, "a", 1.0, [("b", 1.0), ("a", 1.0)])], "max", 5)] == ["a", "b"]


def test_extractors_are_services():
    assert extractor.service({"feature_extractor_name": "mine", "version": "1.0.0"}) == "mixpeek://mine@1.0.0"
    small = {"feature_extractor_name": "text_extractor", "parameters": {"embedding_model": "all-MiniLM-L6-v2"}}
    assert extractor.service(small) == "mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"
    large = {"feature_extractor_name": "text_extractor", "version": "v1", "input_mappings": {"text": "story"}}
    assert extractor.service(large).endswith("/multilingual_e5_large_instruct_v1")
    assert extractor.source(large) == "story"
    with pytest.raises(ValidationError, match="feature_extractor_name"):
        extractor.service({}, "body")
    assert index_of("openai/text-embedding-3-small") == "openai_text-embedding-3-small"
