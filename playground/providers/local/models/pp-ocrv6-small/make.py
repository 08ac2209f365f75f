"""Make this folder's two models from the published ones: weights stored as float16, nothing else changed.

Not part of the product: needs onnx 1.23.2 and the unpacked wheel `rapidocr` 3.10.0, which carries the models:

    python make.py <unpacked wheel>/rapidocr/models

Weights are turned back to float32 by a `Cast` before they are used, which ONNX Runtime does once, as it loads; every
computation stays float32.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
SOURCES = {
    "detection.onnx": ("PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    "recognition.onnx": ("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
}
SMALLEST = 256
"""Numbers that a tensor must have to be stored as float16: biases, scales and constants stay as they are."""


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with its large float32 tensors as float16, each followed by a `Cast` back."""
    graph = model.graph
    large = [each for each in graph.initializer if _is_large(each)]
    casts = []
    for tensor in large:
        name = tensor.name
        stored = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(stored, f"{name}.float16"))
        casts.append(helper.make_node("Cast", [f"{name}.float16"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


def _is_large(tensor: onnx.TensorProto) -> bool:
    return tensor.data_type == TensorProto.FLOAT and int(np.prod(tensor.dims)) >= SMALLEST


def main(source: Path) -> None:
    """Write both models; their sums are in PROVENANCE.md."""
    for target, (name, digest) in SOURCES.items():
        published = (source / name).read_bytes()
        if hashlib.sha256(published).hexdigest() != digest:
            raise SystemExit(f"{name} is not the published file")
        (HERE / target).write_bytes(halved(onnx.load_from_string(published)).SerializeToString())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
