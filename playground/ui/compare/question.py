"""What is asked of all panes: prompt, texts or a sound, files, and the values of variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.call import Modality, Task
from playground.comparison import Set
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.cards import cards
from playground.ui.attachments.intake import intake
from playground.ui.attachments.taking import FILES
from playground.ui.attachments.tray import add, empty, remove, tray
from playground.ui.compare.files import files_of
from playground.ui.look import keep_draft, quiet

Takes = Mapping[str, Sequence[Modality]]
"""The kinds of files that the model of each pane takes."""
_BOXES: Mapping[Task, tuple[str, str, str]] = {
    "chat": (
        "Prompt",
        "Ask all of them. {{name}} stands for a value that you type or that comes from a file.",
        "Goes to every pane as it stands. `{{name}}` is a variable; `\\{{name}}` stands for itself.",
    ),
    "embedding": ("Texts", "One text per line", "Each line becomes a vector. `{{name}}` is a variable."),
}
_KINDS: Mapping[Task, tuple[Modality, ...]] = {"chat": FILES, "transcription": ("audio", "video"), "embedding": ()}


@dataclass(frozen=True, slots=True)
class Question:
    """`prompt` is a template, `rows` the values of its variables."""

    prompt: str
    files: tuple[Attachment, ...]
    rows: tuple[Mapping[str, Any], ...] = ({},)


def box(task: Task) -> str:
    """The key of the box for a task's text."""
    return f"compare_{task}_prompt"


def ask(task: Task) -> str:
    """Draw the box; returns what is in it."""
    if task not in _BOXES:
        return ""
    label, placeholder, help_ = _BOXES[task]
    text = st.text_area(label, key=box(task), placeholder=placeholder, help=help_, height=116, persist_state="session")
    return text or ""


def keep(task: Task, last: str) -> None:
    """Let what is typed outlive a reload, until a set after `last` is started."""
    if task in _BOXES:
        keep_draft(box(task), last)


def attach(task: Task) -> None:
    """Draw the way to give files; those of a chat go with the prompt, a sound is all there is to transcribe."""
    kinds = _KINDS[task]
    if task == "transcription" and not held(task):
        intake("compare_sound", kinds, lambda file: _take(task, file), several=False)
    elif task == "chat":
        taken = int(st.session_state.get("compare_attached", 0))  # a new popover is closed, for the tray to be seen
        with st.popover("Attach", icon=":material/attach_file:", type="tertiary", key=f"compare_attach_{taken}"):
            intake("compare_intake", kinds, lambda file: _take(task, file))


def waiting(task: Task, takes: Takes) -> None:
    """Draw the files that go with the question, and which panes do not take them."""
    if held(task):
        place = _place(task)
        cards(held(task), "compare", say=lambda file: _say(file, takes), remove=lambda at: remove(place, at))


def held(task: Task) -> list[Attachment]:
    """The files that go with the question."""
    return tray(_place(task)) if _KINDS[task] else []


def fill(asked: Set) -> None:
    """Set box and tray as they were for a set."""
    st.session_state[box(asked.task)] = asked.prompt
    if _KINDS[asked.task]:
        empty(_place(asked.task))
        add(_place(asked.task), files_of(asked))


def _place(task: Task) -> str:
    return f"compare_{task}"


def _take(task: Task, file: Attachment) -> None:
    add(_place(task), [file])
    st.session_state["compare_attached"] = int(st.session_state.get("compare_attached", 0)) + 1


def _say(file: Attachment, takes: Takes) -> str:
    if not file.there:
        return ":small[:red[:material/block: Not kept any more, or only without the key in its address.]]"
    without = [letter for letter, kinds in takes.items() if kinds and file.modality not in kinds]
    if without:
        whom = " and ".join(without)
        return f":small[:orange[:material/block: Not taken by the model of {whom}, which will say so.]]"
    return quiet("goes to every pane")
