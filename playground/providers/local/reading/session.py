"""The two networks of PP-OCRv6 small, each loaded once in a process when first used."""

import os
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

FOLDER = Path(__file__).parent.parent / "models" / "pp-ocrv6-small"
_THREADS = min(4, os.cpu_count() or 1)
_LOADING = Lock()


def load(name: str) -> Any:
    """The session of `detection` or `recognition`. Any number of threads may run it."""
    with _LOADING:
        return _load(name)


@cache
def _load(name: str) -> Any:
    from onnxruntime import InferenceSession, SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = _THREADS
    options.enable_cpu_mem_arena = False  # images differ in size: the arena would keep the sum of all of them
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave the cores to pages
    return InferenceSession(str(FOLDER / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
