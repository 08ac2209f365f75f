"""Runs: every run is found, opened by its link, counted in the charts; live ones are seen and stopped."""

import io
import json
import math
import struct
import time
import wave
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.record import RunRecord, Timings
from playground.run import Run
from playground.runs import Runs
from playground.store.rollup import Span
from playground.ui.chart import CHARTS, LINES, figure, named, rows
from playground.ui.history import PAGE
from tests.pages.conftest import settle
from tests.replay import Answer, ReplayServer, event
from tests.runs import chat, synthetic

Page = Callable[..., AppTest]
Core = Callable[[], Runs]


def keep(core: Core, *records: RunRecord) -> None:
    for record in records:
        core().history.record(record)


def many(core: Core, count: int) -> None:
    now = time.time()
    keep(core, *(chat(f"run_{number:03}", f"Question {number}", created_at=now - number) for number in range(count)))


def questions(at: AppTest) -> list[str]:
    return list(at.dataframe[0].value["Question"])


def texts(at: AppTest) -> str:
    """Everything that is written on the page."""
    kinds = (at.markdown, at.caption, at.code, at.metric, at.table, at.dataframe)
    return "\n".join(str(getattr(each, "value", "")) for kind in kinds for each in kind)


def shown(at: AppTest) -> set[str]:
    return {str(button.key) for button in at.button}


class TestHistory:
    """The table."""

    def test_an_empty_history_offers_a_first_run(self, page: Page, core: Core):
        at = page("runs")
        assert "No runs yet" in texts(at)
        at.button(key="runs_example_first").click().run()
        at = settle(at)
        (run,) = core().history.search("default")
        assert at.query_params["run"] == run.id
        assert run.status == "done"
        assert run.response["data"]["text"][:40] in texts(at)

    def test_newest_first_with_what_it_took(self, page: Page, core: Core):
        now = time.time()
        keep(
            core,
            chat("a", "Old?", created_at=now - 60, prompt_tokens=3, completion_tokens=4, cost=0.0),
            chat("b", "New?", created_at=now, model="m", cost=0.00012, timings=Timings(0, 250.0, 400.0, 1500.0)),
            chat("c", "Newest?", created_at=now + 1, status="failed", response=None),
            chat("d", "Theirs?", namespace="theirs"),
        )
        table = page("runs").dataframe[0].value
        assert list(table["Question"]) == ["Newest?", "New?", "Old?"]
        assert list(table["Status"]) == [["failed"], ["done"], ["done"]]
        assert list(table["Total"]) == [0.01, 1.5, 0.01]
        assert list(table["TTFT"])[1:] == [0.25, 0.005]
        assert list(table["Cost"])[1:] == ["$0.00012", "free"]
        assert table["Tokens"][2] == 7
        assert table["Asked"][1].timestamp() == pytest.approx(now, abs=0.001)

    def test_search_and_filters(self, page: Page, core: Core):
        keep(
            core,
            chat("a", "Which planet is red?", "Mars", provider="openai", model="gpt"),
            chat("b", "Which planet is blue?", "Neptune", status="cancelled", partial=("Nep",)),
            chat("c", "apples", task="embedding", created_at=time.time()),
        )
        at = page("runs")
        assert at.selectbox(key="runs_model").options == ["handbook", "gpt"]
        for changes, found in [
            ({"text": "PLANET mars"}, ["Which planet is red?"]),
            ({"text": "", "provider": "openai"}, ["Which planet is red?"]),
            ({"provider": None, "model": "handbook", "status": "cancelled"}, ["Which planet is blue?"]),
            ({"model": None, "status": None, "task": "embedding"}, ["apples"]),
            ({"task": None, "period": "24 hours"}, ["apples"]),
        ]:
            for name, value in changes.items():
                box = at.text_input(key="runs_text") if name == "text" else at.selectbox(key=f"runs_{name}")
                box.set_value(value)
            assert sorted(questions(at.run())) == found

    def test_nothing_found_and_back(self, page: Page, core: Core):
        many(core, 2)
        at = page("runs")
        at.text_input(key="runs_text").set_value("100%_' OR 1=1").run()
        assert "No run matches" in texts(at)
        at.button(key="runs_clear").click().run()
        assert len(questions(at)) == 2

    def test_pages(self, page: Page, core: Core):
        many(core, 2 * PAGE + 3)
        at = page("runs")
        seen = [questions(at)]
        assert at.button(key="runs_newer").disabled
        for _ in range(2):
            keep(core, chat(f"late_{len(seen)}", created_at=time.time()))
            at.button(key="runs_older").click().run()
            seen.append(questions(at))
        assert [each for page in seen for each in page] == [f"Question {number}" for number in range(2 * PAGE + 3)]
        assert at.button(key="runs_older").disabled
        at.button(key="runs_newer").click().run()
        assert questions(at) == seen[1]
        at.selectbox(key="runs_status").set_value("done").run()
        assert questions(at)[0] == "What is TTFT?", "other filters begin at the newest"


