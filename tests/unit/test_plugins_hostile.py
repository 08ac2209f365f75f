"""Hostile plugins: each gives its own clean error within its limits, and the calls of a good one beside succeed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from playground.call import Stop
from playground.errors import PlaygroundError
from playground.plugins.health import Health
from playground.plugins.pipe import MOST
from playground.plugins.process import OUTPUT, EndedError, Limits, Process
from playground.plugins.registry import Plugins
from playground.settings import Settings
from tests import plugins

ROOT = Path(__file__).parents[2]
GOOD_CALLS = 100
MARK = "a-word-of-the-plugin's-own-code"

# what it does; the code of its error, and a word that its sentence has
BODIES = {
    "raises": (f'raise ValueError("no text here")  # {MARK}', "plugin_raised", "ValueError: no text here"),
    "names its folder": (
        "import os\nopen(os.getcwd() + '/weights')",
        "plugin_raised",
        "No such file or directory: 'weights'",
    ),
    "crashes": ("import ctypes\nctypes.string_at(0)", "plugin_crash", "SIGSEGV"),
    "aborts": ("import os\nos.abort()", "plugin_crash", "SIGABRT"),
    "exits": ("import sys\nsys.exit(3)", "plugin_exit", "SystemExit: 3"),
    "interrupts": ("raise KeyboardInterrupt", "plugin_exit", "KeyboardInterrupt"),
    "vanishes": ("import os\nos._exit(0)", "plugin_crash", "ended itself with code 0"),
    "allocates": ("held = bytearray(10 * 2**30)\nreturn {}", "plugin_memory", "512 MB"),
    "grows": ("held = []\nwhile True: held.append(bytearray(2**24))", "plugin_memory", "512 MB"),
    "answers much": (f'return {{"text": "a" * {MOST}}}', "plugin_answer", "64 MB; 64 are allowed"),
    "is no number": ('return {"embedding": [1.0, float("nan")]}', "plugin_answer", "`embedding[1]` is nan"),
    "is infinite": ('return {"scores": {"a": float("inf")}}', "plugin_answer", "`scores.a` is inf"),
    "bytes": ('return {"image": b"abc"}', "plugin_answer", "`image` is bytes; give base64 text"),
    "array": (
        'import numpy\nreturn {"embedding": numpy.zeros(3, "float32")}',
        "plugin_answer",
        "`embedding` is a ndarray of shape (3,); write `.tolist()`",
    ),
    "cyclic": ('a = []\na.append(a)\nreturn {"a": a}', "plugin_answer", "contains itself"),
    "deep": (
        "a = []\nfor _ in range(100_000): a = [a]\nreturn {'a': a}",
        "plugin_answer",
        "nested more than 200 deep",
    ),
    "half a character": ('return {"text": "\\ud800"}', "plugin_answer", "half of a character"),
    "is a list": ("return [1.0]", "plugin_answer", "must be a dict, and is a list"),
    "is nothing": ("pass", "plugin_answer", "is None; is there a `return`?"),
    "talks nonsense": (
        "import os\nfor number in range(3, 30):\n"
        "    try: os.write(number, b'\\xff' * 99)\n    except OSError: pass\nreturn {}",
        "plugin_protocol",
        "no JSON",
    ),
    "breaks its words": (
        'class Odd(Exception):\n    def __str__(self): raise RuntimeError("no")\nraise Odd',
        "plugin_raised",
        "Odd",
    ),
}
BEFORE = {
    "fails to load": ('raise ImportError("no module of that name")', "plugin_load", "ImportError: no module"),
    "lacks a module": ("import a_module_that_nobody_has", "plugin_load", "install what it needs beside the playground"),
    "exits while loading": ("import sys\nsys.exit(1)", "plugin_load", "SystemExit"),
}
HANGING = {
    "hangs": "while True: pass",
    "sleeps": "import asyncio\nawait asyncio.sleep(10**9)",
    "prints for ever": 'while True: print("x" * 1000)',
    "never ends its answer": 'import itertools\nreturn {"numbers": max(n - n for n in itertools.count())}',
}


@dataclass(frozen=True)
class Outcome:
    error: PlaygroundError
    health: Health


@dataclass(frozen=True)
class Ordeal:
    """What became of every hostile plugin, and of the calls of the good one."""

    outcomes: dict[str, Outcome]
    good: list[dict]


def settings(folder: Path, **values: object) -> Settings:
    given = {
        "PLAYGROUND_PLUGINS_DIR": folder,
        "PLAYGROUND_PLUGINS_TRUSTED": "*",
        "PLAYGROUND_PLUGINS_MEMORY_MB": 512,
        "PLAYGROUND_PLUGINS_PROCESSES": 1,
    }
    return Settings.of({name: str(value) for name, value in (given | values).items()})


def id_of(name: str) -> str:
    return f"{name.replace(' ', '_')}_1_0_0"


@pytest.fixture(scope="module")
def ordeal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ordeal]:
    folder, slow = tmp_path_factory.mktemp("plugins"), tmp_path_factory.mktemp("hanging")
    plugins.write(folder / "good", "good_one", plugins.GOOD)
    for name, (body, *_) in BODIES.items():
        plugins.write(folder / name, name.replace(" ", "_"), body)
    for name, (before, *_) in BEFORE.items():
        plugins.write(folder / name, name.replace(" ", "_"), "return {}", before=before)
    for name, body in HANGING.items():
        plugins.write(slow / name, name.replace(" ", "_"), body)
    plugins.write(slow / "loading", "hangs_while_loading", "return {}", before="while True: pass")
    patient = Plugins(settings(folder))
    quick = Plugins(
        settings(slow, PLAYGROUND_PLUGINS_TIMEOUT=2, PLAYGROUND_PLUGINS_START=5, PLAYGROUND_PLUGINS_MEMORY_MB=65536)
    )

    def ask(registry: Plugins, name: str) -> Outcome:
        with pytest.raises(PlaygroundError) as caught:
            registry.call(id_of(name), {"text": "hello"})
        return Outcome(caught.value, registry.health(id_of(name)))

    try:
        with ThreadPoolExecutor(32) as pool:
            asked = {name: pool.submit(ask, patient, name) for name in [*BODIES, *BEFORE]}
            asked |= {name: pool.submit(ask, quick, name) for name in [*HANGING, "hangs while loading"]}
            good = [pool.submit(patient.call, "good_one_1_0_0", {"text": "a" * n}) for n in range(GOOD_CALLS)]
            yield Ordeal({name: each.result() for name, each in asked.items()}, [each.result() for each in good])
    finally:
        patient.close()
        quick.close()


def test_the_calls_of_a_good_plugin_beside_them_all_succeed(ordeal: Ordeal):
    assert ordeal.good == [{"embedding": [1.0, 2.0, float(n)]} for n in range(GOOD_CALLS)]


@pytest.mark.parametrize("name", [*BODIES, *BEFORE])
def test_a_hostile_plugin_is_a_clean_error(ordeal: Ordeal, name: str):
    _, code, words = (BODIES | BEFORE)[name]
    error = ordeal.outcomes[name].error
    assert error.code == code
    assert words in error.message
    assert error.status == (503 if code == "plugin_load" else 500)
    assert error.details["retryable"] is False
    assert ordeal.outcomes[name].health.failures == 1


@pytest.mark.parametrize("name", [*HANGING, "hangs while loading"])
def test_a_plugin_that_does_not_come_back_is_ended(ordeal: Ordeal, name: str):
    error, health = ordeal.outcomes[name].error, ordeal.outcomes[name].health
    assert (error.code, error.status) == ("plugin_timeout", 504)
    assert health.processes == ()
    assert health.state == "failing"


def test_a_traceback_is_for_the_page_and_not_for_the_caller(ordeal: Ordeal):
    outcome = ordeal.outcomes["raises"]
    assert outcome.health.failure is not None
    assert MARK in outcome.health.failure.traceback
    assert outcome.health.failure.traceback.startswith("Traceback")
    assert "worker.py" not in outcome.health.failure.traceback
    body = json.dumps(outcome.error.body())
    assert MARK not in body
    assert "Traceback" not in body
    assert "realtime.py" not in body


def test_what_a_plugin_prints_is_kept_to_its_end(ordeal: Ordeal):
    failure = ordeal.outcomes["prints for ever"].health.failure
    assert failure is not None
    assert 0 < len(failure.output) <= OUTPUT
    assert set(failure.output) <= {"x", "\n"}


def test_a_plugin_without_a_manifest_that_says_who_it_is_is_refused(tmp_path: Path):
    plugins.write(tmp_path / "nameless", "nameless", "return {}", manifest='version = "1.0.0"')
    registry = Plugins(settings(tmp_path))
    with pytest.raises(PlaygroundError) as caught:
        registry.call("nameless_1_0_0", {})
    assert (caught.value.code, caught.value.status) == ("plugin_refused", 503)
    assert "`feature_extractor_name` is missing" in caught.value.message


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Callable[..., Plugins]]:
    """Makes a registry over the test's own folder."""
    made: list[Plugins] = []

    def make(**values: object) -> Plugins:
        made.append(Plugins(settings(tmp_path, **values)))
        return made[-1]

    yield make
    for each in made:
        each.close()


