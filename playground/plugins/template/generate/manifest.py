"""Says what this plugin is. It is read without running it, so keep to plain values."""

feature_extractor_name = "my_plugin"
version = "1.0.0"
description = "Says what was asked as a telegram: without the small words, STOP after each sentence."
inference_type = "generate"
supported_input_types = ["text"]
input_schema = {
    "type": "object",
    "required": ["prompts"],
    "properties": {
        "prompts": {
            "type": "array",
            "title": "Prompts",
            "items": {"type": "string"},
            "examples": [["The parcel has arrived with a broken lid. Please send us a new one."]],
        }
    },
}
