"""Text embeddings: the bundled sentence encoder, and any ONNX encoder that has a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

from playground.call import Call, Chunk, Model, Usage
from playground.providers.local.encoder import Encoder, Vector, load, missing

REFUSES = {
    "dimensions": "its vectors were not trained to be shortened; reduce them yourself, by PCA for example",
    "encoding_format": "vectors come as lists of numbers",
}

_REPORTED = 64  # texts after which progress is told

MODEL = Model(
    id="all-minilm-l6-v2",
    tasks=("embedding",),
    title="MiniLM L6 v2 (built in)",
    note="Sentence encoder for English, unit length; what comes after 256 tokens of a text is cut.",
    context=256,
    dimensions=384,
    refuses=REFUSES,
)


def answer(call: Call, folder: Path) -> Iterator[Chunk]:
    """One vector per text, by the encoder in a folder; raises what `load` raises."""
    yield from embedded(call, load(folder))


def embedded(call: Call, encoder: Encoder) -> Iterator[Chunk]:
    """One vector per text; `truncated` lists the texts that were cut, `usage` has the tokens that were read."""
    vectors: list[Vector] = []
    for vector in encoder.embed_all(call.texts, call.stop):
        vectors.append(vector)
        if len(vectors) % _REPORTED == 0:
            yield Chunk(progress=len(vectors) / len(call.texts))
    data: dict[str, object] = {"embeddings": [vector.values for vector in vectors]}
    cut = [index for index, vector in enumerate(vectors) if vector.cut]
    if cut:
        data["truncated"] = cut
    yield Chunk(data=data, usage=Usage(prompt=sum(vector.tokens for vector in vectors)))


def found(parent: Path) -> Iterator[Model]:
    """The encoders in the models folder; one that lacks a file is listed too and its note says which."""
    if not parent.is_dir():
        return
    for folder in sorted(parent.iterdir()):
        if folder.is_dir() and not folder.name.startswith("."):
            lacking = missing(folder)
            note = (
                "ONNX encoder from the models folder." if lacking is None else f"Cannot be used: no `{lacking}` in it."
            )
            yield Model(folder.name, ("embedding",), title=folder.name, note=note, refuses=REFUSES)
