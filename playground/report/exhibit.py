"""One run in a report: asked, answered, what it took, what the cache did, the versions and the seal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.metrics import tokens_per_second
from playground.record import RunRecord
from playground.report.markup import EMPTY, Html, inside, shut, table, tag
from playground.report.words import cache_word, moment, status, tokens
from playground.units import dollars, seconds

SHOWN = 200
"""Rows of a list that are printed; the run's own JSON has all."""
_DOORS = {"page": "a page", "api": "the HTTP API", "python": "Python", "cache": "the cache, as a judge"}


@dataclass(frozen=True, slots=True)
class File:
    """A file of a request: `note` tells its type and size, `picture` is a data URI, empty where there is none."""

    name: str
    note: str
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A run with what its record only refers to: its files, and the cache's receipts as judges have left them."""

    run: RunRecord
    files: Sequence[File] = ()
    receipts: Sequence[Mapping[str, Any]] = ()


def section(exhibit: Exhibit, number: int, sealed: str) -> Html:
    """The run under a heading of its own, `#run-<number>`; `sealed` is its seal."""
    run = exhibit.run
    return tag(
        "section",
        tag("h2", f"{run.provider} / {run.model}" if run.model else "Run"),
        _masthead(run),
        _figures(run),
        tag("h3", "Asked"),
        _asked(run, exhibit.files),
        tag("h3", "Answered"),
        _answered(run),
        tag("h3", "Times"),
        table(_times(run)),
        _cache(run, exhibit.receipts),
        tag("h3", "Versions and seal"),
        table([*((name, version) for name, version in run.versions.items()), ("run", run.id), ("seal", sealed)]),
        id=f"run-{number}",
    )


def _masthead(run: RunRecord) -> Html:
    ended = status(run)
    return tag(
        "p",
        tag("span", f"Recorded {moment(run.created_at)}", class_="stamp"),
        " ",
        tag("b", ended, class_=ended),
        tag("span", f" · {run.task or 'no task'} · by {_DOORS[run.door]}", class_="quiet"),
    )


def _figures(run: RunRecord) -> Html:
    speed = tokens_per_second(run)
    found = {
        "Total": seconds(run.timings.total),
        "First token": "" if run.timings.ttft is None else seconds(run.timings.ttft),
        "Speed": f"{speed:,.0f} tokens/s" if speed else "",
        "Tokens": tokens(run),
        "Cost": "unknown" if run.cost is None else dollars(run.cost),
        "Cache": cache_word(run),
    }
    return tag(
        "div",
        *(tag("div", tag("span", n, class_="quiet"), tag("b", v)) for n, v in found.items() if v),
        class_="figures",
    )


def _asked(run: RunRecord, files: Sequence[File]) -> Html:
    inputs: Mapping[str, Any] = run.request.get("inputs") or {}
    if run.raw:
        return inside(
            [tag("pre", _json(inputs)), _shelf(files), tag("pre", _json(run.request.get("parameters") or {}))]
        )
    text, texts = inputs.get("text"), inputs.get("texts") or []
    prompts = inputs.get("prompts") or []
    said = [("system prompt", inputs["system"])] if inputs.get("system") else []
    said += [(str(each.get("role", "")), _content(each.get("content", ""))) for each in inputs.get("messages") or []]
    said += [(f"prompt {place}" if len(prompts) > 1 else "prompt", each) for place, each in enumerate(prompts, 1)]
    said += [] if text is None else [("text", text)]
    parameters = run.request.get("parameters") or {}
    return inside(
        [
            *(_said(role, str(each)) for role, each in said),
            _listed([(str(place), str(each)) for place, each in enumerate(texts, 1)], ("", "Text")),
            _shelf(files),
            table([(name, _short(value)) for name, value in parameters.items()]),
        ]
    )


def _given(run: RunRecord) -> dict[str, Any]:
    return {name: run.request.get(name) or {} for name in ("inputs", "parameters")}


