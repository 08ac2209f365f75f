"""Runs an ONNX text encoder from a folder, offline, through fastembed: texts in, unit vectors out.

Each text goes through the model alone and one core works on it; several texts share the cores. That costs no more
than batches (nothing is padded) and makes a vector independent of the texts beside it, to the last bit.
"""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from playground.call import Stop
from playground.errors import CancelledError, InferenceServiceUnavailableError, ProviderError

BUNDLED = Path(__file__).parent / "models" / "all-minilm-l6-v2"
MODEL = "model.onnx"
"""The weights, in the folder itself or in `onnx` within it, as the hub has them."""
NEEDED = ("tokenizer.json", "tokenizer_config.json")
"""What a folder must hold beside them; `1_Pooling/config.json` and `config.json` are read when they are there."""

_WORKERS = min(8, os.cpu_count() or 1)
_CHUNK = 16 * _WORKERS  # texts between two looks at the stop button
_LOADING = Lock()


@dataclass(frozen=True, slots=True)
class Vector:
    """One text's embedding at unit length, the tokens the model read, and whether the text was cut."""

    values: list[float] = field(repr=False)
    tokens: int
    cut: bool


class Encoder:
    """One loaded model. Any number of threads may use it at once."""

    def __init__(self, name: str, model: Any) -> None:
        self._name = name
        self._model = model

    def embed(self, text: str) -> Vector:
        """One text as a vector. Raises ProviderError when the model fails on it."""
        try:
            [encoding] = self._model.model.tokenize([text])
            [vector] = self._model.embed([text])
        except Exception as error:
            raise ProviderError(f"`{self._name}` failed on a text of {len(text):,} characters: {error}") from error
        return Vector(vector.tolist(), len(encoding.ids), bool(encoding.overflowing))

    def embed_all(self, texts: Sequence[str], stop: Stop) -> Iterator[Vector]:
        """Many texts, in their order. Raises CancelledError once `stop` is set."""
        with ThreadPoolExecutor(_WORKERS) as pool:
            for start in range(0, len(texts), _CHUNK):
                if stop.is_set():
                    raise CancelledError("the run was stopped")
                yield from pool.map(self.embed, texts[start : start + _CHUNK])


def tokens(text: str) -> int:
    """Tokens that the bundled model reads of a text; no more than fit are read."""
    return len(_tokenizer().encode(text).ids)


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    found.enable_truncation(json.loads((BUNDLED / "tokenizer_config.json").read_text("utf-8"))["model_max_length"])
    return found


def missing(folder: Path) -> str | None:
    """The first needed file that a folder does not have."""
    if not _weights(folder).is_file():
        return MODEL
    return next((name for name in NEEDED if not (folder / name).is_file()), None)


def load(folder: Path) -> Encoder:
    """The encoder in a folder, loaded once in a process. Raises InferenceServiceUnavailableError naming the fault."""
    lacking = missing(folder)
    if lacking is not None:
        raise _unusable(folder, f"`{lacking}` is missing there")
    try:
        return opened(folder)
    except Exception as error:
        raise _unusable(folder, str(error).replace(str(folder), folder.name)) from error


def opened(folder: Path) -> Encoder:
    """The same, for a folder that has all files; raises what onnxruntime, the tokenizer and fastembed raise."""
    with _LOADING:
        return _open(folder)


@cache
def _open(folder: Path) -> Encoder:
    return Encoder(folder.name, _model(folder))


def _unusable(folder: Path, fault: str) -> InferenceServiceUnavailableError:
    needed = ", ".join(f"`{name}`" for name in (MODEL, *NEEDED))
    return InferenceServiceUnavailableError(
        f"the model folder `{folder.name}` cannot be used: {fault}. It needs {needed}",
        code="model_folder_broken",
        retryable=False,
    )


def _model(folder: Path) -> Any:
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource

    pooling = _pooling(folder)
    name = f"{folder}#{pooling}"
    if all(known["model"].lower() != name.lower() for known in TextEmbedding.list_supported_models()):
        TextEmbedding.add_custom_model(
            name,
            pooling,
            normalization=True,
            sources=ModelSource(url="file:"),
            dim=0,
            model_file=_weights(folder).relative_to(folder).as_posix(),
        )
    # An empty `cache_dir` would have it make a folder among the temporary files.
    return TextEmbedding(name, cache_dir=str(folder), threads=1, cuda=False, specific_model_path=str(folder))


def _weights(folder: Path) -> Path:
    within = folder / "onnx" / MODEL
    return within if within.is_file() else folder / MODEL


def _pooling(folder: Path) -> Any:
    """How token vectors become one: by sentence-transformers' file, else by the shape of the model's output."""
    from fastembed.common.model_description import PoolingType

    config = folder / "1_Pooling" / "config.json"
    if not config.is_file():
        return PoolingType.DISABLED if _gives_sentences(folder) else PoolingType.MEAN
    modes = json.loads(config.read_text("utf-8"))
    if modes.get("pooling_mode_cls_token"):
        return PoolingType.CLS
    return PoolingType.LAST_TOKEN if modes.get("pooling_mode_lasttoken") else PoolingType.MEAN


def _gives_sentences(folder: Path) -> bool:
    from onnxruntime import InferenceSession

    session = InferenceSession(str(_weights(folder)), providers=["CPUExecutionProvider"])
    return len(session.get_outputs()[0].shape) == 2
