"""The capability table: what goes in, what comes out, which words are taken."""

import pytest

from playground.providers import capability, catalogue, providers
from playground.settings import Settings
from playground.transport import Transport
from tests.remotes import remote


def of(name, model):
    return capability(remote(name, Settings.of({"OPENAI_API_KEY": "k"})), model)


def test_a_model_that_sees():
    row = of("openai", "gpt-4o-mini")
    assert row.model.inputs == ("text", "image", "document")
    assert row.files["image"] == ("image/png", "image/jpeg", "image/webp", "image/gif")
    assert row.files["document"] == ("application/pdf",)
    assert row.most == {"image": 500}
    assert row.outputs == ("text", "json")
    assert {"temperature", "schema", "reasoning_effort", "detail"} <= set(row.parameters)
    assert "reasoning_budget" in row.refuses
    assert (row.model.retires, row.model.context, row.as_of) == ("2027-01-14", 128_000, catalogue.as_of())


@pytest.mark.parametrize(
    ("name", "model", "lacks", "has"),
    [
        ("anthropic", "claude-opus-5-5", {"temperature", "seed", "detail", "reasoning_budget"}, {"reasoning_effort"}),
        ("anthropic", "claude-opus-4-6", {"seed", "detail"}, {"reasoning_effort", "reasoning_budget", "temperature"}),
        ("google", "gemini-2.5-pro", {"reasoning_effort"}, {"reasoning_budget", "detail", "language"}),
        ("deepseek", "deepseek-chat", {"detail", "reasoning_budget"}, {"temperature"}),
        ("openai", "text-embedding-3-small", {"temperature", "detail"}, {"dimensions"}),
        ("openai", "text-embedding-ada-002", {"dimensions"}, set()),
    ],
)
def test_the_words_a_model_takes(name, model, lacks, has):
    words = set(of(name, model).parameters)
    assert not lacks & words
    assert has <= words


def test_one_that_nobody_knows_takes_what_the_wire_takes():
    row = of("ollama", "gemma3:4b")
    assert (row.model.tasks, row.model.inputs, row.as_of) == (("chat",), ("text", "image"), None)
    assert row.files == {"image": ("image/png", "image/jpeg", "image/webp")}


def test_the_vertex_model_has_its_own_wire():
    row = of("google", "multimodalembedding")
    assert set(row.files) == {"image", "video"}
    assert (row.outputs, row.model.dimensions, row.model.retires) == (("vectors",), 1408, "2027-04-01")


def test_every_model_of_the_catalogue_and_of_this_machine_has_a_row():
    settings = Settings.of({})
    for provider in providers(settings, Transport(settings)).values():
        known = provider.models() if provider.name == "local" else catalogue.models(provider.name, catalogue.as_of())
        for model in known:
            row = capability(provider, model.id)
            assert row.outputs
            assert set(row.model.inputs) == set(model.inputs), model.id
            assert not set(row.parameters) & set(row.refuses)