def gone(pid: int) -> bool:
    """Whether a process ends before long; one that nobody has waited for yet counts as ended."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_process_that_is_killed_is_replaced_and_its_children_end_with_it(tmp_path: Path, registry):
    plugins.write(
        tmp_path / "forks",
        "forks",
        "pid = os.fork()\nif not pid: time.sleep(10**9)\nreturn {'child': pid, 'me': os.getpid()}",
        imports="import os, time",
    )
    found = registry()
    first = found.call("forks_1_0_0", {})
    os.kill(first["me"], 9)
    while found.health("forks_1_0_0").processes:  # `gone` is too early: a first thread ends before its process does
        time.sleep(0.02)
    second = found.call("forks_1_0_0", {})
    assert second["me"] != first["me"]
    assert gone(first["child"])
    found.rest("forks_1_0_0")
    assert gone(second["me"])
    assert gone(second["child"])


def test_a_copy_of_a_process_does_not_answer_in_its_place(tmp_path: Path, registry):
    plugins.write(tmp_path / "doubles", "doubles", "os.fork()\nreturn {'n': inputs['n']}", imports="import os")
    found = registry()
    assert [found.call("doubles_1_0_0", {"n": n}) for n in range(5)] == [{"n": n} for n in range(5)]


def test_a_child_that_leaves_the_group_keeps_nobody_waiting(tmp_path: Path, registry):
    body = (
        "pid = os.fork()\nif not pid: os.setsid(); time.sleep(10**9)\n"
        "Path('child').write_text(str(pid))\ntime.sleep(10**9)"
    )
    place = plugins.write(tmp_path / "any", "leaves", body, imports="import os, time\nfrom pathlib import Path")
    with pytest.raises(PlaygroundError) as caught:  # the child holds on to all that it has, for ever
        registry(PLAYGROUND_PLUGINS_TIMEOUT=1).call("leaves_1_0_0", {})
    os.kill(int((place / "child").read_text()), 9)
    assert caught.value.code == "plugin_timeout"


def test_processes_end_with_the_server_however_it_ends(tmp_path: Path):
    body = "Path('pid').write_text(str(os.getpid()))\nwhile True: pass"
    place = plugins.write(tmp_path / "any", "survives", body, imports="import os\nfrom pathlib import Path")
    code = (
        "import sys; from playground.plugins.registry import Plugins; from playground.settings import Settings;"
        "Plugins(Settings.of({'PLAYGROUND_PLUGINS_DIR': sys.argv[1]})).call('survives_1_0_0', {})"
    )
    server = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        while not (place / "pid").exists() or not (place / "pid").read_text():
            assert server.poll() is None
            time.sleep(0.02)
    finally:
        server.kill()
        server.wait()
    assert gone(int((place / "pid").read_text()))


def test_one_that_dies_before_it_reads_its_order_is_a_crash_like_any_other(tmp_path: Path, registry):
    plugins.write(tmp_path / "any", "stillborn", "return {}")
    process = Process(registry().find("stillborn_1_0_0").source, Limits(60, 60, 2**30, 1))
    os.kill(process.pid, signal.SIGSTOP)  # it reads nothing any more
    killer = threading.Timer(0.2, os.kill, [process.pid, signal.SIGKILL])
    killer.start()
    with pytest.raises(EndedError, match="crash"):
        process.begin((), Stop())
    killer.join()
    process.end()


def test_the_process_knows_no_secret_and_has_nothing_to_read(tmp_path: Path, registry):
    plugins.write(
        tmp_path / "looks",
        "looks",
        "return {'names': sorted(os.environ), 'read': sys.stdin.read(), 'folder': os.getcwd()}",
        imports="import os, sys",
    )
    os.environ["A_SECRET_OF_THE_SERVER"] = "x"
    try:
        found = registry().call("looks_1_0_0", {})
    finally:
        del os.environ["A_SECRET_OF_THE_SERVER"]
    assert "A_SECRET_OF_THE_SERVER" not in found["names"]
    assert found["read"] == ""
    assert Path(found["folder"]) == (tmp_path / "looks").resolve()