class TestOneRun:
    """`?run=<id>`."""

    def test_a_chat(self, page: Page, core: Core):
        inputs = {"system": "Be brief.", "messages": [{"role": "user", "content": "And then?"}]}
        exchange = {
            "method": "POST",
            "url": "https://api.example/v1/chat",
            "headers": {"authorization": "Bearer •••"},
            "body": {"messages": ["And then?"]},
            "status": 200,
            "request_id": "req_7",
        }
        run = chat(
            "run_7",
            text="Nothing more.",
            request={"provider": "box", "model": "m", "inputs": inputs, "parameters": {"temperature": 0.5}},
            provider="box",
            model="m",
            exchanges=(exchange,),
            timings=Timings(2.0, 120.0, 620.0, 640.0),
            prompt_tokens=1200,
            completion_tokens=51,
            cost=0.0042,
            provider_request_id="req_7",
        )
        keep(core, run)
        at = page("runs", run="run_7")
        said = texts(at)
        for part in ("box / m", "Be brief.", "And then?", "Nothing more.", "temperature 0.5", "https://api.example"):
            assert part in said, part
        assert [(each.label, each.value) for each in at.metric] == [
            ("Total", "0.64 s"),
            ("First token", "0.12 s"),
            ("Tokens", "1,251"),
            ("Cost", "$0.0042"),
        ]
        assert at.metric[1].delta == "100 tokens/s"
        facts = at.table[0].value["value"].to_dict()
        assert facts["Queued"] == "2 ms"
        assert facts["Last token"] == "after 0.62 s"
        assert facts["Provider's id"] == "`req_7`"
        assert len(at.get("page_link")) == 2, "its receipt, and Chat"

    def test_several_prompts_from_the_cache(self, page: Page, core: Core):
        data = {"texts": ["One.", "Two."], "finish_reasons": ["stop", "length"], "reasoning": ["Hm.", ""]}
        keep(core, chat("run_1", request={"inputs": {"prompts": ["1?", "2?"]}}, response={"data": data}, cached=True))
        said = texts(page("runs", run="run_1"))
        for part in ("**1.** 1?", "**2.** 2?", "**1.** One.", "**2.** Two.", "length", "Hm.", "from the cache"):
            assert part in said

    def test_vectors(self, page: Page, core: Core):
        vectors = [[math.sin(row + column) for column in range(384)] for row in range(3)]
        inputs = {"texts": ["apple", "pear", "plum"]}
        keep(
            core,
            chat(
                "run_1",
                task="embedding",
                request={"inputs": inputs},
                response={"data": {"embeddings": vectors, "dimensions": 384}},
            ),
        )
        at = page("runs", run="run_1")
        assert ("Vectors", "3 × 384") in [(each.label, each.value) for each in at.metric]
        assert list(at.dataframe[0].value["Text"]) == ["apple", "pear", "plum"]
        assert list(at.dataframe[1].value["Norm"]) == pytest.approx([math.hypot(*vector) for vector in vectors])
        (response,) = [each.value for each in at.code if "dimensions" in each.value]
        assert "… 376 more" in response
        assert len(response) < 3000

    def test_a_transcript_with_its_sound(self, page: Page, core: Core):
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(8000)
            sound.writeframes(b"".join(struct.pack("<h", number) for number in range(8000)))
        reference = core().blobs.put(file.getvalue(), "audio/wav")
        segments = [{"start": 0.0, "end": 0.5, "text": "one"}, {"start": 0.5, "end": 1.0, "text": "two"}]
        data = {"text": "one two", "language": "en", "duration": 1.0, "segments": segments}
        keep(
            core,
            chat(
                "run_1",
                task="transcription",
                request={"inputs": {"audio_base64": reference}},
                response={"data": data},
                timings=Timings(0, None, None, 250.0),
            ),
        )
        at = page("runs", run="run_1")
        assert len(at.get("audio")) == 1
        assert list(at.dataframe[0].value["Text"]) == ["one", "two"]
        assert at.metric[1].delta == "4.0 × real time"

    def test_a_sound_that_is_gone_is_said(self, page: Page, core: Core):
        keep(core, chat("run_1", task="transcription", request={"inputs": {"audio_base64": "media:" + "0" * 64}}))
        assert "no longer kept" in texts(page("runs", run="run_1"))

    def test_a_failure_with_what_had_arrived(self, page: Page, core: Core):
        fault = {"status": 429, "error": {"message": "the rate limit is reached", "type": "TooManyRequestsError"}}
        keep(core, chat("run_1", status="failed", response=None, error=fault, partial=("Half an ans",)))
        said = texts(page("runs", run="run_1"))
        assert "The rate limit is reached" in said
        assert "Half an ans" in said

    @pytest.mark.parametrize(
        "run",
        [
            chat("run_1", request={}, response={"data": None}),
            chat("run_1", task=None, status="failed", response=None, provider="", model="", timings=Timings()),
            chat("run_1", status="cancelled", response=None),
            chat("run_1", question="$x$ <script>alert(1)</script> \0 {{x}}", text=""),
            chat("run_1", response={"data": {"embedding": [], "dimensions": 0}}),
        ],
        ids=["empty", "nothing known", "stopped", "odd text", "empty vector"],
    )
    def test_any_run_can_be_opened(self, page: Page, core: Core, run: RunRecord):
        keep(core, run)
        at = page("runs", run="run_1")
        assert not at.exception
        assert "run_1" in texts(at)

    def test_no_secret_is_shown(self, page: Page, core: Core, environment: Callable[..., None]):
        environment(OPENAI_API_KEY="sk-very-secret-0123456789")
        keep(
            core,
            chat(
                "run_1", text="fine", exchanges=({"method": "POST", "url": "u", "body": "sk-very-secret-0123456789"},)
            ),
        )
        assert "sk-very-secret" not in texts(page("runs", run="run_1"))

    @pytest.mark.parametrize("id", ["run_nope", "theirs", "x" * 5000, "`*$"])
    def test_an_unknown_run(self, page: Page, core: Core, id: str):
        keep(core, chat("theirs", namespace="theirs"), chat("ours"))
        at = page("runs", run=id)
        assert "There is no run" in texts(at)
        at.button(key="runs_back").click().run()
        assert questions(at) == ["What is TTFT?"]
        assert "run" not in at.query_params


