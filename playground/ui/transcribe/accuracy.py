"""How right the transcripts are: error rates against the reference, figures side by side, aligned words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from playground.diff import Kind, Pair, counts
from playground.errors import PlaygroundError
from playground.metrics import real_time_factor
from playground.record import RunRecord
from playground.ui.diff import draw_diff
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.receipt import cost_of, tokens_of
from playground.ui.transcribe.reference import ask_reference
from playground.ui.transcribe.words import percent, plain
from playground.units import seconds
from playground.wer import NO_WORDS, NORMALISATIONS, Errors, Normalisation, Score, aligned, measure

_UNKNOWN = "–"
_AGAINST: Mapping[Kind, str] = {"changed": "substituted", "removed": "deleted", "added": "inserted"}
_LEGEND = "S substituted, D deleted, I inserted, N in the reference; the rate is (S + D + I) / N."
_FACTOR = "Real-time factor: processing time ÷ length of the sound; below 1 is faster than listening."


@dataclass(frozen=True, slots=True)
class Heard:
    """One pane: what its model is called on the page, its run once that has ended, and the length of the sound in
    seconds where it is known.
    """

    title: str
    run: RunRecord | None
    seconds: float | None

    @property
    def text(self) -> str | None:
        """The whole transcript; None for a run that did not end well or goes on."""
        if self.run is None or self.run.status != "done":
            return None
        return str(((self.run.response or {}).get("data") or {}).get("text") or "")


def draw_accuracy(recording: str, heard: Sequence[Heard]) -> None:
    """Draw the reference's box, and below it what can be said of the transcripts."""
    reference = ask_reference(recording)
    texts = {each.title: each.text for each in heard if each.text is not None}
    if not texts or not (reference or len(heard) > 1):
        return
    with st.container(border=True, key="transcribe_accuracy", gap="small"):
        how = _choose()
        try:
            scores = {title: measure(reference, text, how) for title, text in texts.items()} if reference else {}
        except PlaygroundError as error:
            st.markdown(f":orange[:material/info:] {sentence(error.message)}")
            scores, reference = {}, ""
        _table(heard, scores)
        if any(score.words is None for score in scores.values()):
            st.markdown(quiet(NO_WORDS))
        _diffs(reference, texts, how)
        st.markdown(quiet(f"**{how.name}:** {'; '.join(how.steps)}."))


def _choose() -> Normalisation:
    names = {each.name: each for each in NORMALISATIONS}
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**Accuracy**", width="content")
        picked = st.segmented_control(
            "Compared as",
            list(names),
            default=NORMALISATIONS[0].name,
            required=True,
            key="transcribe_compared_as",
            label_visibility="collapsed",
            persist_state="session",
        )
    return names[picked or NORMALISATIONS[0].name]


def _table(heard: Sequence[Heard], scores: Mapping[str, Score]) -> None:
    """One column for each pane, one row for each figure; a dash where there is none."""
    rows: dict[str, list[str]] = {}
    if any(score.words for score in scores.values()):
        rows["Word error rate"] = [_errors(scores, each, letters=False) for each in heard]
    if scores:
        rows["Character error rate"] = [_errors(scores, each, letters=True) for each in heard]
    if len(heard) > 1:
        rows |= {
            "Real-time factor": [_factor(each) for each in heard],
            "Processing time": [_time(each.run) if each.run else _UNKNOWN for each in heard],
            "Tokens": [tokens_of(each.run) if each.run else _UNKNOWN for each in heard],
            "Cost": [cost_of(each.run) if each.run else _UNKNOWN for each in heard],
        }
    head = [" ", *(_title(each) for each in heard)]
    lines = [head, ["---"] * len(head), *([f"**{name}**", *cells] for name, cells in rows.items())]
    st.markdown("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    st.markdown(quiet("  \n".join([*([_LEGEND] if scores else []), *([_FACTOR] if len(heard) > 1 else [])])))


def _title(heard: Heard) -> str:
    return f"[{plain(heard.title)}](/runs?run={heard.run.id})" if heard.run else plain(heard.title)


def _errors(scores: Mapping[str, Score], heard: Heard, *, letters: bool) -> str:
    score = scores.get(heard.title)
    errors: Errors | None = None if score is None else score.characters if letters else score.words
    if errors is None:
        return _UNKNOWN
    counted = {"S": errors.substitutions, "D": errors.deletions, "I": errors.insertions, "N": errors.length}
    found = " · ".join(f"{sign}\N{NO-BREAK SPACE}{count:,}" for sign, count in counted.items())
    return f"**{percent(errors.rate)}** {quiet(found)}"


def _factor(heard: Heard) -> str:
    factor = real_time_factor(heard.run, heard.seconds) if heard.run and heard.text is not None else None
    return _UNKNOWN if factor is None else f"{factor:.2f}"


def _time(run: RunRecord) -> str:
    return seconds(run.timings.total - run.timings.started)


def _diffs(reference: str, texts: Mapping[str, str], how: Normalisation) -> None:
    """Draw the words: each transcript against the reference, and the two against each other."""
    if reference:
        for number, (column, (title, text)) in enumerate(
            zip(st.columns(len(texts), gap="medium"), texts.items(), strict=True)
        ):
            with column:
                st.markdown(f"**{plain(title)}** against the reference")
                _diff(
                    aligned(reference, text, how), _AGAINST, ("reference", "transcript"), f"transcribe_words_{number}"
                )
    if len(texts) == 2:
        (first, one), (second, two) = texts.items()
        st.markdown("**The two** against each other")
        names: Mapping[Kind, str] = {
            "changed": "heard differently",
            "removed": f"only {first}",
            "added": f"only {second}",
        }
        _diff(aligned(one, two, how), names, (first, second), "transcribe_words_both")


def _diff(pairs: Sequence[Pair], names: Mapping[Kind, str], sides: tuple[str, str], key: str) -> None:
    if counts(pairs)["same"] == len(pairs):
        st.markdown(":green[:material/check_circle:] Word for word the same, compared in this way.")
    else:
        draw_diff(pairs, names, sides, key)
