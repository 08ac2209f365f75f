"""The published client that has plugins (0.81), and the LangChain package that stands on it."""

import urllib.request
from pathlib import Path

import mixpeek
from langchain_mixpeek import MixpeekVectorStore
from mixpeek.models.plugin_realtime_test_request import PluginRealtimeTestRequest
from mixpeek.models.raw_inference_request import RawInferenceRequest
from report import TOLD, case, main

URL, PLUGIN = TOLD["url"], TOLD["plugin"]
ARCHIVE = Path(TOLD["archive"]).read_bytes()
AUTH = f"Bearer {TOLD['key']}"
CLIENT = mixpeek.ApiClient(mixpeek.Configuration(host=URL))
PLUGINS = mixpeek.CustomPluginsNamespaceApi(CLIENT)
ORG = mixpeek.PluginsApi(CLIENT)


def ask(authorization: str = AUTH, **fields):
    request = RawInferenceRequest(**fields)
    return mixpeek.InferenceApi(CLIENT).execute_raw_inference(
        request, authorization=authorization, x_namespace="default"
    )


def tried(plugin: str = PLUGIN, authorization: str = AUTH, **body):
    request = PluginRealtimeTestRequest(**body)
    return PLUGINS.test_realtime_inference_namespaces_id_plugins(
        "default", plugin, request, authorization=authorization
    )


@case
def raw_inference():
    return ask(inference_name=PLUGIN, inputs={"text": "abba"})


@case
def realtime_test():
    return tried(inputs={"text": "abba"}, parameters={"a": 1})


@case
def realtime_test_by_long_name():
    return tried(f"custom_plugin_{PLUGIN}", inputs={"text": "abba"})


@case
def realtime_test_without_inputs():
    return tried()


@case
def realtime_test_that_fails():
    return tried(inputs={"text": "fail"})


@case
def realtime_test_404():
    return tried("nobody_1_0_0")


@case
def realtime_test_401():
    return tried(authorization="Bearer nobody")


@case
def realtime_test_422():
    request = PluginRealtimeTestRequest.model_construct(inputs=["no object"])
    return PLUGINS.test_realtime_inference_namespaces_id_plugins("default", PLUGIN, request, authorization=AUTH)


@case
def inference_422():
    request = RawInferenceRequest.model_construct(provider="local", model="handbook", inputs=["no object"])
    return mixpeek.InferenceApi(CLIENT).execute_raw_inference(request, authorization=AUTH, x_namespace="default")


@case
def inference_400():
    return ask(provider="local", model="handbook", inference_name=PLUGIN, inputs={})


@case
def inference_403():
    return ask(f"Bearer {TOLD['of_one']}", inference_name=PLUGIN, inputs={})


@case
def inference_429():
    once = f"Bearer {TOLD['once']}"
    ask(once, inference_name=PLUGIN, inputs={})
    return ask(once, inference_name=PLUGIN, inputs={})


@case
def inference_500():
    return ask(inference_name=PLUGIN, inputs={"text": "fail"})


@case
def inference_503():
    return ask(provider="openai", model="gpt-4o-mini", inputs={"prompts": ["hi"]})


@case
def plugins():
    found = PLUGINS.list_plugins_namespaces("default", authorization=AUTH)
    return {"ids": [each.plugin_id for each in found.plugins], "total": found.total}


@case
def plugin():
    return PLUGINS.get_plugin_namespaces("default", PLUGIN, authorization=AUTH).plugin.resolved_inference_name


@case
def status():
    return PLUGINS.get_deployment_status_namespaces_id_plugins("default", PLUGIN, authorization=AUTH)


@case
def org():
    listed = ORG.list_plugins(authorization=AUTH)
    one = ORG.get_plugin(PLUGIN, authorization=AUTH).plugin
    may = PLUGINS.list_available_org_plugins_namespaces("default", authorization=AUTH)
    return {
        "ids": [each.plugin_id for each in listed.plugins],
        "whose": one.organization_id,
        "enabled": {each.plugin_id: each.enabled_in_namespace for each in may.plugins},
    }


@case
def extractors():
    found = mixpeek.NamespaceExtractorsApi(CLIENT).list_extractors_namespaces("default", authorization=AUTH)
    return {each.feature_extractor_id: each.source.value for each in found.extractors}


@case
def upload_in_one_form():
    made = PLUGINS.upload_plugin_namespaces("sdk", ARCHIVE, "sent_one", "1.0.0", authorization=AUTH)
    return made.to_dict() | {"deployed": PLUGINS.deploy_plugin_namespaces("sdk", "sent_one_1_0_0", "realtime", AUTH)}


@case
def upload_again_409():
    return PLUGINS.upload_plugin_namespaces("sdk", ARCHIVE, "sent_one", "1.0.0", authorization=AUTH)


@case
def undeploy_and_delete():
    undeployed = PLUGINS.undeploy_plugin_namespaces("sdk", "sent_one_1_0_0", authorization=AUTH)
    gone = PLUGINS.delete_plugin_namespaces("sdk", "sent_one_1_0_0", authorization=AUTH)
    return {"status": undeployed["status"], "gone": gone.plugin_id}


@case
def upload_by_an_address():
    wanted = mixpeek.ApiNamespacesPluginsModelsCreatePluginUploadRequest(name="sent_one", version="1.0.0")
    told = PLUGINS.generate_upload_url_namespaces_id_plugins("sdk", wanted, authorization=AUTH)
    put = urllib.request.Request(told.presigned_url, ARCHIVE, {"Content-Type": "application/zip"}, method="PUT")
    with urllib.request.urlopen(put) as answer:
        tag = answer.headers["ETag"]
    expected = mixpeek.ConfirmPluginUploadRequest(etag=tag, file_size_bytes=len(ARCHIVE))
    done = PLUGINS.confirm_upload_namespaces_id_plugins(
        "sdk", told.upload_id, authorization=AUTH, confirm_plugin_upload_request=expected
    )
    PLUGINS.delete_plugin_namespaces("sdk", "sent_one_1_0_0", authorization=AUTH)
    return done


@case
def disable_and_enable():
    off = PLUGINS.disable_org_plugin_namespaces("sdk", PLUGIN, authorization=AUTH)
    on = PLUGINS.enable_org_plugin_namespaces(
        "sdk", PLUGIN, authorization=AUTH, enable_org_plugin_request=mixpeek.EnableOrgPluginRequest(deploy=True)
    )
    return {"off": off.success, "on": on.deployment_status}


def store(namespace: str = "default") -> MixpeekVectorStore:
    made = MixpeekVectorStore(TOLD["key"], namespace, "bucket", "collection", "retriever")
    made._base_url = f"{URL}/v1"  # the one thing that it does not let one choose
    return made


@case
def langchain_test_plugin():
    return store().test_plugin(PLUGIN, {"text": "abba"})


@case
def langchain_looks():
    one = store()
    return {
        "listed": [each["plugin_id"] for each in one.list_plugins()["plugins"]],
        "detail": one.get_plugin(PLUGIN)["plugin"]["validation_status"],
        "status": one.get_plugin_status(PLUGIN)["status"],
    }


@case
def langchain_404():
    return store().test_plugin("nobody_1_0_0", {"text": "a"})


main()
