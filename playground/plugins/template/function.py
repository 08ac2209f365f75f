"""A plugin in its short form: one function, its words beside it. The file's name is yours to choose."""

import math
from string import ascii_lowercase
from typing import Any

from playground.plugins import plugin


@plugin(
    name="my_plugin",
    version="1.0.0",
    dim=26,
    inference_type="embedding",
    description="A text as how often each letter stands in it.",
    input_schema={
        "type": "object",
        "required": ["text"],
        "properties": {
            "text": {
                "type": "string",
                "title": "One text",
                "examples": ["The parcel arrived with a broken lid."],
            }
        },
    },
)
def letters(inputs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    """Asked for each request; `async def` works as well."""
    counts = [float(inputs["text"].lower().count(letter)) for letter in ascii_lowercase]
    length = math.hypot(*counts) or 1.0
    return {"embedding": [count / length for count in counts]}
