"""What the page shows of a recording: the player, one or two transcripts below it, and how right they are."""

import streamlit as st

from playground.record import RunRecord
from playground.run import Run
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.words import measures
from playground.ui.look import quiet
from playground.ui.transcribe.accuracy import Heard, draw_accuracy
from playground.ui.transcribe.pane import Outcome, draw_pane
from playground.ui.transcribe.recording import identity, sound_of
from playground.ui.transcribe.session import Place, name
from playground.ui.transcribe.transcript import PLAYER
from playground.ui.transcribe.words import plain
from playground.ui.watch import find


def draw_runs(first: str, second: str | None) -> Attachment | None:
    """Draw the run, or the two, of one recording, live or ended; returns the recording where it is to be had."""
    runs: dict[Place, Outcome] = {"run": find(first)}
    if second is not None:
        runs["with"] = find(second)
    there = [run for run in runs.values() if isinstance(run, Run | RunRecord)]
    sound = next((sound for sound in map(sound_of, there) if sound is not None), None)
    titles = _titles(runs)
    if there:
        done = any(isinstance(run, RunRecord) and run.status == "done" for run in there)
        _player(name(first, sound), sound, done=done)
    if second is None:
        draw_pane(runs["run"], sound, "run", brief=False)
    else:
        for column, (place, run) in zip(st.columns(2, gap="medium"), runs.items(), strict=True):
            with column:
                st.markdown(f"**{plain(titles[place])}**" if place in titles else "")
                draw_pane(run, sound, place, brief=True)
    if there:
        length = sound.facts.get("seconds") if sound else None
        heard = [
            Heard(title, run if isinstance(run := runs[place], RunRecord) else None, length)
            for place, title in titles.items()
        ]
        with st.container(key="transcribe_measured"):
            st.fragment(draw_accuracy)(identity(there[0]), heard)
    return sound


def _titles(runs: dict[Place, Outcome]) -> dict[Place, str]:
    """The models by place, told apart where both are the same."""
    models = {
        place: str(run.request.model if isinstance(run, Run) else run.model)
        for place, run in runs.items()
        if isinstance(run, Run | RunRecord)
    }
    same = len(set(models.values())) < len(models)
    return {place: f"{model} ({number})" if same else model for number, (place, model) in enumerate(models.items(), 1)}


def _player(called: str, sound: Attachment | None, *, done: bool) -> None:
    with st.container(key=PLAYER, gap="xsmall"):
        facts = f" {quiet('· ' + measures(sound))}" if sound else ""
        st.markdown(f"**{plain(called)}**{facts}")
        if sound is None:
            if done:  # the file behind an address is here when it has been fetched
                st.markdown(quiet("The sound is not kept here; the text is."))
        elif sound.modality == "video":
            st.video(sound.data, format=sound.mime, alt="The film whose sound was transcribed")
        elif sound.facts:
            st.audio(sound.data, format=sound.mime, alt="The recording that was transcribed")
