"""The published client that has plugins, and the LangChain package, unmodified against a real server."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LETTERS = {"embedding": [2.0, 2.0, 0.0]}
TESTED = {
    "status": "success",
    "inference_name": "custom_plugin_letter_counts_1_0_0",
    "raw_response": LETTERS,
    "response_type": "dict",
    "response_keys": ["embedding"],
    "message": "Inference call to 'custom_plugin_letter_counts_1_0_0' succeeded",
}


@pytest.fixture(scope="module")
def did(run, older):
    """What the clients did; their import takes 10 s, so they do everything in one go."""
    return run(older, "older.py")


def test_answers_are_typed(did):
    assert did["raw_inference"].get("type") == "RawInferenceResponse", did["raw_inference"]
    assert did["raw_inference"]["value"]["data"] == LETTERS


def test_a_plugin_is_tested(did):
    for name in ("realtime_test", "realtime_test_by_long_name"):
        assert did[name].get("type") == "PluginRealtimeTestResponse", did[name]
        told = {key: value for key, value in did[name]["value"].items() if value is not None}
        assert told == TESTED
    assert did["realtime_test_without_inputs"]["value"]["raw_response"] == {"embedding": [0.0, 0.0, 0.0]}
    failed = did["realtime_test_that_fails"]["value"]
    assert failed["status"] == "error"
    assert "I was told to fail" in failed["error"]


@pytest.mark.parametrize(
    ("name", "raised", "data"),
    [
        ("inference_400", "BadRequestException", "ErrorResponse"),
        ("realtime_test_401", "UnauthorizedException", "ErrorResponse"),
        ("inference_403", "ForbiddenException", "ErrorResponse"),
        ("realtime_test_404", "NotFoundException", None),  # declared without a body there
        ("upload_again_409", "ConflictException", None),
        ("realtime_test_422", "UnprocessableEntityException", "HTTPValidationError"),
        ("inference_422", "UnprocessableEntityException", "HTTPValidationError"),
        ("inference_429", "ApiException", None),
        ("inference_500", "ServiceException", "ErrorResponse"),
        ("inference_503", "ServiceException", None),
    ],
)
def test_each_status_is_the_exception_it_should_be(did, name, raised, data):
    got = did[name]
    assert (got.get("raised"), got.get("status")) == (raised, int(name[-3:])), got
    if data is not None:
        assert got["data_type"] == data
    assert '"success":false' in got["body"]
    assert "Traceback" not in got["body"]


def test_details_survive(did):
    assert [each["loc"] for each in did["realtime_test_422"]["data"]["detail"]] == [["body", "inputs"]]
    assert int(did["inference_429"]["retry_after"]) >= 1


def test_what_there_is(did):
    ids = ["letter_counts_1_0_0", "slow_one_1_0_0"]
    assert did["plugins"].get("value") == {"ids": ids, "total": 2}, did["plugins"]
    assert did["plugin"].get("value") == "custom_plugin_letter_counts_1_0_0"
    assert did["status"]["value"]["status"] == "deployed"
    assert did["status"]["value"]["realtime_enabled"] is True
    assert did["org"].get("value") == {"ids": ids, "whose": "server", "enabled": dict.fromkeys(ids, True)}, did["org"]
    assert did["extractors"]["value"]["letter_counts_1_0_0"] == "custom"


def test_plugins_come_and_go(did):
    made = did["upload_in_one_form"]
    assert made.get("value", {}).get("deployed", {}).get("status") == "deployed", made
    assert did["undeploy_and_delete"].get("value") == {"status": "not_deployed", "gone": "sent_one_1_0_0"}
    done = did["upload_by_an_address"]
    assert done.get("value", {}).get("plugin_id") == "sent_one_1_0_0", done
    assert did["disable_and_enable"].get("value") == {"off": True, "on": "deployed"}


def test_langchain(did):
    told = {key: value for key, value in did["langchain_test_plugin"]["value"].items() if value is not None}
    assert told == TESTED
    assert did["langchain_looks"]["value"] == {
        "listed": ["letter_counts_1_0_0", "slow_one_1_0_0"],
        "detail": "passed",
        "status": "deployed",
    }
    assert (did["langchain_404"]["raised"], did["langchain_404"]["status"]) == ("HTTPError", 404)