def _answered(run: RunRecord) -> Html:
    data = (run.response or {}).get("data")
    data = data if isinstance(data, Mapping) else {}
    if run.raw and run.response:
        return tag("pre", _json(data))
    vectors = data.get("embeddings") or ([data["embedding"]] if data.get("embedding") else [])
    texts = run.texts
    parts = [
        _reasoning(data.get("reasoning") or run.reasoning),
        *(_said(f"answer {place}" if len(texts) > 1 else "", text) for place, text in enumerate(texts, 1) if text),
        shut("As JSON", tag("pre", _json(data["json"]))) if data.get("json") is not None else EMPTY,
        _segments(data.get("segments") or []),
        _listed([(str(place), _vector(each)) for place, each in enumerate(vectors, 1)], ("", "Vector")),
        *(tag("p", f"Source: {each.get('title', '')}", class_="quiet") for each in data.get("sources") or []),
        _fault(run),
    ]
    return inside(parts if any(parts) else [tag("p", "Nothing arrived.", class_="quiet")])


def _said(role: str, text: str) -> Html:
    return tag("div", tag("p", role, class_="role") if role else "", tag("p", text, class_="text"), class_="said")


def _shelf(files: Sequence[File]) -> Html:
    shown = [
        tag(
            "figure",
            tag("img", src=file.picture, alt=file.name) if file.picture else "",
            tag("figcaption", f"{file.name} · {file.note}"),
        )
        for file in files
    ]
    return tag("div", *shown, class_="files") if shown else EMPTY


def _reasoning(shown: str | Sequence[str | None]) -> Html:
    texts = [shown] if isinstance(shown, str) else [text for text in shown if text]
    return shut("Reasoning", tag("p", "\n\n".join(map(str, texts)), class_="text quiet")) if texts else EMPTY


def _segments(segments: Sequence[Any]) -> Html:
    rows = [
        (f"{each['start']:.2f} s", f"{each['end']:.2f} s", str(each["text"]))
        for each in segments
        if isinstance(each, Mapping) and "text" in each
    ]
    return _listed(rows, ("From", "To", "Text"))


def _listed(rows: Sequence[Sequence[str]], head: Sequence[str]) -> Html:
    more = len(rows) - SHOWN
    note = tag("p", f"… {more:,} more", class_="quiet") if more > 0 else EMPTY
    return inside([table(rows[:SHOWN], head), note])


def _fault(run: RunRecord) -> Html:
    message = ((run.error or {}).get("error") or {}).get("message")
    if not message:
        return EMPTY
    role = "stopped" if run.status == "cancelled" else "failed"
    return tag("div", tag("p", role, class_="role"), tag("p", str(message), class_="text"), class_="said fault")


def _times(run: RunRecord) -> list[tuple[str, str]]:
    times = run.timings
    found = {
        "Queued": times.started,
        "First token": times.first_token,
        "Last token": times.last_token,
        "Total": times.total,
    }
    return [(name, seconds(value)) for name, value in found.items() if value is not None]


def _cache(run: RunRecord, receipts: Sequence[Mapping[str, Any]]) -> Html:
    if run.task != "chat":
        return EMPTY
    said = [str(each.get("sentence", "")) for each in receipts] or ["The request did not ask for the cache."]
    return inside([tag("h3", "Cache"), *(tag("p", sentence) for sentence in said)])


def _content(content: Any) -> str:
    """The text of a message's content, which may be in parts."""
    if isinstance(content, list):
        return "\n\n".join(str(part["text"]) for part in content if isinstance(part, Mapping) and "text" in part)
    return str(content)


def _vector(values: Sequence[float]) -> str:
    return f"{len(values):,} numbers: {', '.join(f'{value:.4f}' for value in values[:6])}, …"


def _short(value: Any) -> Html | str:
    return shut("JSON", tag("pre", _json(value))) if isinstance(value, Mapping | list) else str(value)


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
