"""CLIP: texts and images as vectors of one space, so that a sentence is near the pictures it describes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from playground.call import Call, Chunk, Model, Stop, Usage
from playground.errors import BadRequestError, CancelledError, ProviderError
from playground.pixels import decode
from playground.providers.local.embedding import REFUSES
from playground.providers.local.encoder import Encoder, Vector
from playground.providers.local.weights import Part, Weights

if TYPE_CHECKING:
    from PIL.Image import Image

PIXELS = 1_000_000
"""Pixels of an image that are given to the model, which itself looks at 224 x 224 from its middle."""

MODEL = Model(
    id="clip-vit-b-32",
    tasks=("embedding",),
    title="CLIP ViT-B/32",
    note=(
        "Texts (English) and images in one space, unit length; texts are cut after 77 tokens, images to a square. "
        "Compare like with like: a text and an image are seldom nearer than 0.35."
    ),
    inputs=("text", "image"),
    context=77,
    dimensions=512,
    one_space=True,
    refuses=REFUSES,
)
WEIGHTS = Weights(
    (
        Part(
            "Qdrant/clip-ViT-B-32-text",
            ("model.onnx", "tokenizer.json", "tokenizer_config.json"),
            ("config.json", "special_tokens_map.json"),
            folder="text",
        ),
        Part("Qdrant/clip-ViT-B-32-vision", ("model.onnx", "preprocessor_config.json"), folder="vision"),
    ),
    megabytes=608,
)

_LOADING = Lock()


@dataclass(frozen=True, slots=True)
class Clip:
    """The two halves, loaded. Any number of threads may use them at once."""

    texts: Encoder
    images: Any

    def read(self, texts: tuple[str, ...], stop: Stop) -> Iterator[Vector]:
        """Texts as vectors, in their order, not of unit length. Raises CancelledError once `stop` is set."""
        return self.texts.embed_all(texts, stop)

    def see(self, image: "Image") -> list[float]:
        """An RGB image as a vector. Raises ProviderError when the model fails on it."""
        try:
            [vector] = self.images.embed([image])
        except Exception as error:
            raise ProviderError(
                f"`{MODEL.id}` failed on an image of {image.width} x {image.height}: {error}"
            ) from error
        return [float(value) for value in vector]


def check(call: Call) -> None:
    """Raise BadRequestError for a file that is no image."""
    for media in call.media:
        if media.modality != "image":
            raise BadRequestError(f"`{MODEL.id}` embeds texts and images, no {media.modality}; choose another model")


def answer(call: Call, folder: Path, weights: Weights) -> Iterator[Chunk]:
    """One unit vector per text, then one per image; `truncated` lists the texts that were cut.

    Raises what `pixels.decode` raises, and InferenceServiceUnavailableError for a folder that cannot be loaded.
    """
    clip = _loaded(folder, weights)
    vectors, count = list[list[float]](), len(call.texts) + len(call.media)
    tokens, cut = 0, list[int]()
    for index, vector in enumerate(clip.read(call.texts, call.stop)):
        vectors.append(_unit(vector.values))
        tokens += vector.tokens
        cut += [index] if vector.cut else []
    for media in call.media:
        if call.stop.is_set():
            raise CancelledError("the run was stopped")
        yield Chunk(progress=len(vectors) / count)
        vectors.append(_unit(clip.see(decode(media, PIXELS, call.stop).pixels)))
    data: dict[str, Any] = {"embeddings": vectors} | ({"truncated": cut} if cut else {})
    yield Chunk(data=data, usage=Usage(prompt=tokens) if call.texts else Usage())


def _unit(vector: list[float]) -> list[float]:
    import numpy as np

    values = np.array(vector)
    unit: list[float] = (values / (np.linalg.norm(values) or 1.0)).tolist()
    return unit


def _loaded(folder: Path, weights: Weights) -> Clip:
    try:
        with _LOADING:
            return _load(folder)
    except Exception as error:  # onnxruntime's, the tokenizer's and fastembed's own
        fault = str(error).replace(str(folder), folder.name)
        raise weights.unavailable(folder, f"its files cannot be loaded ({fault})") from error


@cache
def _load(folder: Path) -> Clip:
    from fastembed import ImageEmbedding, TextEmbedding

    def half(kind: Any, part: Part) -> Any:
        # An empty `cache_dir` would have fastembed make a folder among the temporary files.
        place = str(folder / part.folder)
        return kind(part.repository, cache_dir=place, threads=1, cuda=False, specific_model_path=place)

    text, vision = WEIGHTS.parts
    return Clip(Encoder(MODEL.id, half(TextEmbedding, text)), half(ImageEmbedding, vision))
