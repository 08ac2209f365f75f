"""The scorecard of a set: what counts, what is left out, in which order it runs, and what its table holds."""

from collections import Counter

import pytest

from playground.comparison import Cell, Pane, Set
from playground.record import RunRecord, Timings
from playground.scorecard.card import card
from playground.scorecard.lines import rows
from playground.scorecard.plan import order

ASKED = Set(
    id="set_1",
    namespace="default",
    created_at=0.0,
    kind="scorecard",
    task="chat",
    prompt="Tell of {{what}}",
    panes=(Pane("A", "openai", "quick"), Pane("B", "openai", "slow", schema={"type": "object"})),
    rows=({"what": "tea"}, {"what": "rain"}),
)


def run(total=100.0, text="tea is hot", **fields):
    data = {"text": text, "finish_reason": "stop"} | fields.pop("data", {})
    fields = {
        "status": "done",
        "task": "chat",
        "completion_tokens": 12,
        "cost": 0.001,
        "response": {"data": data},
        "created_at": 0.0,
    } | fields
    return RunRecord(
        id=f"run_{total}",
        namespace="default",
        door="page",
        provider="openai",
        model="m",
        request={},
        timings=Timings(first_token=total / 4, last_token=total, total=total),
        **fields,
    )


def runs(first=100.0, second=200.0, repeats=3, **fields):
    return {
        Cell(row, letter, repeat): run(total + 10 * row + repeat, **fields)
        for letter, total in (("A", first), ("B", second))
        for row in range(2)
        for repeat in range(repeats)
    }


def test_figures_are_medians_over_all_rows_and_repeats():
    first, second = card(ASKED, runs()).scores
    assert (first.letter, first.figures["total"].value, first.figures["total"].n) == ("A", 106.0, 6)
    assert first.figures["total"].low < 106 < first.figures["total"].high
    assert second.figures["ttft"].value == pytest.approx(206 / 4)
    assert first.figures["rate"].value == pytest.approx(11 / (106 * 0.75) * 1000, rel=0.05)


def test_each_measure_has_a_sentence_for_each_pair():
    sentences = card(ASKED, runs()).sentences
    assert sentences["total"][0].startswith("A is faster than B on these rows (1.9")
    assert sentences["rate"][0].startswith("A is faster at writing than B on these rows")
    assert sentences["cost"] == ("A and B are about equally cheap on these rows (1.00×, 95% 1.00 to 1.00).",)


def test_what_costs_nothing_has_no_ratio():
    assert card(ASKED, runs(cost=0.0)).sentences["cost"] == ()


def test_what_was_asked_apart_counts_alone_but_not_in_pairs():
    late = {Cell(row, "B", 2): run(1000.0 + row, created_at=60.0) for row in range(2)}
    second = card(ASKED, runs() | late)
    assert second.scores[1].figures["total"].n == 6
    assert [score.apart for score in second.scores] == [0, 2]
    assert second.sentences["total"] == ("Cannot tell yet whether A or B is faster: about 1 more run of each would.",)
    assert second.sentences["tokens"][0].startswith("A and B are about equally short"), "no time hangs on when"
    assert [line["apart"] for line in rows(ASKED, runs() | late)].count(True) == 2


def test_warm_ups_and_cached_answers_do_not_count():
    found = runs() | {Cell(0, "A", -1): run(9000.0), Cell(0, "A", 0): run(1.0, cached=True)}
    first = card(ASKED, found).scores[0]
    assert first.figures["total"].n == 5
    assert first.figures["total"].low > 1
    assert first.cached == 1


def test_failures_count_only_against_the_share_that_answered():
    failed = run(1.0, status="failed", response=None)
    first = card(ASKED, runs() | {Cell(0, "A", 0): failed, Cell(0, "A", 1): run(1.0, status="cancelled")}).scores[0]
    assert first.figures["total"].n == 4
    assert (first.answered.value, first.answered.n) == (pytest.approx(4 / 5), 5)


def test_repeats_that_fail_leave_the_others_beside_each_other():
    slow_moments = {
        Cell(0, letter, repeat): run(10.0**repeat * factor)
        for letter, factor in (("A", 1.0), ("B", 2.0))
        for repeat in range(7)
    }
    slow_moments[Cell(0, "A", 2)] = run(1.0, status="failed", response=None)
    [words] = card(ASKED, slow_moments).sentences["total"]
    assert words == "A is faster than B on these rows (2.00×, 95% 2.00 to 2.00)."


def test_the_share_of_valid_answers_is_of_panes_with_a_schema():
    good, bad = {"json": {"a": 1}}, {"json": {"a": 1}, "schema_errors": [{"path": "$", "message": "no"}]}
    found = runs(data=good) | {Cell(0, "B", 0): run(data=bad), Cell(0, "B", 1): run(data={"json": None})}
    first, second = card(ASKED, found).scores
    assert first.schema_valid is None
    assert (second.schema_valid.value, second.schema_valid.n) == (pytest.approx(4 / 6), 6)


def test_agreement_is_of_repeats_and_not_of_rows():
    found = {Cell(row, "A", repeat): run(text=["tea", "rain"][row]) for row in range(2) for repeat in range(3)}
    found |= {
        Cell(0, "B", repeat): run(text=text) for repeat, text in enumerate(["Tea is hot", "tea is cold", "tea is hot"])
    }
    first, second = card(ASKED, found).scores
    assert first.agreement.value == 1
    assert second.agreement.value == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)


def test_the_order_of_keys_is_no_disagreement():
    found = {
        Cell(0, "B", 0): run(data={"json": {"a": 1, "b": 2}}),
        Cell(0, "B", 1): run(data={"json": {"b": 2, "a": 1}}),
    }
    assert card(ASKED, found).scores[1].agreement.value == 1


def test_panes_take_turns_after_a_warm_up():
    cells = order(ASKED, 2)
    assert cells[:2] == [Cell(0, "A", -1), Cell(0, "B", -1)]
    assert cells[2:6] == [Cell(0, "A", 0), Cell(0, "B", 0), Cell(1, "B", 0), Cell(1, "A", 0)]
    assert Counter(cell.pane for cell in cells[2::2]) == {"A": 2, "B": 2}  # each goes first as often
    assert len(set(cells)) == len(cells) == 2 + 2 * 2 * 2
    assert order(ASKED, 1, warm_up=False)[0].repeat == 0


def test_the_table_has_a_row_for_every_run():
    table = rows(ASKED, runs(repeats=1) | {Cell(0, "A", -1): run(9.0)})
    assert [(each["pane"], each["row"], each["repeat"], each["warm_up"]) for each in table] == [
        ("A", 1, 0, True),
        ("A", 1, 1, False),
        ("B", 1, 1, False),
        ("A", 2, 1, False),
        ("B", 2, 1, False),
    ]
    assert table[1] | {"text": "tea is hot", "total_ms": 100.0, "cost_$": 0.001, "model": "quick"} == table[1]


def test_a_set_without_runs_is_an_empty_card():
    first, second = card(ASKED, {}).scores
    assert (first.figures, first.answered, second.schema_valid, first.agreement) == ({}, None, None, None)
    assert not any(card(ASKED, {}).sentences.values())
