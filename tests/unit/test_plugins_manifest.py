"""Manifests: every form is read without running it, and what the platform would stumble over is said."""

import pytest

from playground.plugins.manifest import Feature, Manifest, read

VARIABLES = """
feature_extractor_name = "my_text_embedder"
version = "1.0.0"
description = "Embeds."
dependencies = ["numpy>=2"]
tier = 2
features = [
    {"feature_type": "embedding", "feature_name": "vec", "embedding_dim": 384, "distance_metric": "dot_product"}
]
input_schema = {"text": {"type": "string"}}
output_schema = {"type": "object", "properties": {"embedding": {"type": "array"}}}
"""
METADATA = """
from pydantic import BaseModel, Field

NAME = "my_text_embedder"
DIM = 384

class Input(BaseModel):
    text: str = Field(description="What to embed")

metadata = {
    "feature_extractor_name": NAME,
    "version": "1.0.0",
    "description": "Embeds.",
    "inference_type": "embedding",
    "features": [
        {"feature_type": "embedding", "feature_name": "vec", "embedding_dim": DIM, "distance_metric": "dot"},
        {"feature_type": "classification", "feature_name": "label"},
    ],
    "feature_uri": f"mixpeek://{NAME}@1.0.0/vec",
}
input_schema = Input
output_schema = {"embedding": {"type": "array"}}
supported_input_types = ["text", "Image"]
"""
OLDER = """
feature_extractor_name = "my_text_embedder"
version = "v1"
features = [{"name": "vec", "type": "vector", "dimensions": 384, "distance": "Cosine"}]
output_schema = {"embedding": {"type": "array"}}
"""
SHORT = '''
from playground.plugins import plugin

@plugin(version="1.0.0", dim=26)
async def my_text_embedder(inputs, parameters):
    """Counts letters."""
    return {"embedding": []}
'''


def complaints(manifest: Manifest, severity: str = "warning") -> dict[str, str]:
    return {each.field: each.message for each in manifest.diagnoses if each.severity == severity}


def test_module_variables():
    found = read(VARIABLES)
    assert (found.name, found.version, found.description, found.tier) == ("my_text_embedder", "1.0.0", "Embeds.", "2")
    assert found.features == (Feature("vec", 384, "dot"),)
    assert found.dependencies == ("numpy>=2",)
    assert found.input_schema == {"type": "object", "properties": {"text": {"type": "string"}}}
    assert found.output_schema == {"type": "object", "properties": {"embedding": {"type": "array"}}}
    assert (found.id, found.feature_uri) == ("my_text_embedder_1_0_0", "mixpeek://my_text_embedder@1.0.0/vec")
    assert found.inference_type == "embedding"
    assert found.diagnoses == ()


def test_the_table_with_classes_for_schemas():
    found = read(METADATA)
    assert found.id == "my_text_embedder_1_0_0"
    assert found.features == (Feature("vec", 384, "dot"),)
    assert (found.coded, found.input_schema) == (("input_schema",), None)
    assert found.supported_input_types == ("text", "image")
    assert found.words["feature_uri"] == "mixpeek://my_text_embedder@1.0.0/vec"
    assert found.diagnoses == ()


def test_the_older_words_are_read_and_diagnosed():
    found = read(OLDER)
    assert (found.version, found.written) == ("1.0.0", "v1")
    assert found.features == (Feature("vec", 384, "cosine"),)
    said = complaints(found)
    assert "the platform makes no index of it" in said["features[0]"]
    assert "`feature_name`" not in said["features[0]"].partition(":")[0]
    assert "is read as `1.0.0`" in said["version"]
    assert found.faults == ()


def test_the_short_form():
    found = read(SHORT)
    assert (found.id, found.description) == ("my_text_embedder_1_0_0", "Counts letters.")
    assert found.features == (Feature("embedding", 26, "cosine"),)
    assert found.diagnoses == ()


WRONG = {
    "nothing": ("", "feature_extractor_name", "is missing"),
    "no version": ('feature_extractor_name = "abc"', "version", "is missing"),
    "computed": ('feature_extractor_name = "abc"\nversion = ".".join("123")', "version", "is computed"),
    "bad name": ('feature_extractor_name = "a-b"\nversion = "1.0.0"', "feature_extractor_name", "is no name"),
    "bad version": ('feature_extractor_name = "abc"\nversion = "new"', "version", "is no version"),
    "no Python": ("def", "manifest", "is no Python"),
    "null bytes": ("a = 1\0", "manifest", "is no Python"),
}


@pytest.mark.parametrize(("source", "field", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_keeps_it_from_being_asked(source, field, words):
    found = read(source, "folder")
    assert words in complaints(found, "error")[field]
    if field != "version" and words != "is no Python":
        assert found.name == "folder"


HEAD = 'feature_extractor_name = "abc"\nversion = "1.0.0"\n'
ODD = {
    "features": ('features = "vec"', "features", "must be a list"),
    "feature": ("features = [1]", "features[0]", "a feature must be"),
    "nameless": ('features = [{"feature_type": "embedding"}]', "features[0]", "`feature_name` is missing"),
    "dim": ('features = [{"feature_name": "v", "embedding_dim": "3"}]', "features[0]", "a whole number above 0"),
    "metric": (
        'features = [{"feature_name": "v", "embedding_dim": 3, "distance_metric": "x"}]',
        "features[0]",
        "no distance",
    ),
    "kind": ('inference_type = "magic"', "inference_type", "there are embedding, rerank"),
    "schema": ('input_schema = "text"', "input_schema", "must be a JSON Schema"),
    "dependencies": ('dependencies = "numpy"', "dependencies", "must be a list of texts"),
}


@pytest.mark.parametrize(("source", "field", "words"), ODD.values(), ids=ODD.keys())
def test_what_is_left_out_with_a_word(source, field, words):
    found = read(HEAD + source)
    assert words in complaints(found)[field]
    assert found.faults == ()


def test_a_version_that_is_a_number():
    assert read('feature_extractor_name = "abc"\nversion = 1.0').version == "1.0.0"


def test_a_property_called_type_is_a_property():
    found = read(HEAD + 'input_schema = {"type": {"type": "string"}}')
    assert found.input_schema == {"type": "object", "properties": {"type": {"type": "string"}}}


def test_nothing_of_a_manifest_runs():
    found = read(HEAD + 'raise SystemExit\nfeatures = [__import__("os").system("exit 1")]')
    assert found.id == "abc_1_0_0"
