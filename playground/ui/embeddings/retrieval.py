"""The retrieval check: a person's own queries and what each should find, embedded by every model and ranked."""

from collections.abc import Mapping, Sequence

import streamlit as st

from playground.errors import PlaygroundError
from playground.pairs import Pair, of_table, places, typed, written
from playground.providers import capability
from playground.record import RunRecord
from playground.run import Run
from playground.texts import read
from playground.ui.core import core
from playground.ui.embeddings import checks
from playground.ui.embeddings.checks import Manner
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.fitting import listed
from playground.ui.embeddings.ranking import draw_ranking
from playground.ui.embeddings.result import follow
from playground.ui.fault import fault, sentence
from playground.ui.knobs import parse_extra
from playground.ui.look import quiet
from playground.ui.watch import BEAT, find

LINES, FILE, PROBLEM = "embeddings_pairs", "embeddings_pairs_file", "embeddings_pairs_problem"
_HELP = (
    "Every model embeds the queries and ranks the items by cosine. Items are meant by their text or name, by a column "
    "`id`, by their number from 1 on, or by how they alone begin; `|` parts several."
)
_OF_ITEMS = {
    "task_type": {"RETRIEVAL_DOCUMENT": "RETRIEVAL_QUERY"},
    "input_type": {"document": "query", "passage": "query", "search_document": "search_query"},
}
"""Parameters that tell items from queries: what a query's is when an item's is this."""
Founds = Mapping[str, Embedded]


def draw_retrieval(founds: Founds) -> None:
    """Draw the pairs, the button, and what came of them."""
    runs = checked(founds)
    st.markdown("### Does it find what was expected?" if len(founds) == 1 else "### Which finds what was expected?")
    if runs and LINES not in st.session_state:
        _restore(runs)
    obstacle = _obstacle(founds)
    if obstacle:
        st.markdown(f":orange[:material/block:] {quiet(obstacle)}")
        return
    with st.expander(
        "Queries and what each should find", expanded=not runs, icon=":material/manage_search:", key="embeddings_asking"
    ):
        _ask(founds, live=any(isinstance(run, Run) for run in runs))
    if runs:
        _outcome(founds, runs)


def checked(founds: Founds) -> list[Run | RunRecord | PlaygroundError]:
    """The runs of the check, in the order of the models; none where it is another's, or nothing was checked."""
    runs = [find(id_) for id_ in checks.ids()]
    return runs if _fit(runs, founds) else []


def _fit(runs: Sequence[Run | RunRecord | PlaygroundError], founds: Founds) -> bool:
    """Whether these are runs of the models on the page, one each."""
    models = [found.run.model for found in founds.values()]
    asked = [
        run.request.model if isinstance(run, Run) else run.model if isinstance(run, RunRecord) else "" for run in runs
    ]
    return len(models) == len(asked) and all(model in ("", known) for model, known in zip(asked, models, strict=True))


def _ask(founds: Founds, *, live: bool) -> None:
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.text_area(
            "One pair on each line: `query => expected item`",
            key=LINES,
            height=170,
            help=_HELP,
            placeholder="my train was late => 1 | 2\nI forgot my password => I can't log in",
            persist_state="session",
        )
    with right:
        st.file_uploader(
            "Or a CSV or JSON Lines file with `query` and `expected`",
            type=["csv", "tsv", "jsonl", "ndjson", "txt"],
            key=FILE,
            on_change=_take,
        )
        manners = _manners(founds)
    problem = st.session_state.pop(PROBLEM, "")
    words = "Check" if len(founds) == 1 else "Check both models" if len(founds) == 2 else "Check all models"
    if st.button(words, key="embeddings_check_go", type="primary", disabled=live):
        try:
            pairs = typed(st.session_state.get(LINES) or "")
            expected_of(founds, pairs)
            checks.start([(found.run, manners[letter]) for letter, found in founds.items()], pairs)
        except PlaygroundError as error:
            problem = error.message
        else:
            st.rerun()
    if problem:
        st.markdown(f":red[:material/error:] {sentence(problem)}")


def _manners(founds: Founds) -> dict[str, Manner]:
    """Draw how each model wants its queries."""
    with st.popover("How queries are sent", icon=":material/tune:", width="content", key="embeddings_manners"):
        st.caption(
            "Some models want a prefix or a parameter that tells queries from items. Items' parameters hold too."
        )
        return {letter: _manner(letter, found) for letter, found in founds.items()}


