"""The Embeddings page: texts in by every way, one run in the core, the map and all that is read from it."""

import csv
import io
import json
import re
import time

import numpy as np
import pytest

from playground import samples
from playground.batch import CHUNK
from playground.contract import RawInferenceRequest
from playground.neighbours import nearest
from playground.projector import project
from playground.record import RunRecord
from playground.texts import LIMIT, Table
from playground.ui.embeddings.batch import LONG
from playground.ui.embeddings.batched import as_jsonl as as_batch_jsonl
from playground.ui.embeddings.batched import as_npz as as_batch_npz
from playground.ui.embeddings.batched import sampled
from playground.ui.embeddings.download import as_csv, as_jsonl, as_npz
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.panel import trimmed
from playground.ui.embeddings.shelf import Rows
from tests.pages.conftest import settle
from tests.replay import Answer

REVIEWS = (
    b"id,review,stars,mood\n1,The soup was cold.,1,bad\n2,Lovely staff and warm bread.,5,good\n"
    b"3,,4,good\n4,We waited an hour.,2,bad\n5,The bread is the best in town.,5,good\n"
)


def said(at) -> str:
    """Everything that stands on the page."""
    return "\n".join(str(element.value) for kind in (at.markdown, at.caption, at.info, at.error) for element in kind)


def chart(at):
    """The map's alt text and option."""
    [found] = [each for each in at.get("echarts_chart") if each.key.startswith("embeddings_map_")]
    return found.proto.alt, json.loads(found.proto.spec)


def write(at, text: str):
    at.text_area(key="embeddings_lines").set_value(text)
    return settle(at.button(key="embeddings_go").click().run())


def upload(at, name: str, data: bytes):
    at.get_by_key("embeddings_way").set_value("Upload").run()
    return at.file_uploader[0].upload(name, data).run()


@pytest.fixture
def sample(page):
    """The page after a click on the first example."""
    at = settle(page("embeddings").button(key="embeddings_example_topics").click().run())
    assert not at.exception
    return at


def test_a_newcomer_sees_what_can_be_done(page):
    at = page("embeddings")
    assert not at.exception
    assert "Map texts and images" in said(at)
    titles = {button.label.split("**")[1] for button in at.button if str(button.key).startswith("embeddings_example_")}
    assert titles == {"Shapes and colours", *(each.title for each in samples.SAMPLES)}
    assert not at.button(key="embeddings_go").disabled


def test_one_click_on_an_example_is_a_run_and_a_map(sample, core):
    [run] = core().history.search("default")
    assert (run.task, run.status, run.door, run.provider) == ("embedding", "done", "page", "local")
    assert run.request["inputs"] == {"texts": samples.texts(samples.SAMPLES[0]).columns["text"]}
    assert "96 texts · 384 dimensions" in said(sample)
    assert f"{run.prompt_tokens:,} in" in said(sample)
    assert "free" in said(sample)
    alt, option = chart(sample)
    assert re.fullmatch(r"Map of 96 texts by (PCA|UMAP), coloured by topic", alt)
    groups = [series["name"] for series in option["series"] if not series["id"].startswith("mark: ")]
    assert groups == ["Space", "Cooking", "Sport", "Money", "Health", "Gardening", "Software", "Music"]


@pytest.mark.slow
def test_umap_takes_the_place_of_pca_when_it_is_ready_and_both_can_be_chosen(page, core):
    at = write(page("embeddings"), "\n".join(f"Map the text number {row} of these" for row in range(30)))
    assert chart(at)[0] == "Map of 30 texts by PCA"
    assert "Computing UMAP" in said(at)
    [run] = core().history.search("default")
    drawn = project(run.response["data"]["embeddings"], "umap").result()
    at.run()
    alt, option = chart(at)
    assert alt == "Map of 30 texts by UMAP"
    assert option["xAxis"]["max"] > drawn.coordinates[:, 0].max()
    assert "Computing UMAP" not in said(at)
    assert "Trustworthiness **0." in said(at)
    at.get_by_key("embeddings_method").set_value("pca").run()
    assert chart(at)[0] == "Map of 30 texts by PCA"
    assert "of the variance" in said(at)


def test_skipped_umap_says_so_and_can_be_asked_for_again(page, core):
    at = write(page("embeddings"), "\n".join(f"Skip this text number {row}, please" for row in range(40)))
    at.button(key="embeddings_umap_skip").click().run()
    [run] = core().history.search("default")
    drawing = project(run.response["data"]["embeddings"], "umap")
    assert drawing.failure() or drawing.exception()
    at.run()
    assert "Shown by PCA: the map was stopped" in said(at)
    at.button(key="embeddings_umap_again").click().run()
    assert "Shown by PCA" not in said(at)
    again = project(run.response["data"]["embeddings"], "umap")
    assert again is not drawing
    again.cancel()


