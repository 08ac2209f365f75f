"""A conversation: turns in the session, found again by the id of its last run.

The request of the last run has the whole conversation in `inputs.messages`, so a refresh, a link and a second viewer
all rebuild it from `?run=<id>`. Nothing else has to be remembered.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from playground.cache.visit import Wish
from playground.call import Modality
from playground.contract import RawInferenceRequest
from playground.enclosed import enclosed
from playground.errors import BadRequestError, PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui import knobs, schema
from playground.ui.attachments import tray
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.composer import DETAILS
from playground.ui.attachments.given import given, marks, whole
from playground.ui.attachments.intake import problems
from playground.ui.cache import controls
from playground.ui.core import NAMESPACE, core
from playground.ui.link import linked
from playground.ui.watch import find, running

TURNS = "chat_turns"
"""Where the session keeps its turns."""
_UNSEEN = "(A file without words, which this model does not take.)"
_RECENT = 200
"""Chat runs that are looked through for the earlier turns of a conversation that is opened again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question with its files. Its answer is the run's, or `answer` where the run itself is not at hand."""

    question: str
    run: str | None = None
    answer: str = ""
    files: tuple[Attachment, ...] = ()


def turns() -> list[Turn]:
    """The session's turns, oldest first."""
    found: list[Turn] = st.session_state.setdefault(TURNS, [])
    return found


def is_live() -> bool:
    """Whether the last question is being answered now."""
    return bool(turns()) and running(turns()[-1].run)


def reopen() -> PlaygroundError | None:
    """Make the session show the conversation that the URL names; returns why it cannot."""
    found = linked(turns()[-1].run if turns() else None)
    if not isinstance(found, tuple):
        return found
    wanted, request = found
    asked = questions(request)
    if not asked:
        return BadRequestError(f"run `{wanted}` is not a conversation; the Runs page shows it")
    files = given(request)
    rebuilt = [Turn(each.text, None, each.answer, tuple(files[place] for place in each.files)) for each in asked]
    st.session_state[TURNS] = [*_linked(rebuilt[:-1]), replace(rebuilt[-1], run=wanted, answer="")]
    _restore(request)
    return None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a request: its text, the places of its files in `inputs`, what was answered."""

    text: str
    files: tuple[str, ...] = ()
    answer: str = ""


def questions(request: Mapping[str, Any]) -> list[Question]:
    """The questions of a chat request, oldest first; empty when it is no conversation. Opens no file."""
    inputs = request.get("inputs") or {}
    match inputs:
        case {"messages": [*messages]}:
            pass
        case {"prompts": [str(prompt)]}:
            messages = [{"role": "user", "content": prompt}]
        case _:
            return []
    places = [each.place for each in enclosed(inputs)]
    found: list[Question] = []
    for number, message in enumerate(messages):
        match message:
            case {"role": "user", "content": content}:
                its = tuple(place for place in places if place.startswith(f"messages[{number}]."))
                found.append(Question(content_text(content), its))
            case {"role": "assistant", "content": content} if found:
                found[-1] = replace(found[-1], answer=content_text(content))
            case _:
                return []
    beside = tuple(place for place in places if not place.startswith("messages["))
    return [*found[:-1], replace(found[-1], files=beside + found[-1].files)] if found else []


def content_text(content: Any) -> str:
    """The text of a message's content, which may be in parts."""
    if isinstance(content, list):
        return "\n\n".join(str(part["text"]) for part in content if isinstance(part, dict) and "text" in part)
    return str(content)


def _linked(earlier: list[Turn]) -> list[Turn]:
    """The turns with the runs that answered them, where the recent history still has them."""
    if not earlier:
        return []
    found: dict[str, RunRecord] = {}
    for run in core().history.search(NAMESPACE, task="chat", limit=_RECENT):
        asked, known = questions(run.request), marks(run.request)
        said = [(each.text, [known[place] for place in each.files], each.answer) for each in asked]
        found.setdefault(_fingerprint(said, answer_text(run)), run)
    linked: list[Turn] = []
    for number, turn in enumerate(earlier):
        said = [(each.question, [file.reference for file in each.files], each.answer) for each in earlier[:number]]
        its = found.get(
            _fingerprint([*said, (turn.question, [file.reference for file in turn.files], "")], turn.answer)
        )
        linked.append(replace(turn, run=its.id) if its else turn)
    return linked


