"""The cache's bench still runs: its data, its streams and its tables, on a few made-up prompts."""

from pathlib import Path

import numpy as np
import pytest

from tests.bench import cache as bench
from tests.bench.labelled import Request, Row, embedded, generated, read
from tests.bench.streams import colliding, heavy, published, shifted, shuffled, through


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    folder = tmp_path_factory.mktemp("vectors")
    made = generated(60)
    assert [row.text for row in embedded(made, folder)] == [row.text for row in made]
    return embedded(made, folder)


def test_generated_prompts_are_the_same_each_time_and_have_twins():
    made = generated(400)
    assert made == generated(400)
    assert len({row.text for row in made}) == 400
    assert 50 < len({row.cls for row in made}) < 300


def test_files_are_read(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text('{"id": 0, "text": "hello", "cls": 3}\n', "utf-8")
    assert read(tmp_path / "a.jsonl") == [Row("hello", 3)]


def test_streams(rows: list[Request]):
    assert sorted(row.text for row in shuffled(rows, 0, 60)) == sorted(row.text for row in rows)
    halves = shifted(rows, 0, 40)
    assert not {row.cls for row in halves[:20]} & {row.cls for row in halves[20:]}
    assert len({row.text for row in heavy(rows, 0, 60)}) < 60
    assert sum(row.cls < 0 for row in colliding(rows, 0, 60)) == 3


def test_late_and_erring_verdicts_are_counted(rows: list[Request]):
    repeated = rows + rows[:5]
    outcome, core = through(repeated, 0.02, 0, errs=0.5, late=8)
    assert (outcome.requests, outcome.hits, outcome.exact, outcome.wrong) == (65, 5, 5, 0)
    assert core.watch().labels < 60


@pytest.mark.slow
def test_the_published_cache_serves_what_it_saw_often_enough():
    """One prompt again and again: four verdicts, then hits."""
    rows = [Request("same", 1, np.eye(384, dtype=np.float32)[0])] * 40
    outcome = published(rows, 0.02, 0)
    assert (outcome.wrong, outcome.judged >= 4) == (0, True)
    assert 20 < outcome.hits <= 35


def test_tables(rows: list[Request], capsys: pytest.CaptureFixture[str]):
    bench.cells({"made": rows}, 60, range(1))
    bench.stress({"made": rows}, 60, range(1))
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("| made | 0.0") for line in lines) == 4 * 3 + 6
    assert "| made | 0.02 | average | 0.0 | 0.00 | 0.00 |" in "\n".join(lines)
    _, core = through(rows, 0.02, 0)
    core.apply(bench.filler(rows, 50))
    assert bench.lookups(core, rows).count("|") == 3
    assert bench.scan(40) > 0
    assert bench.resident() > 0