def test_colour_and_rings(sample):
    sample.get_by_key("embeddings_method").set_value("pca").run()
    sample.selectbox(key="embeddings_colour").set_value("characters").run()
    alt, option = chart(sample)
    assert alt.endswith("coloured by characters")
    assert option["visualMap"]["type"] == "continuous"
    sample.selectbox(key="embeddings_colour").set_value("nothing").run()
    assert chart(sample)[0] == "Map of 96 texts by PCA"
    sample.get_by_key("embeddings_rings").set_value(True).run()
    rings = next(s for s in chart(sample)[1]["series"] if s["id"] == "mark: false neighbours")
    assert f"{len(rings['data'])} of 96 dots have mostly false neighbours" in said(sample)
    assert len(rings["data"]) > 0


def test_neighbours_come_from_the_original_space(sample, core):
    sample.selectbox(key="embeddings_focus").set_value(3).run()
    [run] = core().history.search("default")
    near = nearest(run.response["data"]["embeddings"], 10, [3])
    texts = run.request["inputs"]["texts"]
    table = sample.dataframe[0].value
    topics = samples.texts(samples.SAMPLES[0]).columns["topic"]
    assert table["Text"].tolist() == [f"{texts[row]} · {topics[row]}" for row in near.indices[0]]
    assert np.allclose(table["Cosine"], near.cosines[0], atol=1e-5)
    lines = next(series for series in chart(sample)[1]["series"] if series["id"] == "mark: neighbours")
    assert len(lines["data"]) == 10


def test_without_a_text_in_focus_the_closest_pairs_are_shown(sample, core):
    [run] = core().history.search("default")
    best = float(nearest(run.response["data"]["embeddings"], 1).cosines.max())
    assert sample.dataframe[0].value["Cosine"].iloc[0] == pytest.approx(best, abs=1e-5)


def test_selected_rows_are_a_table_and_a_matrix(sample):
    sample.session_state["embeddings_selected"] = [0, 5, 90]
    sample.run()
    assert "**3 selected**" in said(sample)
    table = sample.dataframe[1].value
    assert table["topic"].tolist() == ["Space", "Space", "Music"]
    sample.session_state["embeddings_similarity"] = True
    sample.run()
    assert "The 3 selected texts. Ordered by `topic`." in said(sample)
    sample.button(key="embeddings_unselect").click().run()
    assert "selected**" not in said(sample)
    assert "All 96 texts. Ordered by `topic`." in said(sample)


def test_pasted_lines_are_sent_as_they_are_and_stay_in_the_box(page, core):
    at = write(page("embeddings"), "One about a cat\n\n  Two about a dog \nThree about rain")
    [run] = core().history.search("default")
    assert run.request["inputs"] == {"texts": ["One about a cat", "Two about a dog", "Three about rain"]}
    assert "parameters" not in run.request, "nothing that was not set is sent"
    assert "UMAP needs at least 5 points and there are 3" in said(at)
    at.switch_page("settings.py").run()
    at.switch_page("embeddings.py").run()
    assert at.text_area(key="embeddings_lines").value == "One about a cat\n\n  Two about a dog \nThree about rain"
    assert "3 texts" in said(at)
    assert at.query_params["run"] == run.id


def test_a_link_shows_the_run_to_another_viewer(sample, page, core):
    [run] = core().history.search("default")
    other = page("embeddings", run=run.id)
    assert "96 texts" in said(other)
    assert other.selectbox(key="embeddings_colour").value == "topic"
    assert other.text_area(key="embeddings_lines").value.startswith("The rover climbed")
    assert len(core().history.search("default")) == 1


def test_links_that_show_nothing_say_why(page, core):
    at = page("embeddings", run="run_none")
    assert "There is no run `run_none`" in said(at)
    assert "Map texts and images" in said(at)
    chat = page("chat")
    settle(chat.button(key="chat_example_0").click().run())
    [run] = core().history.search("default")
    assert "made no embeddings" in said(page("embeddings", run=run.id))


def test_new_puts_the_run_away_and_keeps_what_was_pasted(page):
    at = write(page("embeddings"), "a\nb")
    at.button(key="embeddings_new").click().run()
    assert "Map texts and images" in said(at)
    assert at.text_area(key="embeddings_lines").value == "a\nb"
    assert "run" not in at.query_params


def test_nothing_to_embed_says_what_to_do(page, core):
    at = write(page("embeddings"), " \n ")
    assert "There is no text yet; write at least one line" in said(at)
    at.get_by_key("embeddings_way").set_value("Upload").run()
    at.button(key="embeddings_go").click().run()
    assert "There is no file yet" in said(at)
    assert core().history.search("default") == []


