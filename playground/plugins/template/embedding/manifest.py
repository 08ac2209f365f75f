"""Says what this plugin is. It is read without running it, so keep to plain values."""

feature_extractor_name = "my_plugin"
version = "1.0.0"
description = "Texts as vectors: their letters, three at a time, each hashed into one of 64 places."
inference_type = "embedding"
supported_input_types = ["text"]
features = [
    {
        "feature_type": "embedding",
        "feature_name": "embedding",
        "embedding_dim": 64,
        "distance_metric": "cosine",
    }
]
input_schema = {
    "type": "object",
    "properties": {
        "text": {
            "type": "string",
            "title": "One text",
            "examples": ["The parcel arrived with a broken lid."],
        },
        "texts": {
            "type": "array",
            "title": "Several texts",
            "items": {"type": "string"},
        },
    },
}
parameter_schema = {
    "type": "object",
    "properties": {
        "letters": {
            "type": "integer",
            "title": "Letters at a time",
            "minimum": 2,
            "maximum": 5,
            "default": 3,
        }
    },
}
