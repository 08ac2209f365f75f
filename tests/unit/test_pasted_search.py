"""A search that was copied in any form is read back into the question it asks."""

from collections.abc import Callable

import pytest

from playground.errors import BadRequestError
from playground.pasted import Sought, sought
from playground.snippets import Post, as_curl, as_json, as_mixpeek, as_python, execution

ORIGIN = "http://127.0.0.1:8501"
FILTERS = {"field": "topic", "operator": "eq", "value": "Space"}
LINES: list[Callable[[Post], str]] = [
    *(lambda post, write=write: write(post, ORIGIN) for write in (as_curl, as_python, as_mixpeek)),
]


def stages(query: dict) -> list[dict]:
    search = {"feature_uri": "embedding", "query": query, "top_k": 100}
    parameters = {"searches": [search], "final_top_k": 5}
    return [{"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": parameters}}]


@pytest.mark.parametrize("write", LINES, ids=["curl", "python", "mixpeek"])
@pytest.mark.parametrize(
    ("query", "inputs", "mode", "value"),
    [
        ({"input_mode": "text", "value": "{{INPUT.query}}"}, {"query": 'it\'s "late"'}, "text", 'it\'s "late"'),
        ({"input_mode": "vector", "value": "{{inputs.v}}"}, {"v": [0.5, -1]}, "vector", [0.5, -1]),
        ({"input_mode": "document", "document_ref": {"document_id": "{{ input.d }}"}}, {"d": "x"}, "document", "x"),
    ],
)
def test_a_search_comes_back_from_every_form(write, query, inputs, mode, value):
    post = execution({"stages": stages(query), "inputs": inputs, "filters": FILTERS}, "notes")
    found = sought(write(post))
    assert found == Sought(mode, value, 5, '{"field": "topic", "operator": "eq", "value": "Space"}', "notes")


@pytest.mark.parametrize("write", LINES, ids=["curl", "python", "mixpeek"])
def test_a_saved_retriever_is_named(write):
    assert sought(write(execution({"inputs": {"query": "hi"}}, "notes", "ret_1"))) == Sought(
        "text", "hi", namespace="notes", retriever="ret_1"
    )


def test_json_alone_names_no_namespace_and_an_inference_request_is_no_search():
    post = execution({"stages": stages({"value": "plain words"}), "inputs": {}}, "notes")
    assert sought(as_json(post)) == Sought("text", "plain words", 5)
    assert sought('{"provider": "local", "model": "handbook", "inputs": {"prompts": ["Hi"]}}') is None


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"stages": stages({"value": "{{INPUT.q}}"}), "inputs": {}}, "takes the input `q`"),
        ({"stages": [], "inputs": {}}, "asks nothing"),
    ],
)
def test_a_search_that_asks_nothing_is_refused_in_words(body, said):
    with pytest.raises(BadRequestError, match=said):
        sought(as_json(Post("/v1/retrievers/execute", body, "", "documents")))