def test_one_text_has_a_vector_and_no_map(page):
    at = write(page("embeddings"), "All alone")
    assert "Add a second line" in said(at)
    assert "1 text · 384 dimensions" in said(at)
    assert not list(at.get("echarts_chart"))


def test_equal_texts_have_a_map(page):
    at = write(page("embeddings"), "\n".join(["The same sentence again."] * 8))
    assert not at.exception
    assert at.dataframe[0].value["Cosine"].tolist() == [1.0] * len(at.dataframe[0].value)


def test_a_file_with_labels(page, core):
    at = upload(page("embeddings"), "reviews.csv", REVIEWS)
    assert not at.exception
    assert at.selectbox(key="embeddings_column").value == "review"
    assert "`reviews.csv` · 5 rows · 4 columns" in said(at)
    settle(at.button(key="embeddings_go").click().run())
    [run] = core().history.search("default")
    assert len(run.request["inputs"]["texts"]) == 4
    assert "1 row without text left out" in said(at)
    assert "**reviews.csv** · 4 texts" in said(at)
    assert at.selectbox(key="embeddings_colour").value == "mood"
    assert at.selectbox(key="embeddings_colour").options == ["nothing", "mood", "id", "stars", "characters"]
    at.switch_page("settings.py").run()
    at.switch_page("embeddings.py").run()
    assert "`reviews.csv` · 5 rows" in said(at), "the file that was read is not forgotten"
    at.selectbox(key="embeddings_column").set_value("mood").run()
    settle(at.button(key="embeddings_go").click().run())
    assert core().history.search("default")[0].request["inputs"]["texts"] == ["bad", "good", "good", "bad", "good"]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("numbers.csv", b"id,price\n1,2\n", "No column holds text (there are `id`, `price`)"),
        ("broken.csv", b"text,topic\na,b,c\n", "Line 2 has 3 cells"),
        ("broken.jsonl", b'{"text": "a"}\nno\n', "Line 2 is not JSON"),
        ("empty.csv", b"", "The file has no rows below its first line"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(page, core, name, data, sentence):
    at = upload(page("embeddings"), name, data)
    assert not at.exception
    assert sentence in said(at)
    at.button(key="embeddings_go").click().run()
    assert not at.exception
    assert core().history.search("default") == []


@pytest.fixture
def openai(environment, replay):
    environment(OPENAI_API_KEY="sk-embeddings-test-0123", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("GET", "/v1/models", Answer.json({"object": "list", "data": [{"id": "text-embedding-3-small"}]}))
    return replay


def embeddings(count: int) -> Answer:
    """`count` vectors in the shape of OpenAI's reference, `tests/golden/README.md`; made up here."""
    rows = [{"object": "embedding", "index": row, "embedding": [1.0, row / count]} for row in range(count)]
    return Answer.json(
        {"object": "list", "data": rows, "model": "text-embedding-3-small", "usage": {"prompt_tokens": 9}}
    )


def choose_openai(at):
    at.selectbox(key="embeddings_provider").set_value("openai").run()
    return at.selectbox(key="embeddings_model").set_value("text-embedding-3-small").run()


def test_a_failed_run_says_why_and_keeps_the_texts(page, openai):
    openai.on("POST", "/v1/embeddings", Answer.json({"error": {"message": "Slow down"}}, 429, {"retry-after": "7"}))
    at = write(choose_openai(page("embeddings")), "one\ntwo")
    assert "The rate limit is reached" in said(at)
    assert at.text_area(key="embeddings_lines").value == "one\ntwo"
    openai.on("POST", "/v1/embeddings", embeddings(2))
    settle(at.button(key="embeddings_run_retry").click().run())
    assert "2 texts · 2 dimensions" in said(at)
    assert [request.json["input"] for request in openai.requests if request.method == "POST"] == [["one", "two"]] * 2


def test_of_more_rows_than_a_map_takes_some_are_drawn_and_it_says_so():
    table = Table({"text": [f"text {row}" for row in range(LIMIT + 1)]})
    rows, places = sampled(Rows(table, "text", "many.csv", note="before"))
    assert rows.note == "before; of 20,001 rows 20,000 were drawn at random, the same each time"
    assert rows.texts == [f"text {place}" for place in places]


def test_many_texts_are_a_batch_that_is_stopped_and_goes_on_from_there(page, core, openai):
    hang = Answer(pieces=(b" ",), then="hang", headers={"Content-Type": "application/json"})
    openai.on("POST", "/v1/embeddings", embeddings(CHUNK), hang)
    rows = "".join(f"{row},text number {row},{row % 2}\n" for row in range(LONG + 1))
    at = upload(choose_openai(page("embeddings")), "many.csv", f"n,text,half\n{rows}".encode())
    at.button(key="embeddings_go").click().run(timeout=60)
    [batch] = core().batches.recent()
    assert at.query_params["batch"] == batch.id
    while core().batches.get(batch.id).done < CHUNK:
        time.sleep(0.02)
    at.button(key="embeddings_batch_stop").click().run()
    core().batches.wait(batch.id)
    at.run()
    assert f"Stopped at {CHUNK} of {LONG + 1:,} texts. They are kept." in said(at)
    again = page("embeddings")
    assert f"**many.csv** did not come to its end  \n:small[:gray[text-embedding-3-small · {CHUNK} of" in said(again)
    chunks = [CHUNK] * (LONG // CHUNK - 1) + [(LONG + 1) % CHUNK]
    openai.on("POST", "/v1/embeddings", *map(embeddings, chunks))
    again.button(key=f"{batch.id}_resume").click().run()
    core().batches.wait(batch.id)
    again.run(timeout=60)
    assert not again.exception
    assert f"**many.csv** · {LONG + 1:,} texts · 2 dimensions · text-embedding-3-small" in said(again)
    assert chart(again)[0].startswith(f"Map of {LONG + 1:,} texts by")
    assert again.selectbox(key="embeddings_colour").options[:2] == ["nothing", "n"]
    assert core().history.search("default") == []
    done = core().batches.get(batch.id)
    lines = [json.loads(line) for line in as_batch_jsonl(done).splitlines()]
    assert lines[CHUNK + 1] == {"index": CHUNK + 1, "text": f"text number {CHUNK + 1}", "embedding": [1, 1 / CHUNK]}
    with np.load(io.BytesIO(as_batch_npz(done)), allow_pickle=False) as archive:
        assert (archive["embeddings"].shape, len(archive["texts"])) == ((LONG + 1, 2), LONG + 1)
    project(core().batches.vectors(batch.id), "umap").cancel()
    again.button(key="embeddings_batch_drop").click().run()
    assert core().batches.recent() == []
    assert "Map texts and images" in said(again)


def test_a_batch_that_failed_or_is_not_there_says_why(page, core, openai):
    openai.on("POST", "/v1/embeddings", Answer.json({"error": {"message": "Slow down"}}, 429))
    texts = [f"text number {row}" for row in range(LONG + 1)]
    request = RawInferenceRequest(provider="openai", model="text-embedding-3-small", inputs={"texts": texts})
    id_ = core().batches.start(request)
    core().batches.wait(id_)
    at = page("embeddings", batch=id_)
    assert "The rate limit is reached" in said(at)
    openai.on("POST", "/v1/embeddings", Answer(pieces=(b" ",), then="hang"))
    at.button(key="embeddings_batch_retry").click().run()
    assert core().batches.get(id_).state == "running"
    assert core().batches.stop(id_)
    assert "There is no batch `batch_none`" in said(page("embeddings", batch="batch_none"))


@pytest.fixture
def found():
    """Three rows with vectors, as after a run."""
    table = Table({"text": ["one", "zwei, drei", "=4"], "n": [1, None, 3]})
    vectors = [[1.0, 0.25, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    request = {"inputs": {"texts": table.columns["text"]}}
    run = RunRecord(
        "run_x", 0.0, "default", "page", "embedding", "local", "m", "done", request, {"data": {"embeddings": vectors}}
    )
    return Embedded(run, Rows(table, "text", "three"))


def test_downloads_hold_rows_places_and_vectors(found):
    rows = list(csv.DictReader(io.StringIO(as_csv(found, [2, 0]).decode("utf-8-sig"))))
    places = project(found.vectors, "pca").result().coordinates
    assert [(row["text"], row["n"]) for row in rows] == [("=4", "3"), ("one", "1")]
    assert [float(row["pca_x"]) for row in rows] == pytest.approx(places[[2, 0], 0].tolist())
    lines = [json.loads(line) for line in as_jsonl(found).splitlines()]
    assert lines[1] == {"text": "zwei, drei", "n": None, "embedding": [0.0, 1.0, 0.0]}
    with np.load(io.BytesIO(as_npz(found)), allow_pickle=False) as archive:
        assert archive["embeddings"].dtype == np.float32
        assert np.array_equal(archive["embeddings"], found.vectors)
        assert archive["texts"].tolist() == ["one", "zwei, drei", "=4"]
        assert archive["pca"].shape == (3, 2)


def test_long_lists_are_shown_by_their_beginning():
    assert trimmed({"a": [1, 2, 3], "b": [[1, 2], "x"]}, 2) == {"a": [1, 2, "… and 1 more"], "b": [[1, 2], "x"]}
