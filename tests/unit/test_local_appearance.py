"""Vectors of images by colours and edges: what looks alike is near."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from playground.call import Call, Stop
from playground.errors import BadRequestError, CancelledError
from playground.providers.local import appearance
from playground.providers.local.appearance import DIMENSIONS, features
from tests.signs import media, sign


def drawn(paper: str, *shapes: tuple[str, str, tuple[int, int, int, int]]) -> Image.Image:
    image = Image.new("RGB", (240, 180), paper)
    pen = ImageDraw.Draw(image)
    for kind, colour, box in shapes:
        getattr(pen, kind)(box, fill=colour)
    return image


SCENES = {
    "sun over the sea": drawn(
        "#87b9e8", ("ellipse", "#f4c430", (150, 20, 200, 70)), ("rectangle", "#1f4f8f", (0, 110, 240, 180))
    ),
    "tree on grass": drawn(
        "#d8e8f0",
        ("rectangle", "#3c8d40", (0, 130, 240, 180)),
        ("rectangle", "#6b4423", (110, 80, 130, 150)),
        ("ellipse", "#2e6b2f", (70, 20, 170, 100)),
    ),
    "red ball": drawn("#f0f0f0", ("ellipse", "#c81e1e", (70, 40, 170, 140))),
    "bars": drawn("white", *[("rectangle", "#222222", (20 + 40 * n, 20, 40 + 40 * n, 160)) for n in range(5)]),
    "page": sign("The library opens at nine", "and closes at six", size=20),
}


def changes(image: Image.Image) -> dict[str, Image.Image]:
    width, height = image.size
    return {
        "brighter": ImageEnhance.Brightness(image).enhance(1.25),
        "darker": ImageEnhance.Brightness(image).enhance(0.65),
        "less contrast": ImageEnhance.Contrast(image).enhance(0.6),
        "cropped": image.crop((width // 16, height // 16, width - width // 16, height - height // 16)),
        "larger": image.resize((3 * width, 3 * height)),
        "noisy": Image.blend(image, Image.effect_noise(image.size, 60).convert("RGB"), 0.1),
    }


def test_a_changed_image_is_nearest_to_its_own():
    names = list(SCENES)
    space = np.stack([features(image) for image in SCENES.values()])
    for name, image in SCENES.items():
        for change, other in changes(image).items():
            near = space @ features(other)
            assert names[int(near.argmax())] == name, (name, change, dict(zip(names, near.round(2), strict=True)))


def test_same_colours_in_another_place_are_further_than_the_same_place():
    ball = features(SCENES["red ball"])
    moved = features(drawn("#f0f0f0", ("ellipse", "#c81e1e", (10, 80, 110, 180))))
    closer = features(drawn("#f0f0f0", ("ellipse", "#c81e1e", (74, 44, 174, 144))))
    assert ball @ closer > ball @ moved > ball @ features(SCENES["bars"])


def test_where_a_colour_stands_counts():
    flag = Image.new("RGB", (60, 40), "red")
    flag.paste("blue", (30, 0, 60, 40))
    assert features(flag) @ features(flag.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) < 0.8


def test_the_direction_of_edges_counts():
    upright, lying = SCENES["bars"].resize((180, 180)), SCENES["bars"].resize((180, 180)).rotate(90)
    assert features(upright) @ features(lying) < 0.8


@pytest.mark.parametrize("image", [*SCENES.values(), Image.new("RGB", (1, 1)), Image.new("RGB", (9, 400), "white")])
def test_vectors_have_one_length_and_nothing_negative(image: Image.Image):
    vector = features(image)
    assert vector.shape == (DIMENSIONS,) == (256,)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert (vector >= 0).all()
    assert (vector == features(image)).all()


def embed(*files: Image.Image, stop: Stop | None = None, texts: tuple[str, ...] = ()):
    call = Call("embedding", "colour-and-edges", texts=texts, media=tuple(map(media, files)), stop=stop or Stop())
    return list(appearance.answer(call))


def test_one_vector_for_each_image_alone_or_among_others():
    red, blue = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    *told, last = embed(red, blue)
    assert [chunk.progress for chunk in told] == [0.5, 1]
    first, second = (last.data or {})["embeddings"]
    assert first != second
    assert (embed(red)[-1].data or {})["embeddings"] == [first]


def test_texts_are_refused_with_the_model_for_them():
    with pytest.raises(BadRequestError, match=r"embeds images, not texts: .*`all-minilm-l6-v2` embeds texts"):
        embed(texts=("a red ball",))


def test_a_stop_is_heard():
    stop = Stop()
    stop.set()
    with pytest.raises(CancelledError):
        embed(Image.new("RGB", (8, 8)), stop=stop)
