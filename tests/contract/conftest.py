"""One server for the whole session: local models, and a provider that is the replay server."""

from collections.abc import Iterator

import httpx
import pytest

from tests.contract.serving import Served, serve
from tests.replay import ReplayServer


@pytest.fixture(scope="session")
def provider() -> Iterator[ReplayServer]:
    """What `provider: "replay"` speaks to; each test sets its own answers."""
    with ReplayServer() as server:
        yield server


@pytest.fixture(scope="session")
def server(provider: ReplayServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API over a real core."""
    with serve(
        tmp_path_factory.mktemp("data"),
        PLAYGROUND_COMPATIBLE_REPLAY_BASE_URL=f"{provider.url}/v1",
        PLAYGROUND_COMPATIBLE_REPLAY_API_KEY="sk-replay-secret-key",
        PLAYGROUND_MAX_BODY_MB=1,
        PLAYGROUND_RETRIES=0,
        PLAYGROUND_RATE_LIMIT=100_000,
    ) as served:
        yield served


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    """A client with the key."""
    with server.client() as made:
        yield made
