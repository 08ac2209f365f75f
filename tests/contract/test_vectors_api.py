"""Namespaces, documents, retrievers and collections over HTTP: shapes, refusals, and nobody sees another's."""

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.contract.serving import Served, serve
from tests.contract.test_errors import check
from tests.contract.test_openapi import VECTORS
from tests.specimens import picture

MINE, THEIRS = "key-of-the-first-person", "key-of-somebody-else"
X, Y = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]
CONFIGS = [{"name": "one", "dimension": 3}]
STAGE = {
    "stage_name": "near",
    "config": {
        "stage_id": "feature_search",
        "parameters": {
            "searches": [{"feature_uri": "one", "query": {"input_mode": "vector", "value": "{{INPUT.q}}"}}],
            "final_top_k": 10,
        },
    },
}
BODIES: dict[str, dict[str, Any]] = {
    "upsert_documents_byo": {"documents": [{"document_id": "d", "vectors": {"one": X}}]},
    "promote_namespace": {"vector_mappings": []},
    "create_retriever": {"retriever_name": "new", "stages": [STAGE]},
    "execute_adhoc_retriever": {"stages": [STAGE], "inputs": {"q": X}},
    "execute_retriever": {"inputs": {"q": X}},
    "execute_batch": {"queries": [{"inputs": {"q": X}}]},
    "patch_retriever": {"description": "x"},
    "create_collection": {"collection_name": "new"},
    "update_collection": {"description": "x"},
    "create_document": {"text": "a"},
}
PLACES = {"namespace_id": "space", "document_id": "a", "retriever_id": "near", "collection_identifier": "stories"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of two keys; the first has a namespace with all there can be in one."""
    folder = tmp_path_factory.mktemp("data")
    with serve(folder, key=f"{MINE},{THEIRS}", PLAYGROUND_RATE_LIMIT=0, PLAYGROUND_MAX_BODY_MB=8) as both:
        made = replace(both, key=MINE)
        with made.client(**{"X-Namespace": "space"}) as client:
            assert client.post("/v1/namespaces/standalone", json=space("space")).status_code == 200
            for path, body in (
                ("/v1/namespaces/space/documents/upsert", {"documents": [document("a", X), document("b", Y)]}),
                ("/v1/retrievers", {"retriever_name": "near", "stages": [STAGE]}),
                ("/v1/collections", {"collection_name": "stories", "embedder": "local/all-minilm-l6-v2"}),
                ("/v1/collections/stories/documents", {"document_id": "s", "text": "Glaciers are rivers of ice"}),
            ):
                answer = client.post(path, json=body)
                assert answer.status_code == 200, answer.text
        yield made


@pytest.fixture
def mine(served: Served) -> Iterator[httpx.Client]:
    with served.client(**{"X-Namespace": "space"}) as client:
        yield client


@pytest.fixture
def theirs(served: Served) -> Iterator[httpx.Client]:
    with replace(served, key=THEIRS).client(**{"X-Namespace": "space"}) as client:
        yield client


def space(name: str, **more: object) -> dict[str, Any]:
    return {"namespace_id": name, "vector_configs": CONFIGS, **more}


def document(id_: str, vector: list[float], **payload: object) -> dict[str, Any]:
    return {"document_id": id_, "vectors": {"one": vector}, "payload": {"title": id_, **payload}}


def operations(served: Served) -> dict[str, tuple[str, str]]:
    """The operations of vectors: name -> (verb, path)."""
    paths = httpx.get(f"{served.url}/openapi.json", timeout=60).json()["paths"]
    return {
        re.sub(r"_v1_.*", "", operation["operationId"]): (verb.upper(), path)
        for path, verbs in paths.items()
        for verb, operation in verbs.items()
        if operation["tags"][0] in VECTORS
    }


def test_the_operations_have_the_names_of_the_published_client(served):
    """As methods of `BYODocumentsApi`, `NamespacesApi`, `DocumentsApi`, `RetrieversApi` and so on in 1.3.783."""
    assert set(operations(served)) == {
        *("create_standalone_namespace", "upsert_documents_byo", "get_document_byo", "promote_namespace"),
        *("validate_promotion", "create_namespace", "get_namespace", "delete_namespace", "list_namespaces"),
        *("list_namespaces_get", "get_document_ns", "list_documents_ns"),
        *("create_retriever", "get_retriever", "patch_retriever", "delete_retriever", "list_retrievers"),
        *("list_retrievers_get", "execute_retriever", "execute_adhoc_retriever", "execute_batch"),
        *("create_collection", "get_collection", "update_collection", "delete_collection", "list_collections"),
        *("list_collections_get", "create_document", "get_document", "list_documents", "delete_document"),
        *("delete_document_byo", "list_documents_byo"),  # additions
    }


def test_whatever_is_anothers_is_not_there(served, mine, theirs):
    lists = 0
    for name, (verb, path) in operations(served).items():
        if name in ("create_standalone_namespace", "create_namespace"):
            continue  # a name is taken by each for themselves
        answer = theirs.request(verb, path.format(**PLACES), json=BODIES.get(name))
        if answer.status_code == 200:
            lists += 1
            assert name.startswith("list_"), name
            assert answer.json()["results"] == []
        else:
            check(answer, 404, "NotFoundError")
    assert lists == 6
    assert mine.get("/v1/documents/a").json()["payload"] == {"title": "a"}
    assert mine.get("/v1/namespaces/space").json()["document_count"] == 3


def test_a_namespace_that_is_not_there_is_said_beside_an_empty_list(theirs):
    for kind in ("retrievers", "collections"):
        (warning,) = theirs.post(f"/v1/{kind}/list").json()["warnings"]
        assert (warning["id"], warning["reason"]) == ("space", "unresolved")


def test_two_keys_may_use_one_name(mine, theirs):
    assert mine.post("/v1/namespaces/standalone", json=space("both")).status_code == 200
    assert theirs.post("/v1/namespaces/standalone", json=space("both")).status_code == 200
    mine.post("/v1/namespaces/both/documents/upsert", json={"documents": [document("only mine", X)]})
    assert theirs.post("/v1/namespaces/both/documents/list").json()["results"] == []
    assert theirs.delete("/v1/namespaces/both").status_code == 200
    assert mine.get("/v1/namespaces/both/documents/only mine").status_code == 200
    assert [each["namespace_id"] for each in theirs.get("/v1/namespaces").json()["results"]] == []


def test_a_key_of_few_namespaces_makes_and_lists_only_these(served):
    text, _ = served.runs.history.keys.create("limited", ["own"])
    with replace(served, key=text).client() as client:
        assert client.post("/v1/namespaces/standalone", json=space("own")).status_code == 200
        refused = client.post("/v1/namespaces/standalone", json=space("space"))
        assert check(refused, 403, "ForbiddenError")["code"] == "namespace_forbidden"
        check(client.post("/v1/namespaces", json={"namespace_name": "space"}), 403, "ForbiddenError")
        check(client.get("/v1/namespaces/space"), 403, "ForbiddenError")
        assert [each["namespace_id"] for each in client.get("/v1/namespaces").json()["results"]] == ["own"]


def test_keys_that_nobody_declared_are_ignored(mine):
    body = space("odd", namespace_name="Odd one", mode="standalone", more={"a": 1})
    assert mine.post("/v1/namespaces/standalone", json=body).status_code == 200
    assert mine.get("/v1/namespaces/odd").json()["namespace_name"] == "Odd one"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body.namespace_id"),
        ({"namespace_id": "a b"}, "body.namespace_id"),
        (space("n", vector_configs=[{"name": "v", "dimension": 0}]), "body.vector_configs.0.dimension"),
        (space("n", vector_configs=[{"name": "v", "dimension": 2, "metric": "near"}]), "body.vector_configs.0.metric"),
        (space("n", vector_configs=[*CONFIGS, *CONFIGS]), "body.vector_configs"),
    ],
)
def test_a_namespace_that_cannot_be_is_a_422_in_both_shapes(mine, body, place):
    answer = mine.post("/v1/namespaces/standalone", json=body)
    details = check(answer, 422, "ValidationError")["details"]["validation_errors"]
    assert [each["location"] for each in details] == [place]
    assert [".".join(map(str, each["loc"])) for each in answer.json()["detail"]] == [place]


def test_a_namespace_is_made_once(mine):
    check(mine.post("/v1/namespaces/standalone", json=space("space")), 409, "AlreadyExistsError")


def test_metrics_in_every_spelling(mine):
    metrics = ("cosine", "dot", "dot_product", "euclidean")
    configs = [{"name": metric, "dimension": 2, "metric": metric} for metric in metrics]
    told = mine.post("/v1/namespaces/standalone", json=space("metrics", vector_configs=configs)).json()
    assert [each["metric"] for each in told["vector_configs"]] == ["cosine", "dot_product", "dot_product", "euclidean"]


def test_documents_that_do_not_fit_are_refused_together_with_both_numbers(mine):
    documents = [document("fine", X), {"document_id": "short", "vectors": {"one": [1.0, 2.0]}}]
    answer = mine.post("/v1/namespaces/space/documents/upsert", json={"documents": documents})
    error = check(answer, 422, "ValidationError")
    assert re.search(r"\b2\b.*\b3\b|\b3\b.*\b2\b", error["message"])
    check(mine.get("/v1/documents/fine"), 404, "NotFoundError")
    many = [document(f"n{number}", X) for number in range(1001)]
    check(mine.post("/v1/namespaces/space/documents/upsert", json={"documents": many}), 422, "ValidationError")


def test_a_document_goes_its_way(mine):
    written = mine.post(
        "/v1/namespaces/space/documents/upsert",
        json={"documents": [document("a/b c", Y, n=1, none=None) | {"metadata": {"by": "us"}}]},
    ).json()
    assert (written["inserted"], written["document_ids"], "write_token" in written) == (1, ["a/b c"], False)
    for path in ("/v1/namespaces/space/documents/a%2Fb c", "/v1/documents/a/b c"):
        found = mine.get(path, params={"return_vectors": True}).json()
        assert found["payload"] == {"title": "a/b c", "n": 1, "none": None, "metadata": {"by": "us"}}
        assert (found["document_id"], found["n"], found["vectors"]) == ("a/b c", 1, {"one": Y})
    filters = {"AND": [{"field": "metadata.by", "operator": "eq", "value": "us"}]}
    listed = mine.post("/v1/documents/list?include_total=true", json={"filters": filters}).json()
    assert ([each["document_id"] for each in listed["results"]], listed["total_documents"]) == (["a/b c"], 1)
    assert mine.delete("/v1/namespaces/space/documents/a%2Fb c").json()["deleted"] == 1
    check(mine.delete("/v1/namespaces/space/documents/a%2Fb c"), 404, "NotFoundError")


def test_lists_have_pages(mine):
    first = mine.post("/v1/documents/list?limit=2").json()
    second = mine.post("/v1/documents/list", json={"limit": 2, "cursor": first["pagination"]["next_cursor"]}).json()
    assert [each["document_id"] for each in first["results"] + second["results"]] == ["a", "b", "s"]
    assert second["pagination"]["next_cursor"] is None
    assert mine.post("/v1/documents/list?page_size=1&page=2").json()["results"][0]["document_id"] == "b"
    check(mine.post("/v1/documents/list", json={"cursor": "???"}), 422, "ValidationError")
    check(mine.post("/v1/documents/list?limit=0"), 422, "ValidationError")


def test_an_execution_has_its_documents_twice_and_says_why(mine):
    found = mine.post("/v1/retrievers/near/execute", json={"inputs": {"q": X}}).json()
    assert found["documents"] == found["results"]
    first = found["documents"][0]
    assert (first["document_id"], first["score"], first["title"], first["payload"]) == ("a", 1.0, "a", {"title": "a"})
    assert first["explanation"] == [
        {"search": 0, "feature_uri": "one", "rank": 1, "score": 1.0, "weight": 1.0, "contribution": 1.0}
    ]
    assert (found["status"], found["pagination"]["total"], found["pagination"]["has_next"]) == ("completed", 2, False)
    assert "vectors" not in first
    told = mine.post("/v1/retrievers/near/execute", json={"inputs": {"q": X}, "return_vectors": True}).json()
    assert told["documents"][0]["vectors"] == {"one": X}


def test_stages_follow_each_other(mine):
    narrow = {**STAGE["config"]["parameters"], "final_top_k": 1}
    first = {"stage_name": "narrow", "config": {"stage_id": "feature_search", "parameters": narrow}}
    again = {**STAGE, "stage_name": "again"}
    found = mine.post("/v1/retrievers/execute", json={"stages": [first, again], "inputs": {"q": X}}).json()
    assert [each["document_id"] for each in found["documents"]] == ["a"]
    told = found["stage_statistics"]["stages"]
    assert {name: (each["input_count"], each["output_count"]) for name, each in told.items()} == {
        "narrow": (0, 1),
        "again": (1, 1),
    }


def test_many_queries_are_answered_or_refused_each_by_itself(mine):
    queries = [{"inputs": {"q": Y}}, {"inputs": {"q": [1]}}, {"inputs": {"q": X}, "filters": {"title": "b"}}]
    body = {"queries": queries, "settings": {"limit": 1}, "concurrency": 2}
    told = mine.post("/v1/retrievers/near/execute/batch", json=body).json()
    assert [each["query_index"] for each in told["results"]] == [0, 1, 2]
    assert [[each["document_id"] for each in result["documents"]] for result in told["results"]] == [["b"], [], ["b"]]
    assert [result["status"] for result in told["results"]] == ["completed", "failed", "completed"]
    assert told["results"][1]["error"]["type"] == "ValidationError"
    assert (told["total"], told["completed"], told["failed"]) == (3, 2, 1)
    many = mine.post("/v1/retrievers/near/execute/batch", json={"queries": queries * 6})
    assert check(many, 422, "ValidationError")["details"]["limits"] == {"max_queries": 16}
    check(mine.post("/v1/retrievers/near/execute/batch", json={"queries": []}), 422, "ValidationError")
    check(mine.post("/v1/retrievers/near/execute/batch", json=body | {"stream": True}), 400, "BadRequestError")


def test_pages_of_an_execution(mine):
    first = mine.post("/v1/retrievers/near/execute", json={"inputs": {"q": Y}, "limit": 1}).json()
    page = {"method": "cursor", "limit": 1, "cursor": first["pagination"]["cursor"]}
    second = mine.post("/v1/retrievers/near/execute", json={"inputs": {"q": Y}, "pagination": page}).json()
    assert [first["documents"][0]["document_id"], second["documents"][0]["document_id"]] == ["b", "a"]
    assert (first["pagination"]["has_next"], second["pagination"]["has_next"]) == (True, False)


def test_a_filter_of_this_time_only(mine):
    body = {"inputs": {"q": X, "which": "b"}, "filters": {"AND": [{"field": "title", "value": "{{INPUT.which}}"}]}}
    found = mine.post("/v1/retrievers/near/execute", json=body).json()
    assert [each["document_id"] for each in found["documents"]] == ["b"]
    check(mine.post("/v1/retrievers/near/execute", json=body | {"filters": {"AND": 1}}), 422, "ValidationError")


def test_a_retriever_is_changed_renamed_and_deleted(mine):
    body = {"retriever_name": "mortal", "stages": [STAGE], "input_schema": {"q": {"type": "array", "required": True}}}
    made = mine.post("/v1/retrievers", json=body).json()
    assert made["stages"][0]["parameters"] == made["stages"][0]["config"]["parameters"] == STAGE["config"]["parameters"]
    assert (made["collection_identifiers"], made["fusion"], made["version"]) == ([], "rrf", 1)
    check(mine.post("/v1/retrievers", json=body), 409, "AlreadyExistsError")
    change = {"retriever_name": "renamed", "collection_identifiers": ["stories"], "description": "d"}
    changed = mine.patch(f"/v1/retrievers/{made['retriever_id']}", json=change).json()["retriever"]
    assert (changed["retriever_name"], changed["description"], changed["version"]) == ("renamed", "d", 2)
    assert mine.get("/v1/retrievers/renamed").json() == changed
    assert [each["retriever_name"] for each in mine.get("/v1/retrievers?limit=9").json()["results"]] == [
        "near",
        "renamed",
    ]
    missing = check(mine.post("/v1/retrievers/renamed/execute"), 422, "ValidationError")
    assert missing["details"]["validation_errors"][0]["location"] == "body.inputs.q"
    found = mine.post("/v1/retrievers/renamed/execute", json={"inputs": {"q": X}}).json()
    assert found["documents"] == []  # nothing of the collection is in that index
    assert mine.delete("/v1/retrievers/renamed").status_code == 200
    check(mine.get(f"/v1/retrievers/{made['retriever_id']}"), 404, "NotFoundError")


def test_stages_of_older_clients_are_refused_with_their_place(mine):
    stages = [{"type": "embed", "model": "m"}, {"type": "vector_search", "top_k": 10}]
    error = check(mine.post("/v1/retrievers/execute", json={"query": "q", "stages": stages}), 422, "ValidationError")
    assert "body.stages.0.stage_name" in [each["location"] for each in error["details"]["validation_errors"]]


@pytest.mark.parametrize("how", ["header", "body"])
def test_a_write_token_is_checked_wherever_it_stands(mine, how):
    body = {"documents": [document("a", X)], "options": {"write_token": True}}
    written = mine.post("/v1/namespaces/space/documents/upsert", json=body).json()
    assert written["consistency"]["recommended_header"] == "X-Write-Token"

    def execute(token: str) -> httpx.Response:
        headers = {"X-Write-Token": token} if how == "header" else {}
        body = {"inputs": {"q": X}} | ({"write_token": token} if how == "body" else {})
        return mine.post("/v1/retrievers/near/execute", json=body, headers=headers)

    assert execute(written["write_token"]).json()["documents"][0]["document_id"] == "a"
    assert check(execute("wt_unknown"), 400, "BadRequestError")["code"] == "write_token_unknown"


def test_a_text_before_the_promotion_is_a_400_that_says_what_to_do(mine):
    stage = {"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": {}}}
    for mode in ("text", "content"):
        stage["config"]["parameters"] = {
            "searches": [{"feature_uri": "one", "query": {"input_mode": mode, "value": "words"}}]
        }
        error = check(mine.post("/v1/retrievers/execute", json={"stages": [stage]}), 400, "BadRequestError")
        assert "promote" in error["message"]
        assert "`input_mode` `vector`" in error["message"]


def test_a_promotion(mine):
    configs = [{"name": "words", "dimension": 384}, {"name": "three", "dimension": 3}]
    mine.post("/v1/namespaces/standalone", json=space("rising", vector_configs=configs))
    here = "/v1/namespaces/rising/promote"
    bad = {"vector_mappings": [{"existing_index": "three", "inference_service": "local/all-minilm-l6-v2"}]}
    for path in (here, f"{here}/validate"):
        error = check(mine.post(path, json=bad), 422, "ValidationError")
        assert "384" in error["message"]
        assert "3" in error["message"]
    assert mine.get("/v1/namespaces/rising").json()["mode"] == "standalone"
    assert mine.post(f"{here}/validate").json()["valid"] is True

    good = {"vector_mappings": [{"existing_index": "words", "inference_service": "local/all-minilm-l6-v2"}]}
    promoted = mine.post(here, json=good).json()
    assert (promoted["previous_mode"], promoted["mode"]) == ("standalone", "managed")
    assert promoted["vector_inference_map"] == {"words": "local/all-minilm-l6-v2"}
    check(mine.post(here, json=good), 400, "BadRequestError")


def test_a_collection_embeds_and_is_searched_by_words(mine):
    told = mine.get("/v1/collections/stories").json()
    assert (told["document_count"], told["embedder"]) == (1, "local/all-minilm-l6-v2")
    assert told["feature_extractor"]["feature_extractor_id"].endswith("_v1")
    search = {"feature_uri": told["vector_indexes"][0]["name"], "query": {"input_mode": "text", "value": "{{input.q}}"}}
    stage = {"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": {"searches": [search]}}}
    body = {"stages": [stage], "inputs": {"q": "frozen water"}, "collection_ids": ["stories"]}
    (found,) = mine.post("/v1/retrievers/execute", json=body).json()["documents"]
    assert (found["document_id"], found["collection_id"]) == ("s", told["collection_id"])
    listed = mine.post("/v1/collections/stories/documents/list").json()["results"]
    assert [each["document_id"] for each in listed] == ["s"]
    check(mine.get("/v1/collections/stories/documents/a"), 404, "NotFoundError")
    check(mine.delete("/v1/collections/stories/documents/a"), 404, "NotFoundError")
    assert mine.patch("/v1/collections/stories", json={"description": "d"}).json()["description"] == "d"


def test_what_was_embedded_is_in_the_runs_of_its_owner_only(mine, theirs):
    (mine_, theirs_) = (each.get("/v1/runs?embedded=true").json()["runs"] for each in (mine, theirs))
    assert (bool(mine_), theirs_) == (True, [])
    texts = [mine.get(f"/v1/runs/{run['id']}").json()["request"]["inputs"]["texts"] for run in mine_]
    assert ["Glaciers are rivers of ice"] in texts
    for client in (mine, theirs):
        assert client.get("/v1/runs").json()["runs"] == []
    check(theirs.get(f"/v1/runs/{mine_[0]['id']}"), 404, "NotFoundError")
    check(theirs.post(f"/v1/runs/{mine_[0]['id']}/cancel"), 404, "NotFoundError")


def test_a_collection_needs_its_namespace(mine):
    answer = mine.post("/v1/collections", json={"collection_name": "lost"}, headers={"X-Namespace": "nowhere"})
    check(answer, 404, "NotFoundError")


def test_images_are_found_by_an_image_through_the_guard_of_files(mine):
    pictures = {name: base64.b64encode(picture(name)).decode() for name in ("EXIT 12", "Welcome")}
    made = mine.post("/v1/collections", json={"collection_name": "pictures", "embedder": "local/colour-and-edges"})
    index = made.json()["vector_indexes"][0]["name"]
    documents = [{"document_id": name, "payload": {"image_base64": data}} for name, data in pictures.items()]
    body = {"documents": documents, "collection_id": "pictures"}
    assert mine.post("/v1/namespaces/space/documents/upsert", json=body).status_code == 200

    def search(value: object) -> httpx.Response:
        query = {"input_mode": "content", "value": value}
        parameters = {"searches": [{"feature_uri": index, "query": query}]}
        stage = {"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": parameters}}
        return mine.post("/v1/retrievers/execute", json={"stages": [stage]})

    for value in (pictures["Welcome"], f"data:image/png;base64,{pictures['Welcome']}", {"base64": pictures["Welcome"]}):
        found = search(value).json()["documents"]
        assert (found[0]["document_id"], found[0]["score"]) == ("Welcome", pytest.approx(1.0))
    for value in ({"url": str(mine.base_url.join("/docs"))}, "file:///etc/passwd", "no picture"):
        check(search(value), 400, "BadRequestError")
    words = {"searches": [{"feature_uri": index, "query": {"input_mode": "text", "value": "words"}}]}
    stage = {"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": words}}
    assert (
        "not text"
        in check(mine.post("/v1/retrievers/execute", json={"stages": [stage]}), 400, "BadRequestError")["message"]
    )


def test_a_key_of_a_write_and_a_token_are_good_for_their_owner_only(mine, theirs):
    upsert, here = "/v1/namespaces/keyed/documents/upsert", {"X-Namespace": "keyed"}
    options = {"idempotency_key": "once", "write_token": True}
    for client, vector in ((mine, X), (theirs, Y)):
        assert client.post("/v1/namespaces/standalone", json=space("keyed")).status_code == 200
        told = client.post(upsert, json={"documents": [document("d", vector)], "options": options}).json()
        assert (
            told["inserted"],
            client.get("/v1/documents/d?return_vectors=true", headers=here).json()["vectors"],
        ) == (
            1,
            {"one": vector},
        )
    search = {"stages": [STAGE], "inputs": {"q": X}, "write_token": told["write_token"]}
    assert theirs.post("/v1/retrievers/execute", json=search, headers=here).status_code == 200
    check(mine.post("/v1/retrievers/execute", json=search, headers=here), 400, "BadRequestError")
    made = mine.post("/v1/collections", json={"collection_name": "secret"}, headers=here).json()
    inside = {**search, "write_token": None, "collection_ids": [made["collection_id"]]}
    check(theirs.post("/v1/retrievers/execute", json=inside, headers=here), 404, "NotFoundError")
