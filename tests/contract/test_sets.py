"""`GET /v1/sets/{id}`: a set with its runs and one seal, in its namespace only, while it runs and when it has ended."""

import json
import time

import pytest

from playground.api.sets import SetDetail
from playground.comparison import Cell, Pane, Set, new_id
from playground.dossier import dossier
from tests.contract.test_errors import SECRET
from tests.contract.test_inference import COMPLETION, piece
from tests.replay import Answer


@pytest.fixture
def asked(server, provider, request):
    """Starts a set of two panes in a namespace of the test's own."""
    provider.on("POST", "/v1/chat/completions", Answer.json(COMPLETION))

    def start(**fields: object) -> Set:
        panes = (Pane("A", "replay", "gpt-4o-mini", {"temperature": 0.5}), Pane("B", "local", "handbook"))
        values = {"kind": "comparison", "task": "chat", "prompt": "Why?", "panes": panes, "created_at": time.time()}
        made = Set(id=new_id(), namespace=request.node.name, **(values | fields))
        server.runs.sweeps.start(made, made.cells(), ())
        return made

    return start


def ended(server, of: Set) -> None:
    deadline = time.monotonic() + 120
    while server.runs.live(of.namespace):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def look(server, of: Set, namespace: str | None = None):
    with server.client(**{"X-Namespace": namespace or of.namespace}) as client:
        return client.get(f"/v1/sets/{of.id}")


def test_a_set_that_has_ended_is_the_document_of_its_receipt(server, asked):
    of = asked()
    ended(server, of)
    answer = look(server, of)
    assert answer.status_code == 200, answer.text
    found = dossier(server.runs.history, of.id, of.namespace)
    assert answer.json() == json.loads(json.dumps(found.document))
    SetDetail.model_validate(answer.json())
    assert answer.json()["seal"] == found.seal
    assert [run["pane"] for run in answer.json()["runs"]] == ["A", "B"]
    assert answer.json()["runs"][1]["record"]["response"]["data"]["text"]
    assert SECRET not in answer.text


def test_a_set_that_runs_has_no_seal_yet(server, asked, provider):
    provider.on("POST", "/v1/chat/completions", Answer.stream([piece("So far")], then="hang"))
    of = asked()
    try:
        going = look(server, of).json()
    finally:
        server.runs.sweeps.stop(of.id, of.namespace)
    ended(server, of)
    SetDetail.model_validate(going)
    assert going["seal"] is None
    assert going["runs"][0]["record"] is None
    assert look(server, of).json()["seal"].startswith("sha256:")


def test_a_run_that_is_not_kept_any_more_is_null(server, asked):
    of = asked()
    ended(server, of)
    server.runs.history.sets.add(of.id, {Cell(0, "B"): "run_gone"})
    lost = look(server, of).json()["runs"][1]
    assert (lost["run"], lost["seal"], lost["record"]) == ("run_gone", None, None)


def test_a_set_of_another_namespace_is_not_there(server, asked):
    of = asked()
    ended(server, of)
    answer = look(server, of, "stranger")
    assert answer.status_code == 404
    assert answer.json()["error"]["details"] == {"resource": "set", "id": of.id}
    with server.client(Authorization="Bearer nobody") as nobody:
        assert nobody.get(f"/v1/sets/{of.id}").status_code == 401
