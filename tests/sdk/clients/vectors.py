"""The published client of today (1.3) over namespaces, documents, retrievers and collections, and its own manual."""

import os
import re
from pathlib import Path

import mixpeek
from mixpeek import Mixpeek
from report import TOLD, case, main

URL, KEY = TOLD["url"], TOLD["key"]
MANUALS = sorted((Path(__file__).parents[4] / "shared" / "spec").glob("004_*.txt"))
X, Y, Z = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]
CONFIGS = [{"name": "v", "dimension": 3, "metric": "cosine"}]
TYPED = mixpeek.ApiClient(
    mixpeek.Configuration(host=URL, access_token=KEY, api_key={"NamespaceHeader": "typed-vectors"})
)
HIGH = Mixpeek(api_key=KEY, namespace="high-vectors", base_url=f"{URL}/v1")


def stage(*searches: dict, **parameters) -> dict:
    parameters = {"final_top_k": 5, "searches": list(searches), **parameters}
    config = {"stage_id": "feature_search", "parameters": parameters}
    return {"stage_name": "search", "stage_type": "filter", "config": config}


def search(value, mode: str = "vector", index: str = "v", **fields) -> dict:
    return {"feature_uri": index, "query": {"input_mode": mode, "value": value}, "top_k": 5, **fields}


def ids(found) -> list[str]:
    return [each["document_id"] for each in found.documents]


@case
def typed_namespace():
    request = mixpeek.CreateStandaloneNamespaceRequestModel(namespace_id="typed-vectors", vector_configs=CONFIGS)
    return mixpeek.BYODocumentsApi(TYPED).create_standalone_namespace(request)


@case
def typed_upsert():
    documents = [
        {"document_id": "a", "vectors": {"v": X}, "payload": {"lang": "de", "year": 1990}},
        {"document_id": "b", "vectors": {"v": Y}, "payload": {"lang": "en", "year": 2000}, "metadata": {"by": "us"}},
    ]
    options = {"write_token": True, "idempotency_key": "once"}
    request = mixpeek.BYOUpsertRequest.from_dict({"documents": documents, "options": options})
    return mixpeek.BYODocumentsApi(TYPED).upsert_documents_byo_namespaces("typed-vectors", request)


@case
def typed_upsert_again_409():
    request = mixpeek.BYOUpsertRequest.from_dict(
        {"documents": [{"document_id": "a", "vectors": {"v": Z}}], "options": {"idempotency_key": "once"}}
    )
    return mixpeek.BYODocumentsApi(TYPED).upsert_documents_byo_namespaces("typed-vectors", request)


@case
def typed_upsert_of_another_length_422():
    request = mixpeek.BYOUpsertRequest.from_dict({"documents": [{"document_id": "c", "vectors": {"v": [1.0]}}]})
    return mixpeek.BYODocumentsApi(TYPED).upsert_documents_byo_namespaces("typed-vectors", request)


@case
def typed_document():
    return mixpeek.BYODocumentsApi(TYPED).get_document_byo_namespaces("typed-vectors", "b", return_vectors=True)


@case
def typed_documents():
    api = mixpeek.DocumentsApi(TYPED)
    page = api.list_documents_ns(limit=1, include_total=True)
    told = [len(page.results), page.total_documents, page.pagination.total, page.pagination.next_cursor is not None]
    return [api.get_document_ns("a").to_dict(), told]


@case
def typed_namespaces():
    api = mixpeek.NamespacesApi(TYPED)
    return [api.get_namespace("typed-vectors").to_dict(), api.list_namespaces().to_dict()["total_count"] > 0]


@case
def typed_retriever():
    request = mixpeek.CreateRetrieverRequest.from_dict(
        {
            "retriever_name": "typed",
            "stages": [stage(search("{{INPUT.qv}}"))],
            "input_schema": {"qv": {"type": "array", "required": True}},
        }
    )
    made = mixpeek.RetrieversApi(TYPED).create_retriever(request)
    only = made.stages[0]
    return [made.retriever_name, made.fusion, made.collection_identifiers, only.parameters == only.config["parameters"]]


