"""The published client of today, unmodified, in a process of its own against a real server."""

import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LETTERS = {"embedding": [2.0, 2.0, 0.0]}


@pytest.fixture(scope="module")
def did(run):
    """What the client did; its import takes 8 s, so it does everything in one go."""
    return run(Path(sys.executable), "current.py")


def test_answers_are_typed(did):
    for name in ("chat", "embedding", "plugin_by_name"):
        assert did[name].get("type") == "RawInferenceResponse", did[name]
    assert did["chat"]["value"]["data"]["text"]
    assert [len(each) for each in did["embedding"]["value"]["data"]["embeddings"]] == [384, 384]
    assert did["embedding"]["value"]["tokens_used"]["total"] > 0
    assert did["builtin_by_address"]["value"] == 384


def test_a_plugin_by_each_of_its_names(did):
    for name in ("plugin_by_name", "plugin_by_long_name", "plugin_by_address"):
        assert did[name]["value"]["data"] == LETTERS
        assert did[name]["value"]["cached"] is False


def test_requests_of_other_kinds(did):
    assert did["plain_dict_and_headers"]["value"] == {"status": 200, "limited": True, "cached": False}
    assert did["high_level"]["value"] == {"item": [2.0, 2.0, 0.0], "attribute": "plugin"}
    assert did["extractors"]["value"]["letter_counts_1_0_0"] == "custom"
    assert did["extractors"]["value"]["text_extractor_v1"] == "builtin"


@pytest.mark.parametrize(
    ("name", "raised", "kind"),
    [
        ("two_selectors_400", "BadRequestException", "BadRequestError"),
        ("wrong_key_401", "UnauthorizedException", "UnauthorizedError"),
        ("other_namespace_403", "ForbiddenException", "ForbiddenError"),
        ("unknown_plugin_404", "NotFoundException", "NotFoundError"),
        ("unfit_422", "UnprocessableEntityException", "ValidationError"),
        ("limited_429", "ApiException", "TooManyRequestsError"),
        ("plugin_fails_500", "ServiceException", "InternalServerError"),
        ("no_provider_key_503", "ServiceException", "InferenceServiceUnavailableError"),
    ],
)
def test_each_status_is_the_exception_it_should_be(did, name, raised, kind):
    got = did[name]
    assert (got.get("raised"), got.get("status")) == (raised, int(name[-3:])), got
    assert got["data_type"] == "ErrorResponse"
    assert got["data"]["status"] == got["status"]
    assert got["data"]["error"]["type"] == kind
    assert "Traceback" not in got["body"]


def test_details_survive(did):
    fields = did["unfit_422"]["data"]["error"]["details"]["validation_errors"]
    assert [each["location"] for each in fields] == ["body.inputs"]
    assert int(did["limited_429"]["retry_after"]) >= 1
    assert did["no_provider_key_503"]["data"]["error"]["details"]["retryable"] is False
    assert "I was told to fail" in did["plugin_fails_500"]["body"]


def test_the_high_level_client_does_not_hang(did):
    assert (did["high_level_unknown_404"]["raised"], did["high_level_unknown_404"]["status"]) == (
        "MixpeekAPIError",
        404,
    )
    refused = did["high_level_503_is_not_repeated"]
    assert (refused["raised"], refused["status"]) == ("MixpeekAPIError", 503)
    assert did["high_level_429_heals"]["value"] == {"embedding": [2.0, 2.0, 0.0], "waited": True}


def test_timeouts_are_the_transports(did):
    assert did["read_timeout"]["raised"] in ("ReadTimeoutError", "MaxRetryError")
    assert did["nobody_there"]["raised"] in ("NewConnectionError", "MaxRetryError")


def test_its_first_steps_with_vectors(did):
    made = did["namespace_with_an_undeclared_key"]
    assert made.get("value", {}).get("namespace_id") == "sdk-fresh", made
    assert did["search_over_own_vectors"].get("value") == {"ids": ["a", "b"], "same": True}
    assert did["lists_with_an_empty_body"].get("value") == {"collections": True, "retrievers": True}
    assert did["same_namespace_again_409"].get("status") == 409, did["same_namespace_again_409"]
    promoted = did["promotion_of_other_dimensions"]
    assert promoted.get("status", 200) in (200, 400, 422), promoted
