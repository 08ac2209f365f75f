"""Text in images: what is drawn here is read, in order, with boxes where it was drawn."""

from math import pi

import numpy as np
import pytest
from PIL import Image

from playground.call import Call, Chunk, Media, Message, Stop
from playground.errors import BadRequestError, CancelledError
from playground.providers.local import reading
from playground.providers.local.reading import detection, order
from playground.providers.local.reading.recognition import cut, decode, values
from playground.providers.local.reading.rectangle import Rectangle, smallest
from tests.signs import media, sign, table

PROSE = (
    "The library opens at nine on weekdays",
    "and closes at six in the evening. Ask",
    "at the desk for a card of your own.",
)
OTHER = (
    "Mountain paths are steeper than they",
    "look on a map. Take water and a lamp,",
    "even in summer, and turn back early.",
)


def ask(*files: Media, stop: Stop | None = None, text: str = "What does it say?") -> list[Chunk]:
    call = Call("chat", "image-reader", messages=(Message("user", text, files),), stop=stop or Stop())
    return list(reading.answer(call))


def text(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def read(image: Image.Image) -> str:
    return text(ask(media(image)))


@pytest.mark.parametrize("angle", [0, 0.2, -0.5, pi / 4 - 0.01])
def test_the_smallest_rectangle_is_the_one_the_points_came_from(angle: float):
    given = Rectangle(50, 40, 60, 10, angle)
    inside = given.corners[0] + np.random.default_rng(1).random((50, 2)) @ np.array(
        [given.corners[1] - given.corners[0], given.corners[3] - given.corners[0]]
    )
    found = smallest(np.vstack([inside, given.corners]))
    assert found.angle == pytest.approx(angle)
    assert found.corners == pytest.approx(given.corners)


def test_one_that_is_hardly_tilted_is_taken_as_upright():
    found = smallest(Rectangle(50, 40, 100, 40, 0.05).corners)
    assert found.angle == 0
    assert found.width == pytest.approx(100 * np.cos(0.05) + 40 * np.sin(0.05))


def test_a_rectangle_grows_by_area_over_perimeter():
    grown = Rectangle(0, 0, 100, 20, 0.3).grown(1.5)
    by = 2 * (100 * 20 * 1.5 / (2 * 120))
    assert (grown.width, grown.height) == pytest.approx((100 + by, 20 + by))


def test_corners_go_clockwise_from_where_the_line_begins():
    place = Rectangle(10, 10, 8, 2, 0)
    assert place.corners.tolist() == [[6, 9], [14, 9], [14, 11], [6, 11]]
    upwards = place.towards(-pi / 2)  # the same area, written upwards: it begins at the bottom
    assert (upwards.width, upwards.height) == (2, 8)
    assert upwards.corners == pytest.approx(np.array([[6, 11], [6, 9], [14, 9], [14, 11]]))
    assert place.towards(pi).corners == pytest.approx(place.corners[[2, 3, 0, 1]])


def test_groups_of_likely_pixels_become_rectangles():
    likely = np.zeros((64, 160), np.float32)
    likely[10:20, 10:110] = 0.9
    likely[40:50, 30:60] = 0.9
    likely[40:42, 100:102] = 0.9  # a speck
    likely[56:62, 10:90] = 0.4  # nobody is sure of it
    first, second = detection.rectangles(likely)
    assert (first.x, first.y, first.angle) == (60, 15, 0)
    assert (first.width, first.height) == pytest.approx((100 + 1.6 * 1000 / 110, 10 + 1.6 * 1000 / 110))
    assert (second.x, second.y) == (45, 45)
    assert detection.rectangles(np.zeros((32, 32), np.float32)) == []


@pytest.mark.parametrize("size", [(160, 48), (2000, 2000), (1, 1), (1, 16_000_000), (4_000_000, 1), (500, 8000)])
def test_what_the_network_looks_at_has_an_end(size: tuple[int, int]):
    by = detection.scale(*size)
    width, height = (-(-max(1, round(side * by)) // detection.STEP) * detection.STEP for side in size)
    assert width * height <= 1.1 * detection.PIXELS
    assert by <= detection.LARGER


def test_ctc_counts_repetitions_once_and_drops_none():
    characters = ("", "a", "b")
    scores = np.full((7, 3), 0.05)
    for step, kind in enumerate((0, 1, 1, 0, 1, 2, 0)):
        scores[step, kind] = 0.9
    scores[2, 1] = 0.5  # the first of a run counts
    assert decode(scores, characters) == ("aab", pytest.approx(0.9))
    assert decode(np.array([[1.0, 0, 0]]), characters) == ("", 0.0)


def test_a_line_is_cut_out_upright():
    image = Image.new("RGB", (60, 60), "white")
    image.paste("red", (10, 20, 20, 50))  # 10 wide, 30 high
    found = cut(image, Rectangle(15, 35, 30, 10, pi / 2))
    assert found.size == (30, 10)
    assert set(found.get_flattened_data()) == {(255, 0, 0)}


def test_the_network_sees_blue_first_and_nothing_beside_a_short_line():
    found = values(Image.new("RGB", (10, 96), "red"))
    assert found.shape == (1, 3, 48, 320)
    assert found[0, :, 0, 0].tolist() == [-1, -1, 1]
    assert (found[..., 5:] == 0).all()
    assert values(Image.new("RGB", (90_000, 10))).shape[3] == 3200


def lines_at(*places: tuple[float, float, float]) -> list[Rectangle]:
    """Lines of height 10 from (left, middle, width)."""
    return [Rectangle(left + width / 2, middle, width, 10, 0) for left, middle, width in places]


def test_rows_from_the_top_each_from_the_left():
    places = lines_at((200, 52, 40), (0, 50, 90), (0, 10, 90))
    assert order.rows(places, 0) == [[2], [1, 0]]


def test_columns_of_prose_are_read_one_after_the_other():
    left = [(0, y, 150) for y in (30, 45, 60)]
    right = [(200, y, 150) for y in (31, 46, 61, 76)]
    places = lines_at((20, 10, 320), *left, *right, (0, 100, 350))  # under a title, over a footer
    assert [number for [number] in order.rows(places, 0)] == list(range(9))


def test_a_bill_is_read_row_by_row():
    places = lines_at(*[(0, y, 60) for y in (10, 25, 40)], *[(200, y, 30) for y in (10, 25, 40)])
    assert order.rows(places, 0) == [[0, 3], [1, 4], [2, 5]]


def test_a_page_upside_down_is_read_from_its_own_top():
    places = [each.towards(pi) for each in lines_at((0, 10, 90), (0, 30, 90))]
    assert order.rows(places, pi) == [[1], [0]]


def test_nothing_has_no_order():
    assert order.rows([], 0) == []


def test_a_sign_is_read_and_its_lines_are_where_they_were_drawn():
    *told, last = ask(media(sign("EXIT 12", "Platform 3")))
    assert text(told) == "EXIT 12\nPlatform 3"
    assert last.finish_reason == "stop"
    assert last.usage is None
    data = last.data or {}
    image = sign("EXIT 12", "Platform 3")
    assert data["images"] == [{"width": image.width, "height": image.height}]
    assert [line["text"] for line in data["lines"]] == ["EXIT 12", "Platform 3"]
    for number, line in enumerate(data["lines"]):
        assert line["confidence"] > 0.9
        assert line["image"] == 0
        x, y = np.mean(line["box"], axis=0)
        assert x == pytest.approx((48 + image.width - 48) / 2, abs=image.width / 3)
        assert y == pytest.approx(48 * (1.4 * number + 1), abs=24)
        (left, top), (right, _), (_, bottom), _ = line["box"]
        assert left < right
        assert top < bottom


def test_each_line_is_told_when_it_is_read():
    chunks = ask(media(sign("EXIT 12", "Platform 3", "Gate 7")))
    assert [chunk.text for chunk in chunks if chunk.text] == ["EXIT 12", "\nPlatform 3", "\nGate 7"]
    progress = [chunk.progress for chunk in chunks if chunk.progress is not None]
    assert progress == sorted(progress)
    assert progress[-1] == 1


@pytest.mark.parametrize(
    "quarters", [pytest.param(1, marks=pytest.mark.slow), 2, pytest.param(3, marks=pytest.mark.slow)]
)
def test_a_page_that_lies_on_its_side_or_head(quarters: int):
    assert read(sign(*PROSE, size=24).rotate(90 * quarters, expand=True)) == "\n".join(PROSE)


def test_a_photo_held_askew():
    askew = sign(*PROSE, size=28).rotate(10, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    [*_, last] = chunks = ask(media(askew))
    assert text(chunks) == "\n".join(PROSE)
    (x, y), (further, higher), *_ = (last.data or {})["lines"][0]["box"]
    assert np.degrees(np.arctan2(higher - y, further - x)) == pytest.approx(-10, abs=1.5)


def test_light_on_dark_and_very_large():
    assert read(sign("STOP", size=300, ink="white", paper="#a00000")) == "STOP"


def test_a_bill_keeps_its_rows():
    image = table(("Coffee beans", "18.90"), ("Oat milk", "2.45"), ("Total", "21.35"))
    assert read(image) == "Coffee beans 18.90\nOat milk 2.45\nTotal 21.35"


@pytest.mark.slow
def test_two_columns():
    left, right = sign(*PROSE, size=24), sign(*OTHER, size=24)
    page = Image.new("RGB", (left.width + right.width, left.height), "white")
    page.paste(left, (0, 0))
    page.paste(right, (left.width, 0))
    assert read(page) == "\n".join(PROSE + OTHER)


def test_boxes_are_in_the_files_own_pixels():
    image = sign("EXIT 12").resize((4800, 2000))
    [line] = (ask(media(image))[-1].data or {})["lines"]
    assert np.mean(line["box"], axis=0) == pytest.approx((2400, 1000), rel=0.25)


def test_several_images_are_told_apart():
    chunks = ask(media(sign("EXIT 12")), media(Image.new("RGB", (64, 64))), media(sign("Gate 7")))
    assert text(chunks) == "EXIT 12\n\nGate 7"
    data = chunks[-1].data or {}
    assert [line["image"] for line in data["lines"]] == [0, 2]
    assert len(data["images"]) == 3


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (640, 480)])
def test_an_image_without_text_says_so(size: tuple[int, int]):
    chunks = ask(media(Image.new("RGB", size, "white")))
    assert text(chunks).startswith("No text was found in the image.")
    assert (chunks[-1].data or {})["lines"] == []


def test_noise_is_no_text():
    assert read(Image.effect_noise((400, 300), 80).convert("RGB")).startswith("No text was found")


def test_a_question_without_an_image_is_told_what_it_does():
    chunks = ask(text="How are you?")
    assert text(chunks).startswith("I read the text in images")
    assert chunks[-1].data == {"lines": [], "images": []}


def test_what_cannot_be_opened_is_refused():
    with pytest.raises(BadRequestError, match="damaged or cut off"):
        ask(Media("image", "image/png", b"\x89PNG\r\n\x1a\n broken"))
    with pytest.raises(BadRequestError, match="convert it to PNG or JPEG"):
        ask(Media("image", "image/heic", b"\0\0\0\x18ftypheic"))


def test_a_stop_ends_it_between_two_lines():
    stop = Stop()
    message = Message("user", "", (media(sign("EXIT 12", "Platform 3")),))
    chunks = reading.answer(Call("chat", "image-reader", messages=(message,), stop=stop))
    assert "EXIT 12" in {next(chunks).text, next(chunks).text}
    stop.set()
    with pytest.raises(CancelledError):
        list(chunks)


def test_one_who_waits_for_a_reader_keeps_nobody_else_waiting():
    message = Message("user", "", (media(sign("EXIT 12", "Platform 3")),))
    first = reading.answer(Call("chat", "image-reader", messages=(message,)))
    assert "EXIT 12" in {next(first).text, next(first).text}
    assert read(sign("Gate 7")) == "Gate 7"
    assert "".join(chunk.text for chunk in first) == "\nPlatform 3"
