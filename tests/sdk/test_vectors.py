"""The published client of today over vectors, unmodified, in a process of its own; and the snippets of its manual."""

import sys
from pathlib import Path

import pytest

from playground.vectors.fusion import RANK

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def did(run):
    """What the client did; its import takes 8 s, so it does everything in one go."""
    return run(Path(sys.executable), "vectors.py")


def value(did, name):
    assert "value" in did[name], did[name]
    return did[name]["value"]


def test_a_namespace_and_its_documents_are_typed(did):
    assert did["typed_namespace"]["type"] == "StandaloneNamespaceResponseModel", did["typed_namespace"]
    assert value(did, "typed_namespace")["mode"] == "standalone"
    written = value(did, "typed_upsert")
    assert (written["inserted"], written["document_ids"]) == (2, ["a", "b"])
    assert written["write_token"]
    assert written["consistency"]["recommended_header"] == "X-Write-Token"
    read = value(did, "typed_document")
    assert read["payload"] == {"lang": "en", "year": 2000, "metadata": {"by": "us"}}
    assert read["vectors"] == {"v": [0.0, 1.0, 0.0]}
    one, page = value(did, "typed_documents")
    assert (one["document_id"], one["lang"]) == ("a", "de")
    assert page == [1, 2, 2, True]
    namespace, listed = value(did, "typed_namespaces")
    assert (namespace["document_count"], namespace["dynamic_vector_indexes"], listed) == (2, False, True)


@pytest.mark.parametrize(
    ("name", "raised", "kind"),
    [
        ("typed_upsert_again_409", "ConflictException", None),
        ("typed_upsert_of_another_length_422", "UnprocessableEntityException", "ValidationError"),
        ("typed_execution_with_a_foreign_token_400", "BadRequestException", "BadRequestError"),
        ("typed_execution_without_input_422", "UnprocessableEntityException", "ValidationError"),
        ("typed_text_400", "BadRequestException", "BadRequestError"),
        ("typed_retriever_404", "NotFoundException", "NotFoundError"),
        ("typed_promotion_refused_422", "UnprocessableEntityException", "ValidationError"),
    ],
)
def test_each_refusal_is_the_exception_it_should_be(did, name, raised, kind):
    got = did[name]
    assert (got.get("raised"), got.get("status")) == (raised, int(name[-3:])), got
    assert kind is None or got["data"]["error"]["type"] == kind


def test_both_dimensions_are_named(did):
    for name, numbers in (
        ("typed_upsert_of_another_length_422", ("1", "3")),
        ("typed_promotion_refused_422", ("384", "3")),
        ("high_promotion_422", ("1024", "3")),
    ):
        assert all(number in did[name]["body"] for number in numbers), did[name]
    assert did["high_promotion_422"]["status"] == 422
    assert "promote" in did["typed_text_400"]["body"]


def test_a_retriever_is_made_run_changed_and_deleted(did):
    assert value(did, "typed_retriever") == ["typed", "rrf", [], True]
    found = value(did, "typed_execution")
    assert (found["documents"][0]["document_id"], found["documents"][0]["score"]) == ("new", 1.0)
    assert (found["status"], found["consistency_mode"]) == ("completed", "strong")
    assert value(did, "typed_adhoc_in_every_spelling") == [["b"]] * 3
    assert value(did, "typed_retrievers") == ["changed", [], ["typed", "typed"], True, ["completed", "failed"]]
    assert value(did, "typed_stages_follow_each_other") == ["a"]


def test_fusion_is_explained(did):
    for shares in value(did, "typed_fusion"):
        for share in shares:
            assert share["contribution"] == pytest.approx(share["weight"] / (RANK + share["rank"]))


def test_collections_embed(did):
    assert value(did, "typed_collection") == ["text_extractor_v1", ["bkt_1"], "all_minilm_l6_v2_v1"]
    ice = "Glaciers are rivers of ice"
    assert value(did, "typed_members") == [1, ice, [ice], True]
    assert value(did, "typed_collections") == ["stories", "stories", "told", True, 0]


def test_a_promotion_is_typed(did):
    valid, promoted = value(did, "typed_promotion")
    assert (valid, promoted["previous_mode"], promoted["mode"]) == (True, "standalone", "managed")
    assert promoted["vector_inference_map"]["words"] == "local/all-minilm-l6-v2"
    assert value(did, "typed_end") == [True, "unresolved"]


def test_the_high_level_client(did):
    many = [["completed", ["a", "b"]], ["failed", []]]
    assert value(did, "high_steps") == ["standalone", 2, False, ["b", "a"], 2, ["nearer"], many]
    assert value(did, "high_search_leaves_nothing") == [["a"], True]
    assert value(did, "high_collections") == [["stories"], 1, "Cats sleep all day", 1, 1]
    assert value(did, "high_end") == [True, []]


def test_the_snippets_of_the_manual(did):
    """Each runs as printed, or nothing of the client's own accepts it."""
    done = value(did, "manual")
    if done is None:
        pytest.skip("the manual is not here")
    for name in ("standalone", "promote", "custom_host", "timeouts", "read_your_writes with numbers"):
        assert done[name] == "ran", done[name]
    for name in ("quick_start", "collections", "retrievers", "adhoc_retrievers", "error_handling"):
        assert done[name].startswith("ValidationError"), done[name]
    assert done["documents"].startswith("AttributeError"), done["documents"]
    assert done["read_your_writes"].startswith("TypeError"), done["read_your_writes"]  # `[...]` is no vector
    assert done["found"] == ["doc-1"]
    assert done["found with the token"] == ["doc-1", "doc-2"]
    assert done["mode"] == "standalone"  # 8 dimensions are not 1024, so the sample's mapping is refused
