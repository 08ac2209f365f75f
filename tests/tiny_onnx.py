"""Very small ONNX models, written byte by byte: a text encoder (word vectors looked up, and averaged if asked for) and
an image encoder of the same space (the mean colour).

Only what the test needs of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3.
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers

WORDS = ("[PAD]", "[UNK]", "red", "green", "blue")
VECTORS = ((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (3.0, 0.0, 0.0, 0.0), (0.0, 2.0, 0.0, 0.0), (0.0, 0.0, 5.0, 0.0))
FLOAT, INT64 = 1, 7
SIDE = 8
"""Pixels of an image's side that the image encoder looks at."""


def encoder(folder: Path, *, averaged: bool = False, max_tokens: int = 4) -> Path:
    """A whole model folder; vectors have 4 dimensions."""
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(model(averaged))
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"model_max_length": max_tokens, "pad_token": "[PAD]"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return folder


def pair(folder: Path) -> Path:
    """A folder of two halves, as CLIP's: `red` and an image that is red are the same vector of 4 dimensions."""
    encoder(folder / "text", averaged=True)
    (folder / "vision").mkdir()
    (folder / "vision" / "model.onnx").write_bytes(colour())
    config = {
        "do_resize": True,
        "size": {"shortest_edge": SIDE},
        "do_center_crop": True,
        "crop_size": {"height": SIDE, "width": SIDE},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.0, 0.0, 0.0],
        "image_std": [1.0, 1.0, 1.0],
    }
    (folder / "vision" / "preprocessor_config.json").write_text(json.dumps(config))
    return folder


def colour() -> bytes:
    """ModelProto: ReduceMean over height and width, and MatMul into 4 dimensions."""
    into = b"".join(struct.pack("<4f", *(float(row == column) for column in range(4))) for row in range(3))
    matrix = _number(1, 3) + _number(1, 4) + _number(2, FLOAT) + _text(8, "into") + _bytes(9, into)
    nodes = [
        _node("ReduceMean", ["pixel_values"], "mean", _over(2, 3)),
        _node("MatMul", ["mean", "into"], "image"),
    ]
    return _model(nodes, matrix, _value("pixel_values", FLOAT, ["batch", 3, SIDE, SIDE]), ("image", ["batch", 4]))


def model(averaged: bool) -> bytes:
    """ModelProto: Gather, and ReduceMean over the tokens when `averaged`."""
    nodes = [_node("Gather", ["table", "input_ids"], "tokens")]
    if averaged:
        nodes.append(_node("ReduceMean", ["tokens"], "sentence", _over(1)))
    values = b"".join(struct.pack("<4f", *vector) for vector in VECTORS)
    table = _number(1, len(VECTORS)) + _number(1, 4) + _number(2, FLOAT) + _text(8, "table") + _bytes(9, values)
    out = ("sentence", ["batch", 4]) if averaged else ("tokens", ["batch", "length", 4])
    return _model(nodes, table, _value("input_ids", INT64, ["batch", "length"]), out)


def _over(*axes: int) -> list[bytes]:
    """The attributes of a reduction over these axes, which go away."""
    numbers = b"".join(_number(8, axis) for axis in axes)
    return [_text(1, "axes") + numbers + _number(20, 7), _text(1, "keepdims") + _number(3, 0) + _number(20, 2)]


def _model(nodes: Sequence[bytes], constant: bytes, taken: bytes, given: tuple[str, Sequence[int | str]]) -> bytes:
    name, shape = given
    graph = (
        b"".join(_bytes(1, node) for node in nodes)
        + _text(2, "tiny")
        + _bytes(5, constant)
        + _bytes(11, taken)
        + _bytes(12, _value(name, FLOAT, shape))
    )
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def _node(kind: str, inputs: Sequence[str], output: str, attributes: Sequence[bytes] = ()) -> bytes:
    taken = b"".join(_text(1, name) for name in inputs)
    return taken + _text(2, output) + _text(4, kind) + b"".join(_bytes(5, attribute) for attribute in attributes)


def _value(name: str, kind: int, shape: Sequence[int | str]) -> bytes:
    sizes = b"".join(_bytes(1, _number(1, size) if isinstance(size, int) else _text(2, size)) for size in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, sizes)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
