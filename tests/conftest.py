"""Fixtures of all tests: a replay server, and settings that know nothing of the surroundings."""

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from playground.settings import Settings
from tests.replay import ReplayServer

hypothesis.settings.register_profile("house", deadline=None)  # the machine's mood is not the code's fault
hypothesis.settings.load_profile("house")


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