def _said(turn: Turn, answer: str) -> tuple[str, list[str], str]:
    return turn.question, [file.reference for file in turn.files], answer


def _fingerprint(said: Sequence[tuple[str, list[str], str]], answer: str) -> str:
    return json.dumps([said, answer])


def messages(
    earlier: Sequence[Turn], question: str, files: Sequence[Attachment] = (), *, takes: Collection[Modality] = ()
) -> list[dict[str, Any]]:
    """`inputs.messages` for a new question. Turns without any answer are left out: there is nothing to go on.

    Of earlier questions only the files that the model `takes` are sent again. Raises NotFoundError for a lost one.
    """
    sent: list[dict[str, Any]] = []
    for turn in earlier:
        answer = text_of(turn)
        if answer:
            again = [file for file in turn.files if file.modality in takes and file.there]
            sent += [_asking(turn.question, again), {"role": "assistant", "content": answer}]
    return [*sent, _asking(question, files)]


def _asking(question: str, files: Sequence[Attachment]) -> dict[str, Any]:
    """A user's message: files come before the text, as providers want it."""
    if not files:
        return {"role": "user", "content": question or _UNSEEN}
    text = [{"type": "text", "text": question}] if question.strip() else []
    return {"role": "user", "content": [*(file.part for file in files), *text]}


def text_of(turn: Turn) -> str:
    """What was answered so far, whole or stopped."""
    run = None if turn.run is None else find(turn.run)
    match run:
        case Run():
            return "".join(run.texts)
        case RunRecord():
            return answer_text(run)
        case _:
            return turn.answer


def answer_text(run: RunRecord) -> str:
    """The text of an ended run: the answer, or what had arrived."""
    data = (run.response or {}).get("data") or {}
    texts = data.get("texts") or [data["text"]] if "text" in data or "texts" in data else run.partial
    return "\n\n".join(texts)


def ask(request: RawInferenceRequest, question: str, files: Sequence[Attachment] = (), *, cache: Wish = "") -> None:
    """Start a run for a question with its files and put it at the end of the conversation.

    `cache` is what it wants of the cache where the request enables it.
    """
    run = core().start(request, namespace=NAMESPACE, door="page", cache=cache)
    turns().append(Turn(question, run.id, files=tuple(files)))
    st.query_params["run"] = run.id


def ask_again() -> None:
    """Send the last turn's request once more, in its place; where a file of it is lost, the foot says so."""
    last = turns()[-1]
    run = find(last.run) if last.run else None
    if isinstance(run, Run | RunRecord):
        try:
            request = run.request if isinstance(run, Run) else whole(run.request)
        except PlaygroundError as error:
            problems("chat_box")[:] = [error.message]
            return
        turns().pop()
        ask(request, last.question, last.files, cache="refresh")  # the stored answer is there already


def take_back() -> None:
    """Remove the last turn and put its question back into the input and its files into the tray, to be changed."""
    last = turns().pop()
    st.session_state["chat_input"] = last.question
    tray.add("chat", last.files)
    _follow_url()


def start_over() -> None:
    """An empty conversation; the runs stay in the history."""
    turns().clear()
    _follow_url()


def _follow_url() -> None:
    if turns() and turns()[-1].run:
        st.query_params["run"] = str(turns()[-1].run)
    else:
        st.query_params.pop("run", None)


def _restore(request: Mapping[str, Any]) -> None:
    """Set the page's controls as they were for a request; provider and model of the URL go before."""
    for field in ("provider", "model"):
        if f"chat_{field}" not in st.query_params and request.get(field):
            st.session_state[f"chat_{field}"] = request[field]
    st.session_state["chat_system"] = request.get("inputs", {}).get("system") or ""
    parameters = dict(request.get("parameters") or {})
    st.session_state["chat_detail"] = parameters.pop("detail") if parameters.get("detail") in DETAILS else None
    schema.fill("chat", parameters.pop("schema", None))
    knobs.fill("chat", "chat", parameters)
    controls.fill("chat", request)
