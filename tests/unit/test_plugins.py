"""Plugins are found where they stand, asked in processes of their own, and changed while the server runs."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Timer

import pytest

from playground.call import Stop
from playground.errors import (
    BadRequestError,
    CancelledError,
    InferenceServiceUnavailableError,
    NotFoundError,
    PlaygroundError,
)
from playground.plugins.registry import Plugins
from playground.settings import Settings
from tests import plugins

Make = Callable[..., Plugins]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes a registry over the test's own folder."""
    made: list[Plugins] = []

    def build(**values: object) -> Plugins:
        given = {"PLAYGROUND_PLUGINS_DIR": tmp_path} | values
        made.append(Plugins(Settings.of({name: str(value) for name, value in given.items()})))
        return made[-1]

    yield build
    for each in made:
        each.close()


SHORT = '''
from playground.plugins import plugin

@plugin(version="2.1", dim=2, input_schema={{"text": {{"type": "string"}}}})
{form} short_one(inputs, parameters):
    """Counts."""
    return {{"embedding": [float(len(inputs["text"])), {number}]}}
'''


def test_what_is_in_the_folder_is_found_and_answers(tmp_path: Path, make: Make):
    assert make().all() == ()
    write = plugins.write
    write(tmp_path / "anywhere", "in_folder", plugins.GOOD)
    for version in ("1.0.0", "v2"):
        write(tmp_path / "several" / version, "several", f'return {{"version": "{version}"}}', version=version)
    (tmp_path / "one.py").write_text(SHORT.format(form="async def", number="0.5"))
    (tmp_path / "_passed.py").write_text("import subprocess")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "notes.txt").write_text("no plugin")
    found = make()
    assert [each.id for each in found.all()] == [
        "in_folder_1_0_0",
        "several_2_0_0",
        "several_1_0_0",
        "short_one_2_1_0",
    ]
    assert found.call("several_1_0_0", {}) == {"version": "1.0.0"}
    assert found.call("custom_plugin_several_2_0_0", {}) == {"version": "v2"}
    assert found.call("short_one_2_1_0", {"text": "abc"}) == {"embedding": [3.0, 0.5]}
    assert found.find("short_one_2_1_0").manifest.features[0].dim == 2


FORMS = {
    "a plain function": ("def", "", plugins.GOOD, ""),
    "a factory": (
        "async def",
        "",
        "return {'made': self.options['made']}",
        "\ndef get_inference_service(**options):\n    return Service(made='by a factory')\n",
    ),
    "parts of the folder": (
        "async def",
        "from .processors import core\nfrom processors.core import TWO\nimport manifest",
        "return {'two': core.TWO + TWO, 'name': manifest.feature_extractor_name}",
        "",
    ),
    "another class": (
        "async def",
        "",
        "return {}",
        "\nclass OtherInferenceService:\n    def run_inference(self, a, b): pass\n",
    ),
    "the platform's name": ("async def", "", "return await Service.__call__(Plain(), inputs)", ""),
}


def test_the_forms_of_a_service(tmp_path: Path, make: Make):
    for number, (form, imports, body, after) in enumerate(FORMS.values()):
        place = plugins.write(tmp_path / str(number), f"form_{number}", body, imports=imports, form=form)
        (place / "processors").mkdir()
        (place / "processors" / "core.py").write_text("TWO = 2")
        plain = "\nclass Plain:\n    def run_inference(self, inputs, parameters): return {'plain': parameters}\n"
        with (place / "realtime.py").open("a") as file:
            file.write(after + (plain if "Plain" in body else ""))
    found = make()
    answers = [found.call(f"form_{number}_1_0_0", {"text": "abc"}) for number in range(len(FORMS))]
    assert answers == [
        {"embedding": [1.0, 2.0, 3.0]},
        {"made": "by a factory"},
        {"two": 4, "name": "form_2"},
        {},
        {"plain": {}},
    ]


NOTHING_ANSWERS = {
    "no class": ("x = 1", "nothing in it answers"),
    "no method": ("from playground.plugins import BaseInferenceService\nclass A(BaseInferenceService): pass", "has no"),
    "no realtime": (None, "it has no `realtime.py`"),
}


@pytest.mark.parametrize(("code", "words"), NOTHING_ANSWERS.values(), ids=NOTHING_ANSWERS.keys())
def test_a_plugin_in_which_nothing_answers(tmp_path: Path, make: Make, code: str | None, words: str):
    place = plugins.write(tmp_path / "any", "mute", "return {}")
    (place / "realtime.py").unlink() if code is None else (place / "realtime.py").write_text(code)
    with pytest.raises(InferenceServiceUnavailableError, match=words):
        make().call("mute_1_0_0", {})


