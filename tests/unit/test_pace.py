"""Pace: what is remembered of when an answer came, how little that is, and the answer told again by it."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import given

from playground.contract import RawInferenceRequest
from playground.pace import MOST, NEAR, Pace, last, told
from playground.runs import build
from playground.settings import Settings
from playground.store.history import History
from playground.store.row import Row
from tests.replay import Answer, ReplayServer, event
from tests.runs import chat


def test_what_comes_together_is_one_burst():
    pace = Pace(1)
    for ms, characters in ((100.2, 3), (100 + NEAR - 1, 4), (100 + NEAR, 5)):
        pace.add(0, ms, characters)
    assert pace.bursts == (((100, 7), (100 + NEAR, 5)),)


def test_no_text_leaves_nothing():
    assert Pace(3).bursts == ()


def test_texts_as_far_as_they_had_come():
    pace = (((100, 2), (200, 3)), (), ((400, 5),))
    texts = ("Hello", "never timed", "there ")
    assert told(texts, pace, 0) == ("", "never timed", "")
    assert told(texts, pace, 150) == ("He", "never timed", "")
    assert told(texts, pace, 200) == ("Hello", "never timed", "")
    assert told(texts, pace, 400) == texts, "whole at the end, though a blank was not counted"
    assert last(pace) == 400
    assert last(()) == 0


def test_a_long_run_is_remembered_in_coarser_steps():
    pace = Pace(2)
    for ms in range(0, 600_000, 31):
        pace.add(ms % 2, ms, 1)
    assert sum(map(len, pace.bursts)) <= MOST
    assert sum(map(len, pace.bursts)) > MOST / 8, "no coarser than it must be"
    assert sum(count for bursts in pace.bursts for _, count in bursts) == len(range(0, 600_000, 31))


def test_more_prompts_than_bursts():
    pace = Pace(MOST + 9)
    for prompt in range(MOST + 9):
        for ms in (0, 1000):
            pace.add(prompt, ms, 1)
    assert all(len(bursts) == 1 for bursts in pace.bursts[:-1])


@given(st.lists(st.tuples(st.integers(0, 200), st.text(min_size=1, max_size=4)), max_size=60))
def test_told_grows_to_the_whole_text(pieces: list[tuple[int, str]]):
    pace, now = Pace(1), 0
    for wait, piece in pieces:
        now += wait
        pace.add(0, now, len(piece))
    text = "".join(piece for _, piece in pieces)
    seen = [told((text,), pace.bursts, ms) for ms in range(0, last(pace.bursts) + 1, 50)]
    assert all(text.startswith(after) and after.startswith(before) for (before,), (after,) in pairwise(seen))
    assert told((text,), pace.bursts, now) == ((text,) if pieces else ())


def test_a_streamed_run_keeps_it(replay: ReplayServer, settings: Callable[..., Settings]):
    pieces = [event({"choices": [{"index": 0, "delta": {"content": text}}]}) for text in ("One ", "two ", "three")]
    end = event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    replay.on("POST", "/v1/chat/completions", Answer.stream([*pieces, end], delay=0.08))
    core = build(settings(PLAYGROUND_COMPATIBLE_BOX_BASE_URL=f"{replay.url}/v1"))
    request = RawInferenceRequest(provider="box", model="m", inputs={"prompts": ["Count"]})
    run = core.start(request).wait(20)
    assert run is not None
    kept = core.history.get(run.id, "default")
    core.close()
    assert kept is not None
    ((*bursts,),) = kept.pace
    assert kept.pace == run.pace
    assert sum(count for _, count in bursts) == len("One two three")
    assert bursts[0][0] == round(kept.timings.first_token or 0)
    assert [ms for ms, _ in bursts] == sorted({ms for ms, _ in bursts})


def test_a_run_of_before_has_none(tmp_path: Path):
    history, record = History(tmp_path / "h.db"), chat()
    row = Row.of(record)
    assert b'"pace":[]' in row.payload
    older = Row(row.columns, row.payload.replace(b',"pace":[]', b""), row.text)
    history._database.write(lambda connection: older.insert(connection) and None)
    assert history.get(record.id, "default") == record
    history.close()