class TestLive:
    """Runs that have not ended."""

    @pytest.fixture
    def run(self, core: Core, environment: Callable[..., None], replay: ReplayServer) -> Run:
        environment(PLAYGROUND_COMPATIBLE_BOX_BASE_URL=f"{replay.url}/v1")
        piece = event({"choices": [{"index": 0, "delta": {"content": "Half"}, "finish_reason": None}]})
        replay.on("POST", "/v1/chat/completions", Answer.stream([piece], then="hang"))
        request = RawInferenceRequest(provider="box", model="m", inputs={"prompts": ["Count to a million"]})
        run = core().start(request)
        next(run.follow())
        return run

    def test_they_are_above_the_table_and_can_be_stopped(self, page: Page, core: Core, run: Run):
        at = page("runs")
        assert "Count to a million" in texts(at)
        at.button(key=f"{run.id}_stop").click().run()
        assert run.wait(10).status == "cancelled"
        at.run()
        assert f"{run.id}_stop" not in shown(at)
        assert list(at.dataframe[0].value["Status"]) == [["stopped"]]

    def test_one_is_opened_watched_and_stopped(self, page: Page, core: Core, run: Run):
        at = page("runs")
        at.button(key=f"{run.id}_open").click().run()
        assert "Half" in texts(at)
        at.button(key="runs_stop").click().run()
        assert run.wait(10).partial == ("Half",)
        said = texts(settle(at))
        assert "what had arrived is above" in said


