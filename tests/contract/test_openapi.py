"""The document we serve is the contract's fragment, key for key, and what we added to it."""

import json
from pathlib import Path
from typing import Any

import pytest

FRAGMENT = json.loads((Path(__file__).parent / "inference-openapi.json").read_text("utf-8"))
OPERATION = FRAGMENT["paths"]["/v1/inference"]["post"]
OURS = {"description"}  # of models and of the operation: our own words


@pytest.fixture(scope="module")
def spec(server) -> dict[str, Any]:
    import httpx

    answer = httpx.get(f"{server.url}/openapi.json", timeout=60)
    assert answer.status_code == 200
    return answer.json()


def missing(wanted: Any, found: Any, path: str = "") -> list[str]:
    """Where `found` lacks or contradicts something of `wanted`."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        gaps = [f"{path}/{key} is not there" for key in wanted if key not in found]
        return gaps + [
            gap for key in wanted if key in found for gap in missing(wanted[key], found[key], f"{path}/{key}")
        ]
    return [] if wanted == found else [f"{path}: {found!r} is not {wanted!r}"]


@pytest.mark.parametrize("name", FRAGMENT["components"]["schemas"])
def test_each_schema_is_the_contracts(spec, name):
    wanted, found = ({**each["components"]["schemas"][name]} for each in (FRAGMENT, spec))
    for key in OURS:
        wanted.pop(key, None)
        found.pop(key, None)
    assert found == wanted


def test_the_operation_has_all_the_contract_has(spec):
    wanted = {key: value for key, value in OPERATION.items() if key not in OURS and value != []}
    assert missing(wanted, spec["paths"]["/v1/inference"]["post"]) == []


def test_additions_to_the_operation_are_declared(spec):
    operation = spec["paths"]["/v1/inference"]["post"]
    assert set(operation["responses"]) - set(OPERATION["responses"]) == {"413", "429", "499", "503", "504"}
    assert "text/event-stream" in operation["responses"]["200"]["content"]
    assert {"X-Run-Id", "X-Cache", "X-RateLimit-Limit"} <= set(operation["responses"]["200"]["headers"])
    assert [(each["name"], each["in"], each["required"]) for each in operation["parameters"]] == [
        ("dry_run", "query", False)
    ]
    schemes = spec["components"]["securitySchemes"]
    assert schemes["Bearer"]["scheme"] == "bearer"
    assert schemes["NamespaceHeader"]["name"] == "X-Namespace"


VECTORS = {"Namespaces", "Documents", "Retrievers", "Collections"}  # see test_vectors_api.py


PLUGINS = {"Plugins", "Plugin uploads"}  # see test_plugins_api.py


def test_every_other_operation_is_declared(spec):
    operations = {
        f"{verb.upper()} {path}"
        for path, verbs in spec["paths"].items()
        for verb, operation in verbs.items()
        if operation["tags"][0] not in VECTORS | PLUGINS
    }
    assert operations == {
        "POST /v1/inference",
        "GET /v1/runs",
        "GET /v1/runs/{id}",
        "POST /v1/runs/{id}/cancel",
        "POST /v1/runs/{id}/cache/verdict",
        "GET /v1/sets/{id}",
        "POST /v1/batches",
        "GET /v1/batches",
        "GET /v1/batches/{id}",
        "POST /v1/batches/{id}/resume",
        "POST /v1/batches/{id}/stop",
        "DELETE /v1/batches/{id}",
        "GET /v1/batches/{id}/vectors",
        "GET /v1/cache",
        "DELETE /v1/cache",
        "POST /v1/cache/lookup",
        "GET /v1/cache/export",
        "POST /v1/cache/import",
        "GET /v1/models",
        "GET /v1/health",
    }
    assert spec["paths"]["/v1/health"]["get"]["security"] == []


@pytest.mark.parametrize(
    ("path", "shape"),
    [("/v1/cache/lookup", "RawInferenceRequest"), ("/v1/runs/{id}/cache/verdict", "CacheVerdict")],
)
def test_bodies_that_are_read_by_hand_are_declared(spec, path: str, shape: str):
    content = spec["paths"][path]["post"]["requestBody"]["content"]
    assert content["application/json"]["schema"] == {"$ref": f"#/components/schemas/{shape}"}


def test_references_lead_somewhere(spec):
    text = json.dumps(spec)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(spec["components"]["schemas"])