def test_a_changed_plugin_has_a_fresh_process_at_its_next_call(tmp_path: Path, make: Make):
    place = plugins.write(tmp_path / "any", "changing", "return {'pid': os.getpid(), 'is': 1}", imports="import os")
    found = make()
    first, again = found.call("changing_1_0_0", {}), found.call("changing_1_0_0", {})
    assert first == again
    code, digest = (place / "realtime.py").read_text(), found.find("changing_1_0_0").code
    (place / "realtime.py").write_text(code.replace("'is': 1", "'is': 2"))
    changed = found.call("changing_1_0_0", {})
    assert changed["is"] == 2
    assert changed["pid"] != first["pid"]
    assert found.find("changing_1_0_0").code not in ("", digest)
    (place / "realtime.py").write_text(code)
    assert found.find("changing_1_0_0").code == digest
    (place / "realtime.py").write_text(code.replace("'is': 1", "'is': 2"))
    manifest = (place / "manifest.py").read_text()
    (place / "manifest.py").write_text(manifest.replace("1.0.0", "1.1.0"))
    assert found.call("changing_1_1_0", {})["is"] == 2
    with pytest.raises(NotFoundError, match="`changing_1_1_0`"):
        found.call("changing_1_0_0", {})
    (place / "manifest.py").unlink()
    assert found.all() == ()


def test_a_call_under_way_ends_although_its_plugin_was_changed(tmp_path: Path, make: Make):
    body = "Path('begun').touch()\nwhile not Path('go').exists(): await asyncio.sleep(0.01)\nreturn {'is': 1}"
    place = plugins.write(tmp_path / "any", "slow_one", body, imports="import asyncio\nfrom pathlib import Path")
    found = make()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(found.call, "slow_one_1_0_0", {})
        while not (place / "begun").exists():
            time.sleep(0.01)
        code = (place / "realtime.py").read_text()
        (place / "realtime.py").write_text(
            code.replace("'is': 1", "'is': 22").replace("while not", "while False and not")
        )
        assert found.call("slow_one_1_0_0", {}) == {"is": 22}
        (place / "go").touch()
        assert asked.result() == {"is": 1}


def test_an_installed_package_names_itself(tmp_path: Path, make: Make):
    site = tmp_path / ".site"
    plugins.write(
        site / "acme" / "embedder", "acme_embedder", "return {'part': part.NAME}", imports="from . import part"
    )
    (site / "acme" / "embedder" / "part.py").write_text("NAME = __name__")
    (site / "acme" / "short.py").write_text(SHORT.format(form="def", number="2.0"))
    info = site / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[playground.plugins]\nembedder = acme.embedder\nshort = acme.short\ngone = nowhere.at_all\n"
    )
    sys.path.append(str(site))
    try:
        found = make()
        assert [each.id for each in found.all()] == ["acme_embedder_1_0_0", "short_one_2_1_0"]
        assert "acme" not in sys.modules
        assert found.call("acme_embedder_1_0_0", {}) == {"part": "acme.embedder.part"}
        assert found.call("short_one_2_1_0", {"text": ""}) == {"embedding": [0.0, 2.0]}
    finally:
        sys.path.remove(str(site))


def test_what_the_scan_forbids_is_not_loaded_unless_the_operator_says_so(tmp_path: Path, make: Make):
    plugins.write(tmp_path / "any", "careless", "return {'is': eval('1')}", before="open('loaded', 'w').close()")
    with pytest.raises(InferenceServiceUnavailableError) as caught:
        make().call("careless_1_0_0", {})
    assert caught.value.code == "plugin_refused"
    assert "realtime.py:5:0: calls `open`, which a plugin may not (and 1 more)" in caught.value.message
    assert not (tmp_path / "any" / "loaded").exists()
    for trusted in ("careless", "careless_1_0_0", "*"):
        assert make(PLAYGROUND_PLUGINS_TRUSTED=f"other, {trusted}").check("careless_1_0_0").trusted
    assert make(PLAYGROUND_PLUGINS_TRUSTED="careless").call("careless_1_0_0", {}) == {"is": 1}


def test_two_with_one_name_and_version(tmp_path: Path, make: Make):
    plugins.write(tmp_path / "a", "twice", "return {'from': 'a'}")
    plugins.write(tmp_path / "b", "twice", "return {'from': 'b'}")
    found = make()
    assert [bool(each.refusal) for each in found.all()] == [False, True]
    assert "`a` has this name and version too" in found.all()[1].refusal
    assert found.call("twice_1_0_0", {}) == {"from": "a"}