def _manner(letter: str, found: Embedded) -> Manner:
    items = found.run.request.get("parameters") or {}
    usual = {name: turned[items[name]] for name, turned in _OF_ITEMS.items() if items.get(name) in turned}
    with st.container(key=f"embeddings_manner_{letter}", gap="xsmall"):
        st.markdown(f"**{letter}** {quiet(found.run.model)}")
        prefix = st.text_input(
            "Prefix", key=f"embeddings_prefix_{letter}", placeholder="query: ", persist_state="session"
        )
        text = st.text_input(
            "Parameters",
            key=f"embeddings_query_{letter}",
            placeholder='{"input_type": "query"}',
            help="A JSON object, such as a `task_type` or an `input_type`.",
            persist_state="session",
        )
        extra, problem = parse_extra(text or "", set())
        if problem:
            st.markdown(f":red[:material/error: {problem}]")
        if usual and not extra:
            st.caption(f"Sent for queries: {', '.join(f'`{name}`: `{value}`' for name, value in usual.items())}")
    return Manner(prefix or "", {**usual, **extra})


def _take() -> None:
    """Put a file's pairs into the box, where they can be seen and changed."""
    file = st.session_state[FILE]
    if file is None:
        return
    try:
        table = read(file.name, file.getvalue())
        pairs = typed("\n".join(table.columns["text"])) if file.name.lower().endswith(".txt") else of_table(table)
        st.session_state[LINES] = written(pairs)
    except PlaygroundError as error:
        st.session_state[PROBLEM] = error.message


def _restore(runs: Sequence[object]) -> None:
    pairs = next((found for run in runs if isinstance(run, RunRecord) and (found := checks.pairs_of(run))), [])
    if pairs:
        st.session_state[LINES] = written(pairs)


def expected_of(founds: Founds, pairs: Sequence[Pair]) -> list[list[int]]:
    """The row numbers of the items that each pair expects. Raises BadRequestError for one that is none of them."""
    first = next(iter(founds.values()))
    ids = next((values for name, values in first.table.columns.items() if name.strip().lower() == "id"), ())
    return places(pairs, first.texts, ids)


def _obstacle(founds: Founds) -> str:
    """Why queries, which are texts, cannot look for these items; empty when they can."""
    for letter, found in founds.items():
        provider = core().providers.get(found.run.provider)
        if provider is None:
            continue
        model = capability(provider, found.run.model).model
        if "text" not in model.inputs:
            return f"Queries are texts, and model {letter}, `{model.id}`, takes {listed(model.inputs)} only."
        if set(found.kinds) != {"text"} and not model.one_space:
            kinds = listed(list(dict.fromkeys(["text", *found.kinds])))
            return (
                f"Queries are texts, and `{model.id}` does not put {kinds} into one space: near would not mean alike."
            )
    return ""


def _outcome(founds: Founds, runs: Sequence[Run | RunRecord | PlaygroundError]) -> None:
    there: dict[str, RunRecord] = {}
    for place, (letter, run) in enumerate(zip(founds, runs, strict=True)):
        key = f"embeddings_check_{letter}"
        if isinstance(run, PlaygroundError):
            fault(run, key=key)
        elif isinstance(run, Run):
            with st.container(key=f"{key}_pane"):
                st.markdown(f"**{letter}** {quiet('queries')}")
                st.fragment(run_every=BEAT)(follow)(run, key)
        elif run.status == "done":
            there[letter] = run
        else:
            _unfinished(place, letter, run, key)
    pairs = next((found for run in there.values() if (found := checks.pairs_of(run))), [])
    if not pairs:
        return
    try:
        draw_ranking({letter: founds[letter] for letter in there}, there, pairs, expected_of(founds, pairs))
    except PlaygroundError as error:
        st.markdown(f":red[:material/error:] {sentence(error.message)}")


def _unfinished(place: int, letter: str, run: RunRecord, key: str) -> None:
    if run.error and run.status == "failed":
        fault(run.error, key=key, retry=lambda: _again(place, run))
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_stopped"):
        st.markdown(f":orange[:material/stop_circle:] :small[You stopped the queries of {letter}.]")
        st.button("Ask again", key=f"{key}_again", type="tertiary", on_click=checks.again, args=(place, run))


def _again(place: int, run: RunRecord) -> None:
    checks.again(place, run)
    st.rerun()
