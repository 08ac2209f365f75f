"""A very small XLM-RoBERTa in the layout of its larger sisters on the hub: `onnx/model.onnx` with its weights beside it
in `model.onnx_data`, a Unigram tokenizer, mean pooling; and the same network in numpy, to compare with.

One layer, two heads, as wide as asked; drawn weights. The architecture is transformers' `XLMRobertaModel`: positions
count from the padding's index on, layer norms after each half of a layer, Gelu by the error function.
"""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from string import ascii_letters

import numpy as np
from scipy.special import erf, softmax
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from tests.tiny_onnx import FLOAT, INT64, _bytes, _node, _number, _text, _value

BEGIN, PAD, END, UNKNOWN = 0, 1, 2, 3
WORDS = ("<s>", "<pad>", "</s>", "<unk>", "▁", "▁red", "▁green", "▁blue", "▁Query", *ascii_letters)
HEADS, INNER, LONGEST = 2, 6, 24
Array = np.ndarray


def encoder(folder: Path, width: int = 1024) -> "Network":
    """A whole model folder whose vectors have `width` numbers."""
    network = Network(width)
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "model.onnx").write_bytes(network.model())
    (folder / "onnx" / "model.onnx_data").write_bytes(b"".join(map(bytes, network.weights.values())))
    tokenizer().save(str(folder / "tokenizer.json"))
    config = {"model_max_length": LONGEST, "pad_token": "<pad>"}
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    (folder / "config.json").write_text(json.dumps({"model_type": "xlm-roberta", "pad_token_id": PAD}))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    return network