@case
def typed_execution():
    token = mixpeek.BYODocumentsApi(TYPED).upsert_documents_byo_namespaces(
        "typed-vectors",
        mixpeek.BYOUpsertRequest.from_dict(
            {"documents": [{"document_id": "new", "vectors": {"v": Z}}], "options": {"write_token": True}}
        ),
    )
    return mixpeek.RetrieversApi(TYPED).execute_retriever(
        "typed", mixpeek.ExecuteRetrieverRequest(inputs={"qv": Z}), _headers={"X-Write-Token": token.write_token}
    )


@case
def typed_execution_with_a_foreign_token_400():
    request = mixpeek.ExecuteRetrieverRequest(inputs={"qv": Z}, write_token="wt_of_somebody_else")
    return mixpeek.RetrieversApi(TYPED).execute_retriever("typed", request)


@case
def typed_execution_without_input_422():
    return mixpeek.RetrieversApi(TYPED).execute_retriever("typed", mixpeek.ExecuteRetrieverRequest(inputs={}))


@case
def typed_text_400():
    request = mixpeek.AdhocExecuteRequest.from_dict({"stages": [stage(search("words", "text"))]})
    return mixpeek.AdhocRetrieversApi(TYPED).execute_adhoc_retriever(request)


@case
def typed_adhoc_in_every_spelling():
    api, found = mixpeek.AdhocRetrieversApi(TYPED), []
    for word in ("INPUT", "inputs", "input"):
        body = {"stages": [stage(search(f"{{{{{word}.qv}}}}"))], "inputs": {"qv": Y}, "filters": {"year": 2000}}
        found.append(ids(mixpeek.ExecuteRetrieverResponse.from_dict(api.execute_adhoc_retriever(body))))
    return found


@case
def typed_fusion():
    searches = [search(X), search(Y, weight=0.5)]
    body = {"stages": [stage(*searches, fusion="rrf", final_top_k=2)]}
    found = mixpeek.AdhocRetrieversApi(TYPED).execute_adhoc_retriever(mixpeek.AdhocExecuteRequest.from_dict(body))
    return [each["explanation"] for each in found["documents"]]


@case
def typed_retrievers():
    api = mixpeek.RetrieversApi(TYPED)
    queries = {"queries": [{"inputs": {"qv": X}}, {"inputs": {}}]}
    many = api.execute_batch_retrievers("typed", mixpeek.ExecuteBatchRequest.from_dict(queries))
    changed = api.patch_retriever("typed", mixpeek.PatchRetrieverRequest(description="changed")).retriever
    listed = [each.retriever_name for each in (*api.list_retrievers().results, *api.list_retrievers_get().results)]
    gone = api.delete_retriever(changed.retriever_id)
    told = [changed.description, api.list_retrievers().results, listed, gone["success"]]
    return [*told, [each["status"] for each in many["results"]]]


@case
def typed_stages_follow_each_other():
    narrow = {**stage(search(X), final_top_k=1), "stage_name": "narrow"}
    request = mixpeek.AdhocExecuteRequest.from_dict({"stages": [narrow, stage(search(Y))]})
    return [
        each["document_id"] for each in mixpeek.AdhocRetrieversApi(TYPED).execute_adhoc_retriever(request)["documents"]
    ]


@case
def typed_retriever_404():
    return mixpeek.RetrieversApi(TYPED).get_retriever("typed")


@case
def typed_collection():
    request = mixpeek.CreateCollectionRequest.from_dict(
        {"collection_name": "stories", "source": {"type": "bucket", "bucket_ids": ["bkt_1"]}, "metadata": {"a": 1}}
    )
    made = mixpeek.CollectionsApi(TYPED).create_collection(request)
    return [made.feature_extractor.feature_extractor_id, made.source.bucket_ids, made.vector_indexes[0].name]


