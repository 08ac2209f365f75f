"""A conversation: turns in the session, found again by the id of its last run.

The request of the last run has the whole conversation in `inputs.messages`, so a refresh, a link and a second viewer
all rebuild it from `?run=<id>`. Nothing else has to be remembered.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, PlaygroundError
from playground.record import RunRecord
from playground.runs import Run
from playground.ui import knobs, schema
from playground.ui.core import NAMESPACE, core
from playground.ui.link import linked
from playground.ui.watch import find, running

TURNS = "chat_turns"
"""Where the session keeps its turns."""
_RECENT = 200
"""Chat runs that are looked through for the earlier turns of a conversation that is opened again."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question. Its answer is the run's, or `answer` where the run itself is not at hand."""

    question: str
    run: str | None = None
    answer: str = ""


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
    rebuilt = from_request(request, wanted)
    if not rebuilt:
        return BadRequestError(f"run `{wanted}` is not a conversation; the Runs page shows it")
    st.session_state[TURNS] = [*_linked(rebuilt[:-1]), rebuilt[-1]]
    _restore(request)
    return None


def from_request(request: Mapping[str, Any], run: str) -> list[Turn]:
    """The turns of a chat request whose run is `run`; empty when it is no conversation."""
    match request.get("inputs"):
        case {"messages": [*messages]}:
            pass
        case {"prompts": [str(prompt)]}:
            messages = [{"role": "user", "content": prompt}]
        case _:
            return []
    found: list[Turn] = []
    for message in messages:
        match message:
            case {"role": "user", "content": str(text)}:
                found.append(Turn(text))
            case {"role": "assistant", "content": str(text)} if found:
                found[-1] = replace(found[-1], answer=text)
            case _:
                return []
    return [*found[:-1], Turn(found[-1].question, run)] if found else []


def _linked(earlier: list[Turn]) -> list[Turn]:
    """The turns with the runs that answered them, where the recent history still has them."""
    if not earlier:
        return []
    found: dict[str, RunRecord] = {}
    for run in core().history.search(NAMESPACE, task="chat", limit=_RECENT):
        found.setdefault(_fingerprint(run.request.get("inputs", {}).get("messages"), answer_text(run)), run)
    linked: list[Turn] = []
    said: list[dict[str, str]] = []
    for turn in earlier:
        said.append({"role": "user", "content": turn.question})
        its = found.get(_fingerprint(said, turn.answer))
        said.append({"role": "assistant", "content": turn.answer})
        linked.append(replace(turn, run=its.id) if its else turn)
    return linked


def _fingerprint(said: Any, answer: str) -> str:
    return json.dumps([said, answer])


def messages(earlier: Sequence[Turn], question: str) -> list[dict[str, str]]:
    """`inputs.messages` for a new question. Turns without any answer are left out: there is nothing to go on."""
    sent: list[dict[str, str]] = []
    for turn in earlier:
        answer = text_of(turn)
        if answer:
            sent += [{"role": "user", "content": turn.question}, {"role": "assistant", "content": answer}]
    return [*sent, {"role": "user", "content": question}]


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


def ask(request: RawInferenceRequest, question: str) -> None:
    """Start a run for a question and put it at the end of the conversation."""
    run = core().start(request, namespace=NAMESPACE, door="page")
    turns().append(Turn(question, run.id))
    st.query_params["run"] = run.id


def ask_again() -> None:
    """Send the last turn's request once more, in its place."""
    last = turns()[-1]
    run = find(last.run) if last.run else None
    if isinstance(run, Run | RunRecord):
        request = run.request if isinstance(run, Run) else RawInferenceRequest(**run.request)
        turns().pop()
        ask(request, last.question)


def take_back() -> None:
    """Remove the last turn and put its question back into the input, to be changed."""
    last = turns().pop()
    st.session_state["chat_input"] = last.question
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
    schema.fill("chat", parameters.pop("schema", None))
    knobs.fill("chat", "chat", parameters)