def tokenizer() -> Tokenizer:
    """Pieces by their probability, blanks as `▁`, a text between `<s>` and `</s>`."""
    pieces = [(word, 0.0 if place < 4 else -float(4 - min(len(word), 3))) for place, word in enumerate(WORDS)]
    made = Tokenizer(models.Unigram(pieces, unk_id=UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", BEGIN), ("</s>", END)]
    )
    return made


class Network:
    """The weights by name, float32, in the order of the file, and what they compute."""

    def __init__(self, width: int) -> None:
        draw = np.random.default_rng(5)
        self.width = width
        shapes = {"words": (len(WORDS), width), "places": (PAD + 1 + LONGEST, width), "kinds": (1, width)}
        shapes |= {f"{name}.w": (width, width) for name in ("q", "k", "v", "o")} | {"up.w": (width, INNER)}
        shapes |= {"down.w": (INNER, width), "up.b": (INNER,)}
        shapes |= {f"{name}.b": (width,) for name in ("q", "k", "v", "o", "down")}
        shapes |= {f"{name}.{part}": (width,) for name in ("norm0", "norm1", "norm2") for part in "gb"}
        self.weights = {
            name: (draw.standard_normal(shape) / np.sqrt(max(shape[0], 4))).astype(np.float32)
            for name, shape in shapes.items()
        }

    def vector(self, text: str) -> Array:
        """The mean over a text's tokens, cut as the tokenizer's configuration says, at unit length."""
        ids = tokenizer().encode(text).ids
        if len(ids) > LONGEST:
            ids = [*ids[: LONGEST - 1], END]
        mean = self.states(ids).mean(axis=0)
        return mean / np.linalg.norm(mean)

    def states(self, ids: Sequence[int]) -> Array:
        """The last hidden states of one text's tokens."""
        w = self.weights
        found = w["words"][ids] + w["places"][PAD + 1 : PAD + 1 + len(ids)] + w["kinds"][0]
        found = self._norm(found, "norm0")
        q, k, v = (
            (found @ w[f"{name}.w"] + w[f"{name}.b"]).reshape(len(ids), HEADS, -1).swapaxes(0, 1) for name in "qkv"
        )
        seen = softmax(q @ k.swapaxes(1, 2) / np.sqrt(self.width / HEADS), axis=-1) @ v
        seen = seen.swapaxes(0, 1).reshape(len(ids), self.width) @ w["o.w"] + w["o.b"]
        found = self._norm(found + seen, "norm1")
        inner = found @ w["up.w"] + w["up.b"]
        inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
        return self._norm(found + inner @ w["down.w"] + w["down.b"], "norm2")

    def _norm(self, values: Array, name: str) -> Array:
        centred = values - values.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt(values.var(axis=-1, keepdims=True) + 1e-5)
        return scaled * self.weights[f"{name}.g"] + self.weights[f"{name}.b"]

    def model(self) -> bytes:
        """ModelProto of the same, whose weights are in the file beside it."""
        graph = b"".join(_bytes(1, node) for node in self._nodes()) + _text(2, "xlm-roberta")
        graph += b"".join(_bytes(5, tensor) for tensor in (*self._tensors(), *self._constants()))
        graph += b"".join(
            _bytes(11, _value(name, INT64, ["batch", "length"])) for name in ("input_ids", "attention_mask")
        )
        graph += _bytes(12, _value("last_hidden_state", FLOAT, ["batch", "length", self.width]))
        return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 17))

    def _tensors(self) -> list[bytes]:
        found, offset = [], 0
        for name, values in self.weights.items():
            where = {"location": "model.onnx_data", "offset": offset, "length": values.nbytes}
            entries = b"".join(_bytes(13, _text(1, key) + _text(2, str(value))) for key, value in where.items())
            sizes = b"".join(_number(1, size) for size in values.shape)
            found.append(sizes + _number(2, FLOAT) + _text(8, name) + entries + _number(14, 1))
            offset += values.nbytes
        return found

    def _constants(self) -> list[bytes]:
        whole = {"pad": (PAD,), "axis1": (1,), "axes12": (1, 2), "heads": (0, 0, HEADS, -1), "joined": (0, 0, -1)}
        parts = {"scale": 1 / np.sqrt(self.width / HEADS), "root2": np.sqrt(2), "one": 1, "half": 0.5, "far": -1e9}
        made = [_constant(name, INT64, values, "q") for name, values in whole.items()]
        return made + [_constant(name, FLOAT, (float(value),), "f") for name, value in parts.items()]

    def _nodes(self) -> list[bytes]:
        return [
            _node("Equal", ["input_ids", "pad"], "is_pad"),
            _node("Not", ["is_pad"], "is_text"),
            _node("Cast", ["is_text"], "counted", [_whole("to", INT64)]),
            _node("CumSum", ["counted", "axis1"], "count"),
            _node("Mul", ["count", "counted"], "place"),
            _node("Add", ["place", "pad"], "position"),
            _node("Gather", ["words", "input_ids"], "word"),
            _node("Gather", ["places", "position"], "placed"),
            _node("Add", ["word", "placed"], "sum0"),
            _node("Add", ["sum0", "kinds"], "sum1"),
            self._normed("sum1", "norm0", "x0"),
            *(node for name in "qkv" for node in self._projected(name)),
            _node("Transpose", ["k_heads"], "k_turned", [_wholes("perm", 0, 1, 3, 2)]),
            _node("MatMul", ["q_heads", "k_turned"], "likeness"),
            _node("Mul", ["likeness", "scale"], "scaled"),
            _node("Cast", ["attention_mask"], "mask", [_whole("to", FLOAT)]),
            _node("Unsqueeze", ["mask", "axes12"], "mask4"),
            _node("Sub", ["one", "mask4"], "outside"),
            _node("Mul", ["outside", "far"], "bias"),
            _node("Add", ["scaled", "bias"], "masked"),
            _node("Softmax", ["masked"], "shares", [_whole("axis", -1)]),
            _node("MatMul", ["shares", "v_heads"], "seen4"),
            _node("Transpose", ["seen4"], "seen_turned", [_wholes("perm", 0, 2, 1, 3)]),
            _node("Reshape", ["seen_turned", "joined"], "seen"),
            *_linear("seen", "o", "o_out"),
            _node("Add", ["x0", "o_out"], "sum2"),
            self._normed("sum2", "norm1", "x1"),
            *_linear("x1", "up", "inner"),
            _node("Div", ["inner", "root2"], "inner_scaled"),
            _node("Erf", ["inner_scaled"], "inner_erf"),
            _node("Add", ["inner_erf", "one"], "inner_sum"),
            _node("Mul", ["inner", "inner_sum"], "inner_doubled"),
            _node("Mul", ["inner_doubled", "half"], "gelu"),
            *_linear("gelu", "down", "down_out"),
            _node("Add", ["x1", "down_out"], "sum3"),
            self._normed("sum3", "norm2", "last_hidden_state"),
        ]

    def _projected(self, name: str) -> list[bytes]:
        return [
            *_linear("x0", name, f"{name}_all"),
            _node("Reshape", [f"{name}_all", "heads"], f"{name}_split"),
            _node("Transpose", [f"{name}_split"], f"{name}_heads", [_wholes("perm", 0, 2, 1, 3)]),
        ]

    def _normed(self, taken: str, name: str, given: str) -> bytes:
        epsilon = _text(1, "epsilon") + b"\x15" + struct.pack("<f", 1e-5) + _number(20, 1)
        return _node("LayerNormalization", [taken, f"{name}.g", f"{name}.b"], given, [epsilon, _whole("axis", -1)])


def _linear(taken: str, name: str, given: str) -> list[bytes]:
    product = f"{given}_product"
    return [_node("MatMul", [taken, f"{name}.w"], product), _node("Add", [product, f"{name}.b"], given)]


def _constant(name: str, kind: int, values: Sequence[float], form: str) -> bytes:
    data = struct.pack(f"<{len(values)}{form}", *values)
    return _number(1, len(values)) + _number(2, kind) + _text(8, name) + _bytes(9, data)


def _whole(name: str, value: int) -> bytes:
    return _text(1, name) + _number(3, value % 2**64) + _number(20, 2)


def _wholes(name: str, *values: int) -> bytes:
    return _text(1, name) + b"".join(_number(8, value) for value in values) + _number(20, 7)