@case
def typed_members():
    api = mixpeek.CollectionDocumentsApi(TYPED)
    request = mixpeek.DocumentCreateRequest.from_dict({"metadata": {"n": 1}, "text": "Glaciers are rivers of ice"})
    made = api.create_document("stories", request)
    listed = api.list_documents("stories", list_documents_request=mixpeek.ListDocumentsRequest())
    got = api.get_document("stories", made.document_id).additional_properties
    searched = mixpeek.AdhocRetrieversApi(TYPED).execute_adhoc_retriever(
        mixpeek.AdhocExecuteRequest.from_dict(
            {
                "stages": [stage(search("{{input.q}}", "text", "all_minilm_l6_v2_v1"))],
                "inputs": {"q": "frozen water"},
                "collection_identifiers": ["stories"],
            }
        )
    )
    gone = api.delete_document("stories", made.document_id).success
    return [len(listed.results), got["text"], [each["text"] for each in searched["documents"]], gone]


@case
def typed_collections():
    api = mixpeek.CollectionsApi(TYPED)
    found = [api.get_collection("stories").collection_name, api.list_collections().results[0].collection_name]
    changed = api.update_collection("stories", {"description": "told"}).description
    return [*found, changed, api.delete_collection("stories")["success"], api.list_collections().total_count]


@case
def typed_promotion_refused_422():
    request = mixpeek.PromoteNamespaceRequestModel.from_dict(
        {"vector_mappings": [{"existing_index": "v", "inference_service": "local/all-minilm-l6-v2"}]}
    )
    return mixpeek.BYODocumentsApi(TYPED).validate_promotion_namespaces_id_promote("typed-vectors", request)


@case
def typed_promotion():
    api = mixpeek.BYODocumentsApi(TYPED)
    valid = api.validate_promotion_namespaces_id_promote("typed-vectors").valid
    words = {"name": "words", "dimension": 384, "inference_service": "local/all-minilm-l6-v2"}
    request = mixpeek.PromoteNamespaceRequestModel.from_dict({"add_vectors": [words]})
    return [valid, api.promote_namespace("typed-vectors", request).to_dict()]


@case
def typed_end():
    gone = mixpeek.NamespacesApi(TYPED).delete_namespace("typed-vectors")
    return [gone["success"], mixpeek.CollectionsApi(TYPED).list_collections().warnings[0].reason]


@case
def high_steps():
    made = HIGH.namespaces.create(namespace_id="high-vectors", vector_configs=CONFIGS)
    documents = [{"document_id": "a", "vectors": {"v": X}}, {"document_id": "b", "vectors": {"v": Y}}]
    written = HIGH.namespaces.documents.upsert(namespace_id="high-vectors", documents=documents)
    retriever = HIGH.retrievers.create(retriever_name="near", stages=[stage(search("{{INPUT.q}}"))])
    found = HIGH.retrievers.execute(retriever["retriever_id"], inputs={"q": Y})
    many = HIGH.retrievers.execute_batch(retriever.retriever_id, queries=[{"q": X}, {"inputs": {"q": [1]}}])
    renamed = HIGH.retrievers.update(retriever.retriever_id, retriever_name="nearer")
    listed = [each.retriever_name for each in HIGH.retrievers.list().results]
    told = [made.mode, written.inserted, "write_token" in written, ids(found), renamed.retriever.version, listed]
    return [*told, [[each.status, ids(each)] for each in many.results]]


@case
def high_search_leaves_nothing():
    before = [each.retriever_id for each in HIGH.retrievers.list().results]
    found = HIGH.search(queries=[{"vector_name": "v", "vector": X}], filters={"AND": []}, limit=1)
    return [ids(found), [each.retriever_id for each in HIGH.retrievers.list().results] == before]


