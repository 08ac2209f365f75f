"""The files in a request's inputs are found wherever they stand, and can be changed without a change to the rest."""

from base64 import b64encode

import pytest

from playground.enclosed import changed, enclosed
from playground.inputs import read
from tests.specimens import PICTURE, SOUND, picture, sound

DATA, WAV = b64encode(picture()).decode(), b64encode(sound()).decode()
INPUTS = {
    "messages": [
        {"role": "user", "content": [{"type": "image", "base64": DATA}, {"type": "text", "text": "a"}]},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": [{"type": "audio", "base64": WAV}, {"type": "image", "url": "https://x.io/a.png"}]},
    ],
    "image_urls": ["https://x.io/b.png", f"data:image/png;base64,{DATA}"],
    "system": "c",
}


def test_places_and_kinds_are_those_of_the_reader():
    found = {each.place: each.modality for each in enclosed(INPUTS)}
    media = read(INPUTS, 2**20).media
    assert found == {place: each.modality for place, each in media.items()}
    assert {media[place].data for place in found} == {PICTURE.data, SOUND.data, b""}


def test_only_files_are_changed():
    assert changed(INPUTS, lambda each: each.value) == INPUTS
    again = changed(INPUTS, lambda each: f"{each.form} at {each.place}")
    assert again["image_urls"] == ["url at image_urls[0]", "url at image_urls[1]"]
    assert again["messages"][0]["content"] == [
        {"type": "image", "base64": "base64 at messages[0].content[0].base64"},
        {"type": "text", "text": "a"},
    ]
    assert again["messages"][1:2] == INPUTS["messages"][1:2]
    assert INPUTS["image_urls"][0] == "https://x.io/b.png", "what was given is left as it is"


@pytest.mark.parametrize(
    "inputs",
    [
        {"messages": None},
        {"messages": ["a", {"content": [None, 3, {"type": "thing", "url": "x"}]}]},
        {"image_url": 3, "image_urls": "https://x.io", "audio_base64s": {"a": "b"}},
    ],
)
def test_what_is_no_file_is_passed_over(inputs):
    assert list(enclosed(inputs)) == []
    assert changed(inputs, lambda each: "changed") == inputs
