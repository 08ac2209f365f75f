"""The test of a key: a question that is really asked, and that only the right key gets an answer to."""

from collections.abc import Callable, Iterator

import pytest

from playground.errors import PlaygroundError
from playground.providers.remote import Remote
from playground.providers.table import Row
from playground.settings import Settings
from playground.transport import Transport
from tests.replay import Answer, ReplayServer

LIST = Answer.json({"object": "list", "data": [{"id": "tiny-chat"}, {"id": "big-chat"}]})
REFUSED = Answer.json({"error": {"message": "No auth credentials found", "code": 401}}, 401)


@pytest.fixture
def provider(replay: ReplayServer, settings: Callable[..., Settings]) -> Iterator[Callable[..., Remote]]:
    given = settings(OPENROUTER_API_KEY="sk-checked-0123456789", PLAYGROUND_RETRIES=0)
    transport = Transport(given)

    def make(key_path: str = "") -> Remote:
        row = Row("p", "P", f"{replay.url}/v1", keys=("OPENROUTER_API_KEY",), key_page="https://x", key_path=key_path)
        return Remote(row, given, transport)

    yield make
    transport.close()


def test_every_check_asks_anew(provider, replay):
    replay.on("GET", "/v1/models", LIST)
    checked = provider()
    assert [len(checked.check()), len(checked.models()), len(checked.check())] == [2, 2, 2]
    assert [request.path for request in replay.requests] == ["/v1/models", "/v1/models"]
    assert replay.requests[0].headers["authorization"] == "Bearer sk-checked-0123456789"


def test_a_refusal_after_a_good_list(provider, replay):
    replay.on("GET", "/v1/models", LIST, REFUSED)
    checked = provider()
    checked.check()
    with pytest.raises(PlaygroundError) as failure:
        checked.check()
    assert "sk-checked" not in failure.value.message


def test_where_the_list_is_open_to_everybody_the_key_itself_is_asked(provider, replay):
    replay.on("GET", "/v1/models", LIST)
    replay.on("GET", "/v1/key", REFUSED, Answer.json({"data": {"label": "mine"}}))
    checked = provider("/key")
    with pytest.raises(PlaygroundError):
        checked.check()
    assert len(checked.check()) == 2
    assert [request.path for request in replay.requests] == ["/v1/key", "/v1/key", "/v1/models"]
