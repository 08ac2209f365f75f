"""The Plugins page: an example in one click, the form, checks, comparison, every failure as a sentence."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.contract import RawInferenceRequest
from playground.errors import AlreadyExistsError
from playground.plugins.parts import Part, parts
from playground.plugins.template import write as template
from playground.snippets import as_curl
from tests.plugins import GOOD, write

MODELS = """
from pydantic import BaseModel, Field
from playground.plugins import plugin

class Inputs(BaseModel):
    query: str = Field(examples=["parcel"], description="What is looked for")
    top: int = Field(default=2, ge=1, le=9)

@plugin(name="coded", version="1.0.0", inference_type="rerank", input_schema=Inputs)
def rank(inputs, parameters):
    return {"results": [{"query": inputs["query"]}] * inputs["top"]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The plugins folder, made when the first plugin is."""
    return tmp_path / "data" / "plugins"


def said(at) -> str:
    """Everything that stands on the page."""
    kinds = (at.markdown, at.caption, at.info, at.error, at.code, at.title)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def settle(at):
    """Run the page until it shows no live call; a process may take its time to start."""
    until(at, lambda: not [button for button in at.button if str(button.key).endswith("_stop")])
    return at


def view(at, name: str):
    [control] = [each for each in at.get("button_group") if str(each.key).endswith("_view")]
    return control.set_value(name).run()


def ask(at):
    return settle(at.button(key="plugins_ask").click().run())


def labels(at) -> list[str]:
    return [each.label for each in (*at.text_area, *at.number_input, *at.selectbox, *at.toggle)]


def until(at, true: Callable[[], bool]):
    deadline = time.monotonic() + 120
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
        at.run()


def test_one_click_makes_an_example_and_runs_it(page, core, folder):
    at = page("plugins")
    assert "Your own models, behind the same door" in said(at)
    assert str(folder) in said(at)
    at = settle(at.button(key="plugins_example").click().run())
    assert not at.exception
    assert at.query_params["plugin"] == "letter_shapes_1_0_0"
    assert "**Answered** :small[:gray[dict of 1 key" in said(at)
    assert "64 numbers · norm 1.0000 · length 1, as cosine wants it" in said(at)
    table = at.dataframe[0].value
    assert table[["Key", "Type", "Shape", "Of"]].to_numpy().tolist() == [["embedding", "list", "64", "float"]]
    [run] = core().history.search("default")
    assert (run.task, run.door, run.request["inference_name"]) == ("plugin", "page", "letter_shapes_1_0_0")
    assert '"inference_name": "letter_shapes_1_0_0"' in said(at), "the request can be copied"
    assert (folder / "letter_shapes_1_0_0" / "realtime.py").is_file()
    at.text_area(key="plugins_letter_shapes_1_0_0_in_text").set_value("").run()
    assert at.button(key="plugins_ask").disabled
    at.text_area(key="plugins_letter_shapes_1_0_0_in_texts").set_value("one\n\ntwo").run()
    at.number_input(key="plugins_letter_shapes_1_0_0_parameter_letters").set_value(2)
    at = ask(at)
    run = core().history.search("default")[0]
    assert (run.request["inputs"], run.request["parameters"]) == ({"texts": ["one", "two"]}, {"letters": 2})
    assert at.dataframe[0].value["Shape"].tolist() == ["2 × 64"]
    other = page("plugins", plugin="letter_shapes_1_0_0", run=run.id)
    assert "The first of `embeddings`" in said(other), "a link shows the same"
    at.button(key="plugins_back").click().run()
    assert "**letter_shapes** 1.0.0 :green-badge[:material/check: ready]" in said(at)
    assert "embedding · 64 dimensions · 2 calls · p50" in said(at)
    assert "plugin" not in at.query_params


def test_inputs_as_json_are_checked_before_they_are_sent(page, core, folder):
    template(folder, "classify", "mood", "1.0.0")
    at = page("plugins", plugin="mood_1_0_0")
    at.get_by_key("plugins_mood_1_0_0_in_way").set_value("JSON").run()
    box = "plugins_mood_1_0_0_in_schema"
    assert set(json.loads(at.text_area(key=box).value)) == {"text"}
    at.text_area(key=box).set_value("{").run()
    assert "This is not JSON" in said(at)
    assert at.button(key="plugins_ask").disabled
    at.text_area(key=box).set_value('{"text": 7}').run()
    assert "`text`: 7 is not of type 'string'" in said(at)
    at.text_area(key=box).set_value('{"text": "A lovely, friendly place"}').run()
    at = ask(at)
    assert at.dataframe[0].value["Key"].tolist() == ["label", "score", "scores"]
    assert '"label": "good"' in said(at)


def test_the_contract_is_checked_in_sentences(page, core, folder):
    template(folder, "embedding", "fine", "1.0.0")
    write(folder / "nans", "nans", 'return {"embedding": [float("nan"), 1.0]}')
    at = view(page("plugins", plugin="fine_1_0_0"), "Checks")
    at = settle(at.button(key="plugins_check").click().run())
    assert "**All 7 checks that apply passed**" in said(at)
    assert "3 texts together have the vectors that each has alone" in said(at)
    assert len(core().history.search("default")) == 5
    at = view(page("plugins", plugin="nans_1_0_0"), "Checks")
    at = settle(at.button(key="plugins_check").click().run())
    assert "**1 of 7 checks failed**" in said(at)
    assert "`embedding[0]` is nan" in said(at)
    assert "Copy the failing request: first" in [each.label for each in at.expander]


def test_a_plugin_is_laid_beside_the_bundled_embedder(page, core, folder):
    template(folder, "embedding", "fine", "1.0.0")
    at = view(page("plugins", plugin="fine_1_0_0"), "Compare")
    at.text_area(key="plugins_compare_texts").set_value("one\ntwo").run()
    assert "Neighbours can be compared from 3 texts on" in said(at)
    at.text_area(key="plugins_compare_texts").set_value("a cat\na dog\nthe rain\nthe sun").run()
    at = settle(at.button(key="plugins_compare").click().run())
    assert "**`fine_1_0_0` and `all-minilm-l6-v2` share" in said(at)
    alts = [each.proto.alt for each in at.get("echarts_chart")]
    assert alts == [f"Cosine similarity of 4 texts by {name}" for name in ("fine_1_0_0", "all-minilm-l6-v2")]
    assert {(run.provider, run.task) for run in core().history.search("default")} == {
        ("plugin", "embedding"),
        ("local", "embedding"),
    }


def test_what_fails_is_a_sentence_and_its_traceback_stands_here_only(page, core, folder):
    write(folder / "raiser", "raiser", 'print("looking it up")\nreturn {}[inputs["text"]]')
    at = ask(page("plugins", plugin="raiser_1_0_0"))
    assert "**The plugin failed**" in said(at)
    assert "in run_inference" in said(at)
    until(at, lambda: "looking it up" in said(at))
    assert "Copy the failing request" in [each.label for each in at.expander]
    [run] = core().history.search("default")
    assert "Traceback" not in json.dumps(run.error)
    at = view(at, "Health")
    assert [(each.label, each.value) for each in at.metric][:2] == [("Calls", "1"), ("Failed", "1")]
    assert "KeyError" in said(at)
    at.button(key="plugins_rest").click().run()
    until(at, lambda: "No process lives" in said(at))
    at.button(key="plugins_warm").click().run()
    until(at, lambda: not at.button(key="plugins_rest").disabled)


def test_one_that_hangs_is_stopped(page, core, folder):
    write(folder / "hanger", "hanger", "import time\ntime.sleep(1000)")
    at = page("plugins", plugin="hanger_1_0_0")
    at.button(key="plugins_ask").click().run()
    assert at.button(key="plugins_ask").disabled
    at = settle(at.button(key="plugins_run_stop").click().run())
    assert "You stopped this call" in said(at)
    assert not at.button(key="plugins_ask").disabled


def test_one_that_cannot_be_asked_says_why_and_what_to_do(page, core, folder):
    place = write(folder / "sneaky", "sneaky", GOOD, imports="import subprocess")
    for package in (place / "first", place / "second"):
        package.mkdir()
        (package / "__init__.py").touch()
    write(folder / "odd", "odd", GOOD, manifest='version = "1.0.0"\nfeatures = [{{"name": "v", "dimensions": 3}}]\n')
    at = page("plugins")
    assert said(at).count("cannot be asked]") == 2
    assert "The security scan refuses it: realtime.py:2:0" in said(at)
    at = page("plugins", plugin="sneaky_1_0_0")
    assert "`PLAYGROUND_PLUGINS_TRUSTED`" in said(at)
    assert "It imports `subprocess`, which a plugin may not." in said(at)
    assert "import subprocess" in [each.value for each in at.code], "the line stands below the finding"
    code = [each.label for each in at.expander]
    assert code == [f"`{file}`" for file in ("first/__init__.py", "manifest.py", "realtime.py", "second/__init__.py")]
    for name in ("Try it", "Checks", "Compare", "Health"):
        at = view(at, name)
        assert not at.exception
        starts = [
            at.button(key=each) for each in ("plugins_ask", "plugins_check") if each in {b.key for b in at.button}
        ]
        assert all(each.disabled for each in starts)
    at = page("plugins", plugin="odd_1_0_0")
    assert "`feature_extractor_name` is missing" in said(at)
    assert "`features[0]`" in said(at)
    assert "no plugin answers to" not in said(at)
    assert "**There is no plugin `nobody` here**" in said(page("plugins", plugin="nobody"))


def test_schemas_that_are_classes_are_told_by_the_plugin(page, core, folder):
    folder.mkdir(parents=True)
    (folder / "coded.py").write_text(MODELS)
    at = page("plugins", plugin="coded_1_0_0")
    until(at, lambda: "Query" in labels(at))
    assert labels(at) == ["Query", "Top (optional)"]
    at = ask(at)
    assert at.dataframe[0].value[["Key", "Shape", "Of"]].to_numpy().tolist() == [["results", "2", "objects"]]
    at = view(at, "Compare")
    assert "It makes no vectors" in said(at)


def test_a_name_that_is_taken_leaves_the_code_alone(page, core, folder):
    code = template(folder, "function", "mine", "1.0.0")
    code.write_text(code.read_text().replace("A text as", "Changed: a text as"))
    with pytest.raises(AlreadyExistsError):
        template(folder, "function", "mine", "v1")
    assert "Changed: a text as" in said(page("plugins"))


def test_an_answer_taken_apart():
    answer = {
        "a": [3.0, 4.0],
        "b": [[1, 2, 2], [0, 0, 0]],
        "c": "x",
        "d": None,
        "e": {"f": 1},
        "g": [],
        "h": [[1], [2, 3]],
    }
    found = {part.key: part for part in parts(answer)}
    assert found["a"] == Part("a", "list", (2,), "float", 5.0, [3.0, 4.0])
    assert (found["b"].shape, found["b"].dtype, found["b"].norm, found["b"].vector) == ((2, 3), "int", 3.0, [1, 2, 2])
    assert [found[key].type for key in "cde"] == ["text", "null", "object of 1"]
    assert (found["g"].shape, found["g"].dtype, found["h"].shape, found["h"].norm) == ((0,), "", (2,), None)


def test_a_call_that_is_pasted_fills_the_form_of_its_plugin(page, core, folder):
    template(folder, "embedding", "fine", "1.0.0")
    inputs, parameters = {"texts": ['it\'s "so" $(x) \\ \n漢字 🙂']}, {"letters": 2}
    request = RawInferenceRequest(inference_name="fine_1_0_0", inputs=inputs, parameters=parameters)
    at = page("plugins")
    at.button(key="plugins_paste").click().run()
    at.text_area(key="paste_text").set_value(as_curl(request, "http://127.0.0.1:8501"))
    at = at.button(key="paste_go").click().run().run()
    assert not at.exception
    assert json.loads(at.text_area(key="plugins_fine_1_0_0_in_schema").value) == inputs
    ask(at)
    [run] = core().history.search("default")
    assert (run.request["inputs"], run.request["parameters"]) == (inputs, parameters)
    at.button(key="plugins_back").click().run()
    at.button(key="plugins_paste").click().run()
    wrong = request.model_copy(update={"parameters": {"digits": 2}})
    at.text_area(key="paste_text").set_value(as_curl(wrong, "http://127.0.0.1:8501"))
    at.button(key="paste_go").click().run()
    assert "has no parameter `digits`" in at.session_state["paste_problem"]
