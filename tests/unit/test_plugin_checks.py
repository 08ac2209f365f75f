"""New plugins from templates work as they stand; contract checks tell a good answer from a bad one, in a sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.errors import AlreadyExistsError, BadRequestError, InternalServerError, PlaygroundError
from playground.plugins.checks import Check, Reply, calls, judge
from playground.plugins.fields import TEXTS, Field, example, fields, inputs_schema
from playground.plugins.manifest import Feature, Manifest
from playground.plugins.registry import Plugins
from playground.plugins.template import KINDS, write
from playground.settings import Settings

EMBEDS = Manifest("mine", "1.0.0", features=(Feature("index", 2),), inference_type="embedding")
VECTORS = {TEXTS[0]: [1.0, 0.0], TEXTS[1]: [0.0, 1.0], TEXTS[2]: [0.6, 0.8]}


def answered(plugin: Callable[[dict[str, Any]], Any], manifest: Manifest = EMBEDS) -> dict[str, Check]:
    """The checks of a plugin that is a function here."""

    def reply(inputs: dict[str, Any]) -> Reply:
        found = plugin(inputs)
        return found if isinstance(found, Reply) else Reply(found)

    found = {name: reply(inputs) for name, inputs in calls(manifest).items()}
    return {check.name: check for check in judge(manifest, found)}


def verdicts(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.verdict for name, check in checks.items()}


def good(inputs: dict[str, Any]) -> dict[str, Any]:
    if "texts" in inputs:
        return {"embeddings": [VECTORS[text] for text in inputs["texts"]]}
    return {"embedding": VECTORS[inputs["text"]]}


def refused(fault: str) -> Callable[[dict[str, Any]], Reply]:
    error = {"message": "plugin `mine` gave an answer that cannot be sent: why", "details": {"fault": fault}}
    return lambda inputs: Reply(error=error)


def test_a_good_plugin_passes_all():
    found = answered(good)
    assert set(verdicts(found).values()) == {"pass"}
    assert found["Dimension as declared"].sentence == "2 numbers, as `embedding_dim` says."
    assert found["Batch equals single"].call == "batch"


@pytest.mark.parametrize(
    ("plugin", "name", "sentence"),
    [
        (refused("shape"), "Returns a dict", "why"),
        (refused("json"), "JSON-safe", "why"),
        (refused("nan"), "No NaN", "why"),
        (lambda inputs: {"vector": [1.0]}, "Has `embedding`", "only `vector`"),
        (lambda inputs: good(inputs) | {"embedding": [1.0, 0.0, 0.0]}, "Dimension as declared", "3 numbers and"),
        (lambda inputs: {"embeddings": [[1.0, 0.0]]}, "Batch equals single", "a list of 3 vectors"),
        (
            lambda inputs: {"embeddings": [[0.5, 0.5]] * 3} if "texts" in inputs else good(inputs),
            "Batch equals single",
            "up to 0.5",
        ),
    ],
)
def test_each_fault_is_found_and_said(plugin: Callable[[dict[str, Any]], Any], name: str, sentence: str):
    found = answered(plugin)[name]
    assert (found.verdict, sentence in found.sentence) == ("fail", True), found


def test_one_that_is_not_the_same_twice_is_found():
    turns = iter([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]])
    found = answered(lambda inputs: {"embedding": next(turns)} if "text" in inputs else good(inputs))
    assert found["Deterministic"].verdict == "fail"
    assert "cosine 0.000" in found["Deterministic"].sentence
    nearly = iter([[1.0, 0.0], [1.0, 1e-6], [1.0, 0.0], [1.0, 0.0]])
    again = answered(lambda inputs: {"embedding": next(nearly)} if "text" in inputs else good(inputs))
    assert again["Deterministic"].verdict == "pass"


def test_what_does_not_apply_says_why():
    classifier = Manifest("mine", "1.0.0", inference_type="classify")
    assert calls(classifier) == {"first": {"text": TEXTS[0]}, "again": {"text": TEXTS[0]}}
    found = answered(lambda inputs: {"label": "good"}, classifier)
    assert verdicts(found) == {
        "Returns a dict": "pass",
        "JSON-safe": "pass",
        "No NaN": "pass",
        "Has `embedding`": "not applicable",
        "Dimension as declared": "not applicable",
        "Deterministic": "pass",
        "Batch equals single": "not applicable",
    }
    single = Manifest("mine", "1.0.0", inference_type="embedding", input_schema={"properties": {"text": {}}})
    assert "batch" not in calls(single)
    assert verdicts(answered(good, single))["Batch equals single"] == "not applicable"
    crashed = answered(lambda inputs: Reply(error={"message": "plugin `mine` crashed"}))
    assert crashed["Returns a dict"].sentence == "Plugin `mine` crashed."
    assert {check.verdict for name, check in crashed.items() if name != "Returns a dict"} == {"not applicable"}


def test_other_places_of_a_vector_count():
    plural = Manifest(
        "mine", "1.0.0", features=(Feature("index", 2),), input_schema={"properties": {"texts": {"type": "array"}}}
    )
    assert calls(plural)["first"] == {"texts": [TEXTS[0]]}
    assert set(verdicts(answered(good, plural)).values()) == {"pass"}
    named = answered(lambda inputs: {"index": VECTORS[inputs["text"]]} if "text" in inputs else good(inputs))
    assert "under `index`" in named["Has `embedding`"].sentence


SCHEMA = {
    "type": "object",
    "required": ["query", "mood"],
    "$defs": {"Mood": {"enum": ["good", "bad"], "type": "string"}},
    "properties": {
        "query": {"type": "string", "title": "Query", "description": "What is asked"},
        "mood": {"$ref": "#/$defs/Mood"},
        "lines": {"type": "array", "items": {"type": "string"}},
        "limit": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9}, {"type": "null"}], "default": 3},
        "share": {"type": "number"},
        "loud": {"type": "boolean"},
        "image_base64": {"type": "string"},
        "options": {"type": "object", "properties": {"a": {"type": "integer"}}},
    },
}


def test_a_schema_becomes_fields_and_an_example():
    assert fields(SCHEMA) == [
        Field("query", "text", "Query", "What is asked", required=True, default=TEXTS[0]),
        Field("mood", "choice", "mood", required=True, choices=("good", "bad")),
        Field("lines", "lines", "lines"),
        Field("limit", "integer", "limit", default=3, low=1, high=9),
        Field("share", "number", "share"),
        Field("loud", "flag", "loud"),
        Field("image_base64", "file", "image_base64"),
        Field("options", "json", "options"),
    ]
    assert example(SCHEMA) == {"query": TEXTS[0], "mood": "good"}
    assert example({"properties": {"a": {"type": "array", "items": {"type": "number", "minimum": 2}}}}) == {"a": [2]}
    assert example({"properties": {"a": {"type": "object", "properties": {"b": {"type": "boolean"}}}}}) == {
        "a": {"b": False}
    }
    assert fields({"properties": {"loop": {"$ref": "#/properties/loop"}}})[0].kind == "json"
    assert example(inputs_schema(Manifest("mine", "1.0.0", inference_type="generate"))) == {"prompts": [TEXTS[0]]}
    assert set(example(inputs_schema(Manifest("mine", "1.0.0", inference_type="rerank")))) == {"query", "documents"}


def test_what_a_template_writes_works_as_it_stands(settings: Callable[..., Settings]):
    made = settings()
    for kind in KINDS:
        write(made.plugins_dir, kind, f"my_{kind}", "v1.2")
    plugins = Plugins(made)
    try:
        assert [plugin.id for plugin in plugins.all()] == [f"my_{kind}_1_2_0" for kind in sorted(KINDS)]
        for plugin in plugins.all():
            assert not plugin.refusal
            assert not plugin.findings
            assert not plugin.manifest.diagnoses
            found = answered(lambda inputs, name=plugin.id: Reply(plugins.call(name, inputs)), plugin.manifest)
            assert "fail" not in verdicts(found).values(), found
        assert plugins.call("my_classify_1_2_0", {"text": "A wonderful, friendly place"})["label"] == "good"
        assert plugins.call("my_generate_1_2_0", {"prompts": ["Send the parcel. Now!"]}) == {
            "text": "SEND PARCEL STOP NOW STOP"
        }
    finally:
        plugins.close()


def test_a_template_is_written_once_and_for_good_names_only(tmp_path: Path):
    assert write(tmp_path / "new", "embedding", "mine", "1").name == "mine_1_0_0"
    assert write(tmp_path / "new", "embedding", "mine", "2").name == "mine_2_0_0"
    for kind, name, version, error in (
        ("embedding", "mine", "1.0.0", AlreadyExistsError),
        ("embedding", "x", "1.0.0", BadRequestError),
        ("embedding", "mine", "newest", BadRequestError),
    ):
        with pytest.raises(error):
            write(tmp_path / "new", kind, name, version)
    (tmp_path / "file").write_text("")
    with pytest.raises(InternalServerError, match="PLAYGROUND_PLUGINS_DIR"):
        write(tmp_path / "file", "function", "mine", "1.0.0")


def test_what_is_wrong_with_an_answer_has_a_word(settings: Callable[..., Settings]):
    made = settings()
    code = write(made.plugins_dir, "function", "faulty", "1.0.0")
    text = code.read_text()
    answers = {"shape": "[1]", "nan": '{"embedding": [float("nan")]}', "json": '{"embedding": b"1"}'}
    body = (
        text.partition("    counts = ")[0]
        + f'    return {{{", ".join(f"{k!r}: {v}" for k, v in answers.items())}}}[inputs["text"]]\n'
    )
    code.write_text(body)
    plugins = Plugins(made)
    try:
        for fault in answers:
            with pytest.raises(PlaygroundError) as raised:
                plugins.call("faulty_1_0_0", {"text": fault})
            assert raised.value.details["fault"] == fault
    finally:
        plugins.close()