class TestCharts:
    """Each chart and its table show what the history counts."""

    def test_every_chart_has_its_table(self, page: Page, core: Core):
        keep(core, *synthetic(200, start=time.time() - 5 * 86400, span=5 * 86400 - 60, seed=2))
        at = page("runs", runs_view="Charts")
        assert not at.exception
        assert len(at.get("echarts_chart")) == len(CHARTS)
        for element in at.get("echarts_chart"):
            assert "over the last 7 days" in str(element.proto)
        records = core().history.search("default", limit=1000)
        figures = {each.label: each.value for each in at.metric}
        assert figures["Runs"] == "200"
        assert float(figures["Failed"]) == sum(run.status == "failed" for run in records) / 200
        table = at.dataframe[0].value
        assert table["Runs"].sum() == 200
        tables = {chart.key: each.value for chart, each in zip(CHARTS, at.dataframe[1:], strict=True)}
        assert tables["cost"]["Cost"].sum() == pytest.approx(sum(run.cost or 0 for run in records))
        assert tables["errors"]["Failed"].sum() == sum(run.status == "failed" for run in records)

    def test_filters_and_periods(self, page: Page, core: Core):
        now = time.time()
        keep(core, chat("a", created_at=now - 60), chat("b", created_at=now - 20 * 86400, model="old"))
        at = page("runs", runs_view="Charts")
        assert list(at.dataframe[0].value["Model"]) == ["handbook"]
        at.selectbox(key="runs_period").set_value("30 days").run()
        assert sorted(at.dataframe[0].value["Model"]) == ["handbook", "old"]
        at.selectbox(key="runs_model").set_value("old").run()
        assert list(at.dataframe[0].value["Model"]) == ["old"]
        at.selectbox(key="runs_task").set_value("embedding").run()
        assert any("No runs in the last 30 days" in each.value for each in at.markdown)

    @pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
    def test_the_figure_says_what_the_table_says(self, core: Core, chart):
        now = time.time()
        keep(core, *synthetic(300, start=now - 86400, span=86400, seed=5))
        span = Span(now - 86400, now, 6, 2)
        periods = core().history.charts("default", span)
        names = named(core().history.charts("default", Span(now - 86400, now)))
        option, table = figure(chart, periods, span, names), rows(chart, periods, span, names)
        frame = option["dataset"]["source"].set_index("time")
        for place, (moment, model) in enumerate(zip(table["Time"], table["Model"], strict=True)):
            listed = [table[name][place] for name in chart.fields]
            if chart.bars:
                assert frame.loc[moment, model] == pytest.approx(sum(listed))
            else:
                assert [frame.loc[moment, f"{model} {name}"] for name in chart.fields] == listed
        assert len({each["name"] for each in option["series"]}) == len(names)
        json.dumps({**option, "dataset": None})

    def test_more_models_than_colours(self, page: Page, core: Core):
        now = time.time() - 60
        keep(core, *(chat(f"run_{number}", model=f"model-{number}", created_at=now) for number in range(LINES + 3)))
        at = page("runs", runs_view="Charts")
        assert len(at.dataframe[0].value) == LINES + 3
        assert any(f"The charts show the {LINES} models" in each.value for each in at.caption)

    def test_models_of_the_same_name(self, core: Core):
        keep(core, chat("a", provider="x"), chat("b", provider="y"), chat("c", model="other"))
        totals = core().history.charts("default", Span(chat().created_at, chat().created_at + 1))
        assert sorted(named(totals).values()) == ["other", "x/handbook", "y/handbook"]


def test_a_damaged_history_is_said(page: Page, core: Core, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "playground.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(PlaygroundError, match="damaged"):
        core().history.count("default")
    at = page("runs")
    assert not at.exception
    assert "damaged" in texts(at)
