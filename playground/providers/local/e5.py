"""Multilingual E5 that follows instructions: texts of about a hundred languages; what is searched for says its task.

Documents are read as they are. A query is read as `Instruct: <task>` and, on the next line, `Query: <text>`: so the
model was trained, and without it finds less (https://huggingface.co/intfloat/multilingual-e5-large-instruct).
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from playground.call import Call, Chunk, Model
from playground.errors import BadRequestError
from playground.providers.local import embedding
from playground.providers.local.encoder import opened
from playground.providers.local.weights import Part, Weights

TASK = "Given a web search query, retrieve relevant passages that answer the query"
"""The task of a query that names none; the model's card searches with it."""
TAKES = ("input_type", "instruction")

MODEL = Model(
    id="multilingual-e5-large-instruct",
    tasks=("embedding",),
    title="Multilingual E5 large instruct",
    note=(
        "Texts in about 100 languages, unit length; what comes after 512 tokens of a text is cut. What is searched for "
        "wants `input_type` `query`, and may name its task as `instruction`. Unlike texts are seldom below 0.7."
    ),
    context=512,
    dimensions=1024,
    refuses=embedding.REFUSES,
)
WEIGHTS = Weights(
    (
        Part(
            "intfloat/multilingual-e5-large-instruct",
            ("onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json", "tokenizer_config.json"),
            ("config.json", "special_tokens_map.json", "1_Pooling/config.json"),
        ),
    ),
    megabytes=2_260,
)


def check(call: Call) -> None:
    """Raise BadRequestError for parameters that say nothing this model knows."""
    kind, task = call.parameters.get("input_type", "query"), call.parameters.get("instruction", TASK)
    if kind not in ("query", "document"):
        raise BadRequestError("`parameters.input_type` must be `query`, for what is searched for, or `document`")
    if not isinstance(task, str) or not task.strip():
        raise BadRequestError("`parameters.instruction` must be a sentence that says what is searched for")
    if kind == "document" and "instruction" in call.parameters:
        raise BadRequestError(
            "`parameters.instruction` is for queries; leave it out, or leave out `input_type` `document`"
        )


def answer(call: Call, folder: Path, weights: Weights) -> Iterator[Chunk]:
    """One unit vector per text, all read as queries or all as documents; `truncated` lists the texts that were cut.

    Raises InferenceServiceUnavailableError for a folder that cannot be loaded or holds another model.
    """
    try:
        encoder = opened(folder)
    except Exception as error:  # onnxruntime's, the tokenizer's and fastembed's own
        fault = str(error).replace(str(folder), folder.name)
        raise weights.unavailable(folder, f"its files cannot be loaded ({fault})") from error
    for chunk in embedding.embedded(_worded(call), encoder):
        _fit(chunk, folder, weights)
        yield chunk


def _worded(call: Call) -> Call:
    if call.parameters.get("input_type", "document") == "document" and "instruction" not in call.parameters:
        return call
    task = call.parameters.get("instruction", TASK)
    return replace(call, texts=tuple(f"Instruct: {task}\nQuery: {text}" for text in call.texts))


def _fit(chunk: Chunk, folder: Path, weights: Weights) -> None:
    vectors = (chunk.data or {}).get("embeddings") or [[]]
    if chunk.data is not None and len(vectors[0]) != MODEL.dimensions:
        raise weights.unavailable(
            folder, f"its vectors have {len(vectors[0]):,} numbers, not {MODEL.dimensions:,}: it is another model"
        )
