"""Says what this plugin is. It is read without running it, so keep to plain values."""

feature_extractor_name = "my_plugin"
version = "1.0.0"
description = "Says whether a review is good or bad, by the words in it."
inference_type = "classify"
supported_input_types = ["text"]
input_schema = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {
            "type": "string",
            "title": "A review",
            "examples": ["Lovely staff and warm bread, but the soup was cold."],
        }
    },
}
parameter_schema = {
    "type": "object",
    "properties": {
        "threshold": {
            "type": "number",
            "title": "Surer than",
            "description": "Below this the label is `unsure`.",
            "minimum": 0.5,
            "maximum": 1,
            "default": 0.6,
        }
    },
}
