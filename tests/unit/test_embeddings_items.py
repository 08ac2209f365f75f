"""Whether two embedding requests are about the same items, live or from the history."""

from base64 import b64encode
from hashlib import sha256

import pytest

from playground.ui.embeddings.items import alike

DATA = b"a picture"
BASE64, KEPT = b64encode(DATA).decode(), f"media:{sha256(DATA).hexdigest()}"
ADDRESS = "https://example.org/cat.png?key=secret"
MASKED = "https://example.org/cat.png?key=•••"


def request(inputs, **fetched):
    return {"inputs": inputs, **({"fetched": fetched["fetched"]} if fetched else {})}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (request({"texts": ["a", "b"]}), request({"texts": ["a", "b"]}), True),
        (request({"text": "a"}), request({"texts": ["a"]}), True),
        (request({"texts": ["a", "b"]}), request({"texts": ["b", "a"]}), False),
        (request({"texts": ["a", "b"]}), request({"texts": ["a"]}), False),
        (request({"image_base64s": [BASE64]}), request({"image_base64s": [KEPT]}), True),
        (request({"image_base64s": [BASE64]}), request({"image_base64s": ["media:0"]}), False),
        (request({"image_urls": [ADDRESS]}), request({"image_urls": [MASKED]}), True),
        (request({"image_urls": [MASKED]}, fetched={"image_urls[0]": KEPT}), request({"image_base64s": [KEPT]}), True),
        (request({"image_urls": [ADDRESS]}), request({"texts": [ADDRESS]}), False),
    ],
)
def test_items_are_known_again(first, second, same):
    assert alike(first, second) is same
    assert alike(second, first) is same
