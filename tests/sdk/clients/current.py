"""The published client of today (1.3), asked for everything that it has of what this server does."""

import time
import urllib.error
import urllib.request

import mixpeek
from mixpeek import Mixpeek, RawInferenceRequest
from report import TOLD, case, main

URL, PLUGIN = TOLD["url"], TOLD["plugin"]


def api(key: str = "key", namespace: str = "default", url: str = URL) -> mixpeek.InferenceApi:
    auth = {"NamespaceHeader": namespace}
    return mixpeek.InferenceApi(
        mixpeek.ApiClient(mixpeek.Configuration(host=url, access_token=TOLD[key], api_key=auth))
    )


def ask(where: mixpeek.InferenceApi | None = None, **fields):
    return (where or api()).execute_raw_inference(RawInferenceRequest(**fields))


def high(key: str = "key", **fields) -> Mixpeek:
    return Mixpeek(api_key=TOLD[key], namespace="default", base_url=f"{URL}/v1", **fields)


@case
def chat():
    return ask(provider="local", model="handbook", inputs={"prompts": ["What is a run?"]})


@case
def embedding():
    return ask(provider="local", model="all-minilm-l6-v2", inputs={"texts": ["a", "b"]})


@case
def plugin_by_name():
    return ask(inference_name=PLUGIN, inputs={"text": "abba"})


@case
def plugin_by_long_name():
    return ask(inference_name=f"custom_plugin_{PLUGIN}", inputs={"text": "abba"})


@case
def plugin_by_address():
    return ask(feature_uri="mixpeek://letter_counts@1.0.0/letters", inputs={"text": "abba"})


@case
def builtin_by_address():
    answer = ask(feature_uri="mixpeek://text_extractor@v1/all_minilm_l6_v2_v1", inputs={"text": "a"})
    return len(answer.data["embedding"])


@case
def plain_dict_and_headers():
    body = {"provider": "local", "model": "all-minilm-l6-v2", "inputs": {"text": "a"}}
    answer = api().execute_raw_inference_with_http_info(body, _headers={"X-Own": "1"})
    return {
        "status": answer.status_code,
        "limited": "x-ratelimit-limit" in {name.lower() for name in answer.headers},
        "cached": answer.data.cached,
    }


@case
def high_level():
    answer = high()._request("POST", "/inference", body={"inference_name": PLUGIN, "inputs": {"text": "abba"}})
    return {"item": answer["data"]["embedding"], "attribute": answer.provider}


@case
def two_selectors_400():
    return ask(provider="local", model="handbook", inference_name=PLUGIN, inputs={"text": "a"})


@case
def wrong_key_401():
    return ask(api("nobody"), inference_name=PLUGIN, inputs={"text": "a"})


@case
def other_namespace_403():
    return ask(api("of_one", "default"), inference_name=PLUGIN, inputs={"text": "a"})


@case
def unknown_plugin_404():
    return ask(inference_name="nobody_1_0_0", inputs={"text": "a"})


@case
def unfit_422():
    request = RawInferenceRequest.model_construct(provider="local", model="handbook", inputs=["no object"])
    return api().execute_raw_inference(request)


@case
def limited_429():
    once = api("once")
    ask(once, inference_name=PLUGIN, inputs={"text": "a"})
    return ask(once, inference_name=PLUGIN, inputs={"text": "a"})


@case
def plugin_fails_500():
    return ask(inference_name=PLUGIN, inputs={"text": "fail"})


@case
def no_provider_key_503():
    return ask(provider="openai", model="gpt-4o-mini", inputs={"prompts": ["hi"]})


@case
def high_level_unknown_404():
    return high()._request("POST", "/inference", body={"inference_name": "nobody_1_0_0", "inputs": {}})


@case
def high_level_503_is_not_repeated():
    body = {"provider": "openai", "model": "gpt-4o-mini", "inputs": {"prompts": ["hi"]}}
    return high()._request("POST", "/inference", body=body)


@case
def high_level_429_heals():
    """Uses up a key, then sees the client wait as long as it is told and be answered."""
    told = {"Authorization": f"Bearer {TOLD['few']}"}
    for _ in range(200):
        try:
            urllib.request.urlopen(urllib.request.Request(f"{URL}/v1/plugins", headers=told)).close()
        except urllib.error.HTTPError:
            break
    began = time.monotonic()
    body = {"inference_name": PLUGIN, "inputs": {"text": "abba"}}
    answer = high("few")._request("POST", "/inference", body=body)
    return {"embedding": answer.data.embedding, "waited": time.monotonic() - began >= 1}


@case
def read_timeout():
    return api().execute_raw_inference(
        RawInferenceRequest(inference_name="slow_one_1_0_0", inputs={}), _request_timeout=(5, 0.5)
    )


@case
def nobody_there():
    return ask(api(url="http://127.0.0.1:9"), inference_name=PLUGIN, inputs={"text": "a"})


@case
def extractors():
    found = mixpeek.NamespaceExtractorsApi(api().api_client).list_extractors_namespaces("default")
    return {each.feature_extractor_id: each.source.value for each in found.extractors}


@case
def namespace_with_an_undeclared_key():
    """Its first request names the namespace that is to be made, and sends `namespace_name`, which no model has."""
    fresh = Mixpeek(api_key=TOLD["key"], namespace="sdk-fresh", base_url=f"{URL}/v1")
    configs = [{"name": "v", "dimension": 3, "metric": "cosine"}]
    return dict(fresh.namespaces.create(namespace_id="sdk-fresh", mode="standalone", vector_configs=configs))


@case
def search_over_own_vectors():
    fresh = Mixpeek(api_key=TOLD["key"], namespace="sdk-fresh", base_url=f"{URL}/v1")
    documents = [
        {"document_id": "a", "vectors": {"v": [1, 0, 0]}, "payload": {"title": "A"}},
        {"document_id": "b", "vectors": {"v": [0, 1, 0]}, "payload": {"title": "B"}},
    ]
    fresh.namespaces.documents.upsert(namespace_id="sdk-fresh", documents=documents)
    found = fresh.search(namespace_id="sdk-fresh", queries=[{"vector_name": "v", "vector": [1, 0.1, 0], "top_k": 2}])
    return {"ids": [each["document_id"] for each in found["documents"]], "same": found["documents"] == found["results"]}


@case
def lists_with_an_empty_body():
    fresh = Mixpeek(api_key=TOLD["key"], namespace="sdk-fresh", base_url=f"{URL}/v1")
    return {"collections": fresh.collections.list() is not None, "retrievers": fresh.retrievers.list() is not None}


@case
def same_namespace_again_409():
    fresh = Mixpeek(api_key=TOLD["key"], namespace="sdk-fresh", base_url=f"{URL}/v1")
    configs = [{"name": "v", "dimension": 3, "metric": "cosine"}]
    return dict(fresh.namespaces.create(namespace_id="sdk-fresh", mode="standalone", vector_configs=configs))


@case
def promotion_of_other_dimensions():
    fresh = Mixpeek(api_key=TOLD["key"], namespace="sdk-fresh", base_url=f"{URL}/v1")
    mapping = [{"existing_index": "v", "inference_service": "intfloat/multilingual-e5-large-instruct"}]
    return dict(fresh.namespaces.promote("sdk-fresh", vector_mappings=mapping))


main()
