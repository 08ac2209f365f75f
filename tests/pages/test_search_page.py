"""The Search page: namespaces are made, filled, asked in every way, compared, kept as retrievers, deleted."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from playground.namespace import DEFAULT
from playground.snippets import as_curl, execution
from playground.store.keys import fingerprint
from playground.ui.search import filling
from playground.ui.search.doing import as_csv, as_jsonl
from playground.ui.search.place import library, scope
from playground.ui.search.question import Question, post
from playground.ui.search.spaces import space
from playground.ui.search.targets import target
from playground.vectors.filter import equal
from playground.vectors.library import adhoc
from playground.vectors.scope import Scope
from playground.vectors.store import Document, Index, Namespace
from tests.contract.serving import serve
from tests.pages.conftest import settle
from tests.plugins import write
from tests.replay import Answer
from tests.tiny_onnx import encoder

COLOURS = b'text,hue,year\n"red red red",warm,1990\n"red green",mixed,2001\n"blue",cold,2010\n"green",mixed,2020\n'
VECTORS = (
    b'{"document_id": "x", "vector": [1, 0, 0], "label": "first"}\n'
    b'{"document_id": "y", "vector": [0.8, 0.6, 0], "label": "second"}\n'
    b'{"document_id": "z", "vector": [0, 0, 1], "label": "third"}\n'
)


def said(at) -> str:
    """Everything that stands on the page."""
    return "\n".join(str(element.value) for kind in (at.markdown, at.caption, at.info, at.error) for element in kind)


def hits(at) -> list[str]:
    """The cards in their order, as they read."""
    return [each.value for each in at.markdown if re.match(r"\*\*\d+\*\* :gray-badge", each.value)]


@pytest.fixture
def tiny(environment, tmp_path):
    """Two small encoders on this machine, of 4 dimensions, that know three colours."""
    environment(PLAYGROUND_MODELS_DIR=str(tmp_path / "models"))
    for name in ("hues", "tones"):
        encoder(tmp_path / "models" / name, averaged=True)


@pytest.fixture
def colours(tiny, page):
    """A page on a namespace of four documents that `hues` embeds."""
    return fill(create(page("search"), "colours"), "colours.csv", COLOURS)


def create(at, name: str, model: str = "hues"):
    for button in [each for each in at.button if each.key == "search_new" and not each.disabled]:
        button.click().run()
    at.text_input(key="search_name").set_value(name)
    at.selectbox(key="search_new_model").set_value(model).run()
    return at.button(key="search_create_go").click().run()


def fill(at, name: str, data: bytes):
    at.get_by_key("search_way").set_value("CSV or JSONL").run()
    at.file_uploader[0].upload(name, data).run()
    return settle(at.button(key="search_fill").click().run())


def ask(at, text: str):
    return settle(at.text_input(key="q").set_value(text).run())


def test_a_newcomer_sees_the_demos_and_a_form(page):
    at = page("search")
    assert not at.exception
    assert "Search by meaning" in said(at)
    assert len([button for button in at.button if str(button.key).startswith("search_example_")]) == 4
    assert not at.button(key="search_create_go").disabled


def test_one_click_makes_fills_and_opens_a_demo_and_a_suggestion_finds(page, core):
    at = settle(page("search").button(key="search_example_meanings").click().run())
    assert not at.exception
    assert "24 documents · all-minilm-l6-v2 · 384 dimensions · cosine" in said(at)
    at = settle(at.button(key="search_try_0").click().run())
    assert at.text_input(key="q").value == "the train was late"
    assert len(hits(at)) == 10
    assert "The train was forty minutes late this morning" in hits(at)[0]
    assert "meaning: Delay" in hits(at)[0]
    [newest, *_] = core().history.search(DEFAULT)
    assert (newest.task, newest.door, newest.request["inputs"]) == (
        "embedding",
        "page",
        {"texts": ["the train was late"]},
    )
    assert f"/runs?run={newest.id}" in said(at)
    assert re.search(r"\*\*10 of 24\*\* · .*embedding .* \+ search ", said(at))
    alts = [chart.proto.alt for chart in at.get("echarts_chart")]
    assert alts == ["Map of 24 documents of demo-meanings, with a question and 10 hits"]


def test_a_csv_is_embedded_asked_filtered_and_the_link_restores_it(colours, page):
    assert not colours.exception
    assert "4 documents · hues · 4 dimensions · cosine" in said(colours)
    at = ask(colours, "red")
    assert "red red red" in hits(at)[0]
    assert "hue: warm · year: 1990" in hits(at)[0]
    assert "The same, nothing is nearer." in said(at)
    at.get_by_key("search_filter_colours_hue").set_value(["mixed", "cold"]).run()
    at = settle(at.number_input(key="search_filter_colours_year_to").set_value(2010).run())
    wanted = {
        "AND": [
            {"field": "hue", "operator": "in", "value": ["mixed", "cold"]},
            {"field": "year", "operator": "lte", "value": 2010},
        ]
    }
    assert json.loads(at.text_area(key="filters").value) == wanted
    assert [("red green" in hit, "blue" in hit) for hit in hits(at)] == [(True, False), (False, True)]
    again = settle(page("search", namespace="colours", q="red", k="10", filters=json.dumps(wanted)))
    assert hits(again) == hits(at)
    assert again.get_by_key("search_filter_colours_hue").value == ["mixed", "cold"]
    assert again.number_input(key="search_filter_colours_year_to").value == 2010


def test_hits_go_home_as_csv_and_as_json_lines(colours):
    at = ask(colours, "red")
    outcome = list(at.session_state["search_outcomes"].values())[-1].value
    rows = list(csv.DictReader(io.StringIO(as_csv(outcome).decode("utf-8-sig"))))
    assert list(rows[0]) == ["rank", "document_id", "score", "why", "payload.text", "payload.hue", "payload.year"]
    assert (rows[0]["rank"], rows[0]["payload.text"], rows[0]["payload.year"]) == ("1", "red red red", "1990")
    assert rows[0]["why"] == "1st place: cosine 1.000, the same; nothing is nearer."
    lines = [json.loads(line) for line in as_jsonl(outcome).decode().splitlines()]
    assert [line["document_id"] for line in lines] == outcome.ids
    assert lines[0]["searches"] == [{"index": "hues", "rank": 1, "score": 1.0, "contribution": 1.0}]
    assert lines[0]["payload"] == {"text": "red red red", "hue": "warm", "year": 1990}


def test_filters_that_are_wrong_are_said_and_not_applied(colours):
    at = ask(colours, "red")
    at.text_area(key="filters").set_value('{"field": "hue", "operator": "like", "value": "w"}').run()
    assert "`like` is not understood" in said(at)
    assert len(hits(at)) == 4
    at.text_area(key="filters").set_value("{").run()
    assert "The filters are no JSON" in said(at)


@pytest.mark.slow
def test_ones_own_vectors_are_asked_by_a_vector_and_by_a_document_and_words_after_a_promotion(tiny, page):
    at = page("search")
    at.text_input(key="search_name").set_value("own")
    at.get_by_key("search_vectors").set_value("My own vectors").run()
    at.number_input(key="search_dimension").set_value(3)
    at = fill(at.button(key="search_create_go").click().run(), "own.jsonl", VECTORS)
    assert "3 documents · `embedding` · 3 dimensions · cosine · your own vectors" in said(at)
    assert at.get_by_key("search_by").options == ["Vector", "Like this one"]
    at = settle(at.text_area(key="search_by_vector").set_value("1 0 0").run())
    assert ["first" in hits(at)[0], "second" in hits(at)[1], "third" in hits(at)[2]] == [True, True, True]
    assert "cosine 0.800" in hits(at)[1]
    at.text_area(key="search_by_vector").set_value("[1, 0]").run()
    assert "The vector has 2 numbers, and 3 are expected; paste one of the same model." in said(at)
    at.selectbox(key="search_promote_embedding").set_value("local/hues").run()
    at.button(key="search_promote").click().run()
    assert "makes vectors of 4 dimensions and the index `embedding` has 3" in said(at)


def test_a_promoted_namespace_is_asked_by_words(tiny, page):
    where = scope("brought")
    library().store.create(Namespace(where.owner, where.namespace, (Index("embedding", 4),)))
    library().write(where, [Document("a", {"embedding": [1, 0, 0, 0]}), Document("b", {"embedding": [0, 0, 1, 0]})])
    at = page("search")
    at.selectbox(key="search_promote_embedding").set_value("local/hues").run()
    at = ask(at.button(key="search_promote").click().run(), "blue")
    assert "**1** :gray-badge[cosine 1.000]" in hits(at)[0]
    assert hits(at)[0].endswith("\nb")


def test_what_is_wrong_with_a_row_is_said_by_its_number_and_nothing_is_put_in(tiny, page):
    at = page("search")
    at.text_input(key="search_name").set_value("own")
    at.get_by_key("search_vectors").set_value("My own vectors").run()
    at.number_input(key="search_dimension").set_value(2)
    at = fill(at.button(key="search_create_go").click().run(), "own.jsonl", VECTORS)
    assert "Row 1 has a vector of 3 numbers, and this namespace takes 2." in said(at)
    at = fill(at, "own.jsonl", VECTORS.replace(b"[0.8, 0.6, 0]", b'"0.8 zwei 0"'))
    assert "Row 2: the vector cannot be read; `zwei` is no number" in said(at)
    assert space("own").count == 0


def test_a_name_that_is_none_or_taken_is_refused_in_words(colours):
    at = create(colours, "my texts")
    assert "`my texts` is no name: use 1 to 128 letters" in said(at)
    at.text_input(key="search_name").set_value("colours").run()
    at.button(key="search_create_go").click().run()
    assert "there is a namespace `colours` already" in said(at).replace("There", "there")


def test_two_embedders_are_fused_and_each_rank_is_explained(tiny, page):
    at = page("search")
    at.text_input(key="search_name").set_value("both")
    at.selectbox(key="search_new_model").set_value("hues")
    at.toggle(key="search_two").set_value(True).run()
    at.selectbox(key="search_also_model").set_value("tones").run()
    at = fill(at.button(key="search_create_go").click().run(), "colours.csv", COLOURS)
    at = ask(at, "red")
    assert ":gray-badge[RRF 0.0328]" in hits(at)[0]
    assert "1st in `hues` (cosine 1.000) gives 0.0164, 1st in `tones` (cosine 1.000) gives 0.0164; together" in said(at)
    at = settle(at.get_by_key("search_using").set_value("both#tones").run())
    assert ":gray-badge[cosine 1.000]" in hits(at)[0]
    at = settle(at.get_by_key("search_with").set_value("both").run())
    assert "**Both found 4 of 4** (overlap 100%; chance would give 100%)" in said(at)
    assert "both, only tones" in said(at)


def test_two_namespaces_side_by_side(colours, page):
    where = scope("other")
    library().store.create(
        Namespace(where.owner, "other", (Index("hues", 4),), mode="managed", services={"hues": "local/hues"})
    )
    ours = library().store.documents(where.owner, "colours", vectors=True)
    kept = [each for each in ours if each.payload["hue"] != "cold"]
    library().write(where, [*kept, Document("new", {"hues": [1, 0.1, 0, 0]}, {"text": "rosy"})])
    at = settle(page("search", namespace="colours", q="red"))
    at = settle(at.get_by_key("search_with").set_value("other").run())
    assert "**Both found 3 of 4** (overlap 75%; chance would give 100%)" in said(at)
    assert "Only A: 1. Only B: 1." in said(at)
    assert ":orange-badge[only here]" in next(card for card in hits(at) if "blue" in card)
    assert ":green-badge[same place in B]" in hits(at)[0]
    assert ":gray-badge[:material/arrow_upward: 3 in B]" in next(card for card in hits(at) if "red green" in card)
    assert settle(page("search", namespace="colours", q="red", **{"with": "other"})).query_params["with"] == "other"


def test_a_search_is_kept_as_a_retriever_run_and_deleted(colours):
    at = ask(colours, "red")
    at.button(key="search_save_go").click().run()
    assert "Give it a name." in said(at)
    at.text_input(key="search_save_name").set_value("by-hue").run()
    at = settle(at.button(key="search_save_go").click().run())
    [kept] = library().retrievers.all(scope("colours"))
    assert (kept.name, kept.inputs) == ("by-hue", {"query": {"type": "text", "required": True}})
    assert at.get_by_key("search_using").value == f"colours/{kept.id}"
    sent = list(at.session_state["search_outcomes"].values())[-1].value.post
    assert (sent.path, sent.body) == (f"/v1/retrievers/{kept.id}/execute", {"inputs": {"query": "red"}, "limit": 10})
    assert "red red red" in hits(at)[0]
    at = settle(at.get_by_key("search_by").set_value("document").run())
    at = settle(at.get_by_key("search_like").set_value(space("colours").documents(1)[0].id).run())
    assert "the retriever `by-hue` takes text input, and this is like this one" in said(at).replace("The", "the")
    at.button(key=f"search_forget_{kept.id}").click().run()
    assert library().retrievers.all(scope("colours")) == []


def test_more_like_this_asks_by_the_document(colours):
    at = ask(colours, "blue")
    at = settle(at.button(key="search_hit_1_like").click().run())
    assert at.get_by_key("search_by").value == "document"
    assert "blue" in hits(at)[0]
    assert at.query_params["by"] == "document"


@pytest.mark.slow
def test_images_are_shown_and_asked_by_one_of_them(page):
    at = settle(page("search").button(key="search_example_shapes").click().run())
    assert "24 documents · colour-and-edges" in said(at)
    at.get_by_key("search_by").set_value("document").run()
    at = settle(at.get_by_key("search_like").set_value("red-circle").run())
    assert "generated red circle" in hits(at)[0].replace("\\", "")
    assert len(at.get("image")) == 10, sorted({each.type for each in at.main})


def test_an_embeddings_run_goes_in_with_its_vectors(colours, core):
    from playground.contract import RawInferenceRequest

    request = RawInferenceRequest(provider="local", model="hues", inputs={"texts": ["red blue", "green blue"]})
    run = core().start(request, door="page").wait()
    colours.get_by_key("search_way").set_value("Embeddings run").run()
    colours.selectbox(key="search_run").set_value(run.id).run()
    before = len(core().history.search(DEFAULT))
    at = settle(colours.button(key="search_fill").click().run())
    assert "6 documents" in said(at)
    assert len(core().history.search(DEFAULT)) == before


@pytest.fixture
def remote(environment, page, replay):
    """A page on an empty namespace whose embedder, of 2 dimensions, is played by the replay server."""
    environment(OPENAI_API_KEY="sk-search-test-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))
    where = scope("far")
    services = {"far": "openai/text-embedding-3-small"}
    library().store.create(Namespace(where.owner, "far", (Index("far", 2),), mode="managed", services=services))
    return page("search")


def vectors(*found: list[float]) -> Answer:
    return Answer.json({"data": [{"embedding": each, "index": row} for row, each in enumerate(found)], "model": "m"})


def paste(at, count: int):
    at.text_area(key="search_lines").set_value("\n".join(f"line {row}" for row in range(count))).run()
    return at.button(key="search_fill").click().run()


def test_a_provider_that_fails_names_the_rows_and_what_is_in_stays(remote, replay):
    first = vectors(*([1.0, row / 100] for row in range(filling.PIECE)))
    broken = Answer.json({"error": {"message": "overloaded"}}, 500)
    replay.on("POST", "/v1/embeddings", first, broken, vectors([0.0, 1.0], [0.0, 1.0]))
    at = settle(paste(remote, filling.PIECE + 2))
    assert f"**{filling.PIECE} of {filling.PIECE + 2} documents are in.**" in said(at)
    assert f"Rows {filling.PIECE + 1} to {filling.PIECE + 2} could not be put in" in said(at)
    at = settle(at.button(key="search_go_on").click().run())
    assert f"{filling.PIECE + 2} documents" in said(at)
    assert library().store.count(scope("far").owner, "far", equal("text", "line 65")) == 1


@pytest.mark.slow
def test_one_row_that_a_provider_refuses_is_named(remote, replay):
    refused = Answer.json({"error": {"message": "no"}}, 400)
    replay.on("POST", "/v1/embeddings", refused, vectors([1.0, 0.0]), refused)
    at = settle(paste(remote, 3))
    assert "**0 of 3 documents are in.** Row 2 could not be put in" in said(at)


@pytest.mark.slow
def test_a_filling_and_a_search_that_take_long_say_so_and_can_be_stopped(remote, replay):
    silent = Answer(pieces=(), then="hang")
    replay.on("POST", "/v1/embeddings", silent)
    at = paste(remote, 3)
    assert next(bar.proto.text for bar in at.get("progress")).startswith(
        ":small[:shimmer[Embedding and storing] · 0 of 3"
    )
    at = settle(at.button(key="search_filling_stop").click().run())
    assert "**0 of 3 documents are in.** You stopped it." in said(at)
    library().write(scope("far"), [Document("a", {"far": [1, 0]}, {"text": "there already"})])
    at.button(key="search_leave").click().run()
    at.text_input(key="q").set_value("anything").run()
    assert ":shimmer[Searching]" in said(at)
    at = settle(at.button(key="search_find__stop").click().run())
    assert "**Stopped**" in said(at)
    replay.on("POST", "/v1/embeddings", vectors([1.0, 0.0]))
    at = settle(at.button(key="search_find__retry").click().run())
    assert "there already" in hits(at)[0]


def pasting() -> None:
    """The form without the page around it, filled with what is under `code`."""
    import streamlit as st

    from playground.errors import BadRequestError
    from playground.pasted import sought
    from playground.ui.search.pasting import put

    found = sought(st.session_state["code"])
    assert found is not None
    try:
        put(found)
    except BadRequestError as error:
        st.markdown(error.message)


def test_a_pasted_search_fills_the_form(colours, page):
    at = ask(colours, "red green")
    asked = execution(post(target("colours", "text", None), Question("text", "blue", 5)).body, "colours")
    form = AppTest.from_function(pasting)
    form.session_state["code"] = as_curl(asked, "http://127.0.0.1:8501")
    form.run()
    assert not form.exception
    for key, value in {"q": "blue", "k": 5, "search_by": "text", "filters": ""}.items():
        assert form.session_state[key] == value
        at.session_state[key] = value
    assert "blue" in hits(settle(at.run()))[0]
    form.session_state["code"] = as_curl(replace(asked, namespace="elsewhere"), "http://127.0.0.1:8501")
    assert "there is no namespace `elsewhere` here" in form.run().markdown[0].value


def test_a_namespace_is_deleted_with_what_is_in_it(colours):
    at = colours.button(key="search_delete").click().run()
    assert not at.exception
    assert space("colours") is None
    assert "Search by meaning" in said(at)


def test_a_link_to_what_is_not_there_says_so_and_shows_what_is(colours, page):
    at = page("search", namespace="gone")
    assert "There is no namespace `gone` here" in said(at)
    assert at.selectbox(key="namespace").value == "colours"


@pytest.mark.slow
def test_a_plugin_embeds_as_any_model_does(environment, page, tmp_path):
    body = (
        'texts = inputs.get("texts") or [inputs["text"]]\n'
        'return {"embeddings": [[1.0, 2.0, float(len(text))] for text in texts]}'
    )
    write(tmp_path / "plugins" / "lengths", "lengths", body)
    environment(PLAYGROUND_PLUGINS_DIR=str(tmp_path / "plugins"))
    at = page("search")
    at.text_input(key="search_name").set_value("measured")
    at.selectbox(key="search_new_provider").set_value("plugin").run()
    at = at.button(key="search_create_go").click().run()
    assert "lengths_1_0_0 · 3 dimensions" in said(at)
    at = settle(paste(at, 2), rounds=200)
    at = settle(ask(at, "line 7"), rounds=200)
    assert "cosine 1.000" in hits(at)[0]


@pytest.fixture
def far(environment, tmp_path, tiny):
    """Another playground as the hosted server, with one document and one retriever; the retriever's id."""
    with serve(tmp_path / "far", PLAYGROUND_MODELS_DIR=tmp_path / "models") as served:
        there, where = served.runs.library, Scope(fingerprint(served.key), "colours")
        services = {"hues": "local/hues"}
        there.store.create(Namespace(where.owner, "colours", (Index("hues", 4),), "managed", services=services))
        there.write(where, [Document("far-away", {"hues": [1, 0.5, 0, 0]}, {"text": "a red star"})])
        query = {"input_mode": "text", "value": "{{INPUT.words}}"}
        kept = adhoc([{"feature_uri": "hues", "query": query}])
        environment(MIXPEEK_BASE_URL=f"{served.url}/v1", MIXPEEK_API_KEY=served.key, MIXPEEK_NAMESPACE="colours")
        yield there.retrievers.create(where, replace(kept, name="stars")).id, served.url