@case
def high_collections():
    made = HIGH.collections.create(name="stories")
    listed = [each.collection_name for each in HIGH.collections.list().results]
    documents = [{"document_id": "s", "payload": {"text": "Cats sleep all day"}}]
    HIGH.namespaces.documents.upsert(namespace_id="high-vectors", documents=documents, collection_id="stories")
    count = HIGH.collections.get(made.collection_id).document_count
    told = HIGH.documents.get("stories", "s").text
    return [
        listed,
        count,
        told,
        len(HIGH.documents.list("stories").results),
        HIGH.collections.delete("stories").deleted,
    ]


@case
def high_promotion_422():
    mapping = [{"existing_index": "v", "inference_service": "intfloat/multilingual-e5-large-instruct"}]
    return HIGH.namespaces.promote("high-vectors", vector_mappings=mapping)


@case
def high_end():
    gone = HIGH.namespaces.delete("high-vectors")
    return [
        gone.success,
        [each.namespace_id for each in HIGH.namespaces.list().results if "vectors" in each.namespace_id],
    ]


# The manual's snippets: what each begins with, and the prose behind it.
SNIPPETS = {
    "quick_start": ("import mixpeek\nfrom mixpeek.rest", "Authentication\n"),
    "collections": ("import mixpeek\nfrom mixpeek.rest import ApiException\n\nconfiguration =", "Retrievers\n"),
    "retrievers": ("import mixpeek\n\nwith mixpeek.ApiClient", "Adhoc Retrievers\n"),
    "adhoc_retrievers": ("import mixpeek\n\nwith mixpeek.ApiClient", "Documents\n"),
    "documents": ("import mixpeek\n\nwith mixpeek.ApiClient", "Standalone Namespaces"),
    "standalone": ("from mixpeek import Mixpeek", "The removed POST /v1/search"),
    "read_your_writes": ("res = mp.namespaces", "Promote to managed"),
    "promote": ("import urllib3, json", "Before promotion"),
    "error_handling": ("from mixpeek.rest import ApiException", "Available APIs"),
    "custom_host": ("configuration = mixpeek.Configuration(", "Timeouts\n"),
    "timeouts": ("configuration = mixpeek.Configuration(", "Resources\n"),
}


def snippets(manual: str) -> dict[str, str]:
    found, place = {}, 0
    for name, (begin, end) in SNIPPETS.items():
        start = manual.index(begin, place)
        place = manual.index(end, start)
        found[name] = manual[start:place]
    return found


def ran(code: str, names: dict) -> str:
    """What became of a snippet: `ran`, or what it raised. Only the host is ours."""
    code = re.sub(r"https://api\.mixpeek\.com|https://custom\.api\.endpoint\.com", URL, code)
    code = code.replace('namespace="my-vectors")', f'namespace="my-vectors", base_url="{URL}/v1")')
    code = code.replace("sk_xxxxxxxxxxxxx", KEY)
    try:
        exec(compile(code, "snippet", "exec"), names)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        return f"{type(error).__name__}: {str(error)[:300]}"
    return "ran"


@case
def manual():
    if not MANUALS:
        return None
    os.environ.pop("MIXPEEK_API_KEY", None)
    names: dict = {}
    code = snippets(MANUALS[0].read_text("utf-8"))
    done = {name: ran(each, names) for name, each in code.items()}
    vector = "[0.11, 0.32, -0.38, -0.41, 0.006, 0.34, -0.40, -0.52]"
    done["read_your_writes with numbers"] = ran(code["read_your_writes"].replace("[...]", vector), names)
    done["found"] = [each["document_id"] for each in names["results"]["documents"]] if "results" in names else None
    if "res" in names:
        token = names["res"]["write_token"]
        again = names["mp"].retrievers.execute(
            names["retriever"]["retriever_id"], inputs={"qv": eval(vector)}, write_token=token
        )
        done["found with the token"] = sorted(ids(again))
    done["mode"] = names["mp"].namespaces.get("my-vectors").mode if "mp" in names else None
    return done


main()
