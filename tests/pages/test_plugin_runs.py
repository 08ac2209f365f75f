"""Runs of plugins, whose inputs and answers may have any shape, on the pages for all runs; plugins as models."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.report import Exhibit, report
from playground.runs import Runs
from tests import plugins
from tests.pages.conftest import settle

Page = Callable[..., AppTest]
Core = Callable[[], Runs]

ODD = [
    {"embeddings": 5, "dimensions": [1], "texts": [1, None], "text": {"a": "b"}, "lines": 3, "images": 4},
    {"messages": ["a", {"role": 1, "content": [1]}], "prompts": {"a": 1}, "embedding": ["x"], "segments": ["x"]},
    {"messages": 5, "texts": 7, "reasoning": 3, "json": [], "embeddings": [["x"]], "dimensions": 2, "sources": 3},
]


@pytest.fixture
def core_with_plugins(environment: Callable[..., None], core: Core, tmp_path: Path) -> Core:
    folder = tmp_path / "plugins"
    plugins.write(folder / "echo", "echo", "return inputs")
    embed = "return {'embeddings': [[float(len(text)), 1.0] for text in inputs['texts']]}"
    plugins.write(folder / "letters", "letters", embed)
    environment(PLAYGROUND_PLUGINS_DIR=str(folder))
    return core


def test_a_run_of_a_plugin_is_shown_whatever_its_shape(page: Page, core_with_plugins: Core):
    core = core_with_plugins()
    for odd in ODD:
        record = core.start(RawInferenceRequest(inference_name="echo_1_0_0", inputs=odd, parameters={"a": 1})).wait(60)
        assert record is not None
        assert record.status == "done", record.error
        for name in ("runs", "receipt"):
            at = page(name, run=record.id)
            assert not at.exception, (name, odd)
            shown = [each.value for each in at.json]
            assert len(shown) >= 2
        assert b"echo_1_0_0" in report([Exhibit(record)], "Odd", mask=str, made=0.0)
    assert not page("runs", task="plugin").exception


def test_a_plugin_that_embeds_is_a_model_of_the_embeddings_page(page: Page, core_with_plugins: Core):
    at = page("embeddings", embeddings_provider="Plugins", embeddings_model="letters_1_0_0")
    assert not at.exception
    at.text_area(key="embeddings_lines").input("one\ntwo\nthree").run()
    at.button(key="embeddings_go").click().run()
    settle(at)
    assert not at.exception
    (run,) = core_with_plugins().history.search("default")
    assert (run.provider, run.model, run.task, run.status) == ("plugin", "letters_1_0_0", "embedding", "done")