@pytest.mark.slow
def test_another_server_is_asked_by_its_own_retriever_and_by_this_pages_request(far, colours, page, core):
    retriever, url = far
    at = ask(colours, "red")
    at = settle(at.get_by_key("search_with").set_value(f"colours@mixpeek/{retriever}").run())
    assert not at.exception
    assert "stars at Mixpeek" in said(at)
    assert "**1 hit** · " in said(at)
    assert url in said(at)
    assert "**Both found 0 of 4** (overlap 0%). Only A: 4. Only B: 1." in said(at)
    at = settle(at.get_by_key("search_with").set_value("-").run())
    at = settle(at.get_by_key("search_using").set_value("colours@mixpeek").run())
    [hit] = hits(at)
    assert "a red star" in hit
    assert "cosine 0.894" in hit
    run = core().history.glance("default", task="search")[0]
    assert (run.provider, run.model, run.status) == ("mixpeek", "retrievers/execute", "done")
    assert f"[run](/runs?run={run.id}) · [receipt](/receipt?run={run.id})" in said(at)
    for name in ("runs", "receipt"):
        told = page(name, run=run.id)
        assert not told.exception
        assert ":gray-badge[search]" in said(told)
        assert "far-away" in str(told.dataframe[0].value)
        assert [each.value for each in told.metric if each.label == "Documents"] == ["1"]
