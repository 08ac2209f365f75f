"""The server's side of a cluster, as far as it can be seen without one; `tests/ray` has one."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from playground.errors import InferenceServiceUnavailableError
from playground.plugins.cluster.bridge import Bridge
from playground.plugins.cluster.parcel import Parcel, packed
from playground.plugins.process import Limits
from playground.plugins.registry import Plugins
from tests.packing import GOOD


@pytest.mark.skipif(find_spec("ray") is not None, reason="Ray is installed here")
def test_without_ray_it_is_a_503_that_names_the_extra(settings, tmp_path):
    (tmp_path / "plugins" / "letters").mkdir(parents=True)
    for name, text in GOOD.items():
        (tmp_path / "plugins" / "letters" / name).write_text(text)
    plugins = Plugins(settings(PLAYGROUND_RAY_ADDRESS="127.0.0.1:9"))
    with pytest.raises(InferenceServiceUnavailableError, match="install the extra `ray`") as refused:
        plugins.call("letter_counts_1_0_0", {"text": "a"})
    assert refused.value.details["retryable"] is False
    assert "`127.0.0.1:9` (`PLAYGROUND_RAY_ADDRESS`)" in refused.value.message
    plugins.close()


def test_a_command_that_is_ended_before_it_began_is_answered():
    told: list[dict[str, object]] = []

    async def at_once() -> None:
        bridge = Bridge(told.append)
        bridge.take({"n": 1, "do": "ask", "app": "", "message": ""})
        bridge.take({"n": 1, "do": "cancel"})
        while not told:
            await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as thread:  # a browser may have its loop in this one
        thread.submit(lambda: asyncio.run(asyncio.wait_for(at_once(), 60))).result()
    assert told == [{"n": 1, "lost": "cancelled"}]


@pytest.mark.parametrize("single", [True, False])
def test_code_arrives_as_it_left(tmp_path: Path, single: bool):
    source = tmp_path / "source"
    (source / "models").mkdir(parents=True)
    (source / "__pycache__").mkdir()
    for name, text in {"realtime.py": "x = 1", "models/w.bin": "weights", "__pycache__/x.pyc": ""}.items():
        (source / name).write_text(text)
    got = parcel(source / "realtime.py" if single else source).unpacked(tmp_path / "into").path
    if single:
        assert (got.name, got.read_text()) == ("realtime.py", "x = 1")
    else:
        names = {str(file.relative_to(got)) for file in got.rglob("*") if file.is_file()}
        assert names == {"realtime.py", "models/w.bin"}


def test_an_application_is_named_after_its_code_and_its_limits(tmp_path: Path):
    code = tmp_path / "realtime.py"
    code.write_text("x = 1")
    name = parcel(code).app
    assert name.startswith("playground-letters_1_0_0-")
    os.utime(code, (0, 0))
    assert parcel(code).app == name, "another server has the same files with other dates"
    assert replace(parcel(code), limits=Limits(seconds=5)).app != name
    code.write_text("x = 2")
    assert parcel(code).app != name


def parcel(path: Path) -> Parcel:
    return Parcel("letters_1_0_0", packed(path), path.name if path.is_file() else "", "", (), Limits())