def test_schemas_that_are_classes_are_told_by_the_process(tmp_path: Path, make: Make):
    manifest = plugins.MANIFEST + (
        "from pydantic import BaseModel\n\nclass Input(BaseModel):\n    text: str\n\n"
        "class Parameters(BaseModel):\n    scale: float = 1.0\n\n"
        "input_schema = Input\nparameter_schema = Parameters.model_json_schema()\n"
    )
    plugins.write(tmp_path / "any", "described", plugins.GOOD, manifest=manifest)
    found = make()
    assert found.find("described_1_0_0").manifest.coded == ("input_schema", "parameter_schema")
    told = found.described("described_1_0_0")
    assert told.input_schema is not None
    assert told.parameter_schema is not None
    assert told.input_schema["required"] == ["text"]
    assert told.parameter_schema["properties"]["scale"]["default"] == 1.0
    assert found.health("described_1_0_0").starts == 1


def test_64_at_once_are_all_answered_by_the_processes_there_may_be(tmp_path: Path, make: Make):
    plugins.write(tmp_path / "any", "crowded", "return {'n': inputs['n'], 'pid': os.getpid()}", imports="import os")
    found = make(PLAYGROUND_PLUGINS_PROCESSES=2)
    with ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda n: found.call("crowded_1_0_0", {"n": n}), range(64)))
    assert [each["n"] for each in answers] == list(range(64))
    assert len({each["pid"] for each in answers}) <= 2
    health = found.health("crowded_1_0_0")
    assert (health.state, health.calls, health.failures) == ("ready", 64, 0)
    assert health.starts == len({each["pid"] for each in answers})
    assert health.p50_ms is not None
    assert health.p95_ms is not None
    assert 0 < health.p50_ms <= health.p95_ms
    if Path("/proc/self/statm").exists():
        assert health.memory is not None
        assert health.memory > 2**20


def test_who_waits_for_a_plugin_that_never_answers_is_told_so(tmp_path: Path, make: Make):
    plugins.write(tmp_path / "any", "stuck", "await asyncio.sleep(10**9)", imports="import asyncio")
    found = make(PLAYGROUND_PLUGINS_PROCESSES=1, PLAYGROUND_PLUGINS_TIMEOUT=0.5)

    def ask(_: int) -> str | None:
        with pytest.raises(PlaygroundError) as caught:
            found.call("stuck_1_0_0", {})
        return caught.value.code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"plugin_timeout", "plugin_busy"}


def test_those_who_waited_for_a_plugin_that_cannot_be_loaded_share_its_failure(tmp_path: Path, make: Make):
    before = "import time\ntime.sleep(0.5)\nraise ImportError('no such module')"
    plugins.write(tmp_path / "any", "broken", "return {}", before=before)
    found = make(PLAYGROUND_PLUGINS_PROCESSES=1)

    def ask(_: int) -> str | None:
        with pytest.raises(InferenceServiceUnavailableError) as caught:
            found.call("broken_1_0_0", {})
        return caught.value.code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(16))) == {"plugin_load"}
    assert found.health("broken_1_0_0").failures < 16


def test_a_call_that_is_stopped_ends_at_once_and_the_next_one_is_answered(tmp_path: Path, make: Make):
    body = "if inputs.get('wait'): await asyncio.sleep(10**9)\nreturn {}"
    plugins.write(tmp_path / "any", "waits", body, imports="import asyncio")
    found, stop = make(), Stop()
    found.warm("waits_1_0_0")
    Timer(0.2, stop.set).start()
    with pytest.raises(CancelledError):
        found.call("waits_1_0_0", {"wait": True}, stop=stop)
    assert found.call("waits_1_0_0", {}) == {}
    assert found.health("waits_1_0_0").failures == 0


def test_closing_ends_every_process(tmp_path: Path, make: Make):
    plugins.write(tmp_path / "any", "closing", "return {'pid': os.getpid()}", imports="import os")
    found = make()
    pid = found.call("closing_1_0_0", {})["pid"]
    assert found.health("closing_1_0_0").pid == pid
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_is_no_json_is_refused_before_it_is_sent(tmp_path: Path, make: Make):
    plugins.write(tmp_path / "any", "strict", "return {}")
    with pytest.raises(BadRequestError, match="must be JSON"):
        make().call("strict_1_0_0", {"image": b"abc"})


def test_what_is_printed_goes_to_the_page_and_not_into_the_answer(tmp_path: Path, make: Make):
    body = "print('to stdout')\nprint('to stderr', file=sys.stderr)\nos.system('echo from a child')\nraise ValueError"
    plugins.write(tmp_path / "any", "prints", body, imports="import os, sys")
    found = make(PLAYGROUND_PLUGINS_TRUSTED="prints")
    with pytest.raises(PlaygroundError):
        found.call("prints_1_0_0", {})
    wanted = {"to stdout", "to stderr", "from a child"}
    end = time.monotonic() + 60
    while not wanted <= set(found.health("prints_1_0_0").output.splitlines()):
        assert time.monotonic() < end
        time.sleep(0.01)
