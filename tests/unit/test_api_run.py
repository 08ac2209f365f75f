"""A live run on the wire: files are not in it."""

from playground.api.run import of_live
from playground.contract import RawInferenceRequest
from playground.run import Run
from playground.ticket import Ticket

INPUTS = {
    "prompts": ["data:text is a text like any other"],
    "image_base64": "AAAA",
    "image_base64s": ["BBBB", "CCCC"],
    "image_urls": ["https://example.org/a.png", "data:image/png;base64,DDDD"],
    "messages": [{"role": "user", "content": [{"type": "image", "base64": "EEEE"}, {"type": "text", "text": "FFFF"}]}],
}


def test_files_are_left_out():
    shown = of_live(Run(Ticket(RawInferenceRequest(provider="p", model="m", inputs=INPUTS))))
    assert shown.state == "queued"
    assert shown.request["inputs"] == {
        "prompts": ["data:text is a text like any other"],
        "image_base64": "media:pending",
        "image_base64s": ["media:pending", "media:pending"],
        "image_urls": ["https://example.org/a.png", "media:pending"],
        "messages": [
            {
                "role": "user",
                "content": [{"type": "image", "base64": "media:pending"}, {"type": "text", "text": "FFFF"}],
            }
        ],
    }
