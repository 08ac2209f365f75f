"""The security scan, rule by rule."""

from pathlib import Path

import pytest

from playground.plugins.scan import scan, scanned

ERRORS = {
    "import subprocess": "imports `subprocess`",
    "import ctypes.util": "imports `ctypes.util`",
    "import socket as s": "imports `socket`",
    "from multiprocessing import Pool": "imports `multiprocessing`",
    "import pty": "imports `pty`",
    "import fcntl": "imports `fcntl`",
    "import resource": "imports `resource`",
    "import threading": "imports `threading`",
    "import commands": "imports `commands`",
    "import popen2": "imports `popen2`",
    "import numpy, subprocess": "imports `subprocess`",
    "eval('1')": "calls `eval`",
    "exec('1')": "calls `exec`",
    "open('x')": "calls `open`",
    "compile('1', '', 'eval')": "calls `compile`",
    "__import__('os')": "calls `__import__`",
    "setattr(a, 'b', 1)": "calls `setattr`",
    "delattr(a, 'b')": "calls `delattr`",
    "globals()": "calls `globals`",
    "locals()": "calls `locals`",
    "vars(a)": "calls `vars`",
    "import os\nos.system('x')": "uses `os.system`",
    "import os as o\no.popen('x')": "uses `os.popen`",
    "from os import system": "uses `os.system`",
    "from os import execv as run": "uses `os.execv`",
    "from os import *": "hides what is used",
    "import os\nos.spawnl(0)": "uses `os.spawnl`",
    "import os\nos.fork()": "uses `os.fork`",
    "import os\nos.kill(1, 9)": "uses `os.kill`",
    "import os\nos.killpg(1, 9)": "uses `os.killpg`",
    "import os\nrun = os.system": "uses `os.system`",
    "import importlib\nimportlib.import_module('x')": "uses `importlib.import_module`",
    "from importlib import import_module": "uses `importlib.import_module`",
    "import pickle\npickle.loads(b'')": "uses `pickle.loads`",
    "import marshal\nmarshal.load(f)": "uses `marshal.load`",
    "import builtins\nbuiltins.eval('1')": "uses `builtins.eval`",
    "().__class__.__bases__": "reads `__bases__`",
    "a.__subclasses__()": "reads `__subclasses__`",
    "f.__globals__": "reads `__globals__`",
    "__builtins__['eval']": "uses `__builtins__`",
    "def f(:": "this is no Python",
    "a = 1\0": "this is no Python",
}
WARNINGS = {
    "import pickle": "imports `pickle`",
    "import marshal": "imports `marshal`",
    "import shelve": "imports `shelve`",
    "getattr(a, b)": "calls `getattr`",
    "hasattr(a, 'b')": "calls `hasattr`",
    "a.__reduce__": "reads the inner attribute `__reduce__`",
}
ALLOWED = [
    "import os\nos.environ.get('HOME')\nos.path.join('a', 'b')",
    "import requests, httpx, numpy, torch, json, asyncio",
    "from PIL import Image\nImage.open('x')",
    "from .processors import core\nfrom . import subprocess_like",
    "class A:\n    def __init__(self):\n        super().__init__()\n        self.open = 1",
    "model.eval()\nmodel.compile()",
    "a.__class__.__name__",
]


@pytest.mark.parametrize(("source", "words"), ERRORS.items(), ids=ERRORS.keys())
def test_what_is_forbidden(source, words):
    found = [each for each in scanned(source.encode(), "realtime.py") if each.severity == "error"]
    assert any(words in each.message for each in found)


@pytest.mark.parametrize(("source", "words"), WARNINGS.items(), ids=WARNINGS.keys())
def test_what_is_a_warning(source, words):
    (found,) = scanned(source.encode(), "realtime.py")
    assert found.severity == "warning"
    assert words in found.message


@pytest.mark.parametrize("source", ALLOWED)
def test_what_is_allowed(source):
    assert scanned(source.encode(), "realtime.py") == []


def test_a_finding_says_where(tmp_path: Path):
    (tmp_path / "processors").mkdir()
    (tmp_path / "processors" / "core.py").write_text("x = 1\nif x:\n    y = eval('1')\n")
    for left_out in ("models", "tests", ".hidden"):
        (tmp_path / left_out).mkdir()
        (tmp_path / left_out / "bad.py").write_text("import subprocess")
    (found,) = scan(tmp_path)
    assert (found.file, found.line, found.column, found.severity) == ("processors/core.py", 3, 8, "error")
    assert str(found) == "processors/core.py:3:8: calls `eval`, which a plugin may not"


def test_an_encoding_does_not_hide_code():
    assert scanned("# coding: utf-7\n+AGUAdgBhAGwAKAAxACk-\n".encode("ascii"), "a.py")[0].message.startswith(
        "calls `eval`"
    )
