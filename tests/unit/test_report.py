"""A report is one file without scripts: whatever a prompt, an answer or a file's name says, it stays a text."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.record import RunRecord
from playground.report import Exhibit, File, report
from playground.report.markup import Html, tag
from playground.seal import seal
from playground.settings import Settings
from tests.runs import NOON, chat

SECRET = "sk-very-<secret>&0123456789"
SETTINGS = Settings.of({"OPENAI_API_KEY": SECRET})
EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'</style></title><!-- ${title} $body"
PICTURE = "data:image/webp;base64,UklGRg=="
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "a", "b", "span", "div", "section"),
    *(
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "details",
        "summary",
        "pre",
        "figure",
        "figcaption",
        "img",
        "footer",
    ),
}
ATTRIBUTES = {"class", "id", "href", "src", "alt", "lang", "charset", "content", "name", "http-equiv"}


class Reader(HTMLParser):
    """What a browser would see: elements, attributes, and the texts that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((name, dict(attributes)))

    def handle_data(self, text: str) -> None:
        self.shown += text

    def handle_comment(self, comment: str) -> None:
        raise AssertionError(f"a comment: {comment}")


def read(*runs: RunRecord, title: str = "A run", files: tuple[File, ...] = ()) -> tuple[str, Reader]:
    page = report([Exhibit(run, files) for run in runs], title, mask=SETTINGS.masked, made=NOON).decode()
    reader = Reader()
    reader.feed(page)
    reader.close()
    return page, reader


def harmless(reader: Reader) -> None:
    for name, attributes in reader.elements:
        assert name in ALLOWED
        assert set(attributes) <= ATTRIBUTES
        assert (attributes.get("src") or PICTURE).startswith("data:image/webp;base64,")
        assert (attributes.get("href") or "#run-1").startswith("#run-")


def evil(text: str) -> RunRecord:
    """A run that says it in every place that a stranger can write to."""
    inputs = {"system": text, "messages": [{"role": text, "content": [{"type": "text", "text": text}]}]}
    return chat(
        provider=text,
        model=text,
        request={"inputs": inputs, "parameters": {text: text, "schema": {text: [text]}}},
        response={
            "data": {"text": text, "reasoning": text, "json": {text: text}, "sources": [{"title": text}]},
        },
        error={"error": {"message": text}},
        versions={"model": text, text: text},
        cache=({"status": "hit", "sentence": text},),
    )


def test_evil_texts_stay_texts():
    run = evil(EVIL)
    page, reader = read(run, run, title=EVIL, files=(File(EVIL, EVIL, PICTURE), File(EVIL, EVIL)))
    harmless(reader)
    assert reader.shown.count(EVIL) > 20
    assert "<script" not in page
    assert not re.search(r"https?://", page)


@given(st.text(max_size=80))
def test_any_text_is_shown_as_it_is(text: str):
    _, reader = read(chat(text=text, question=text, model=text), title="x")
    harmless(reader)
    assert text.encode("utf-8", "replace").decode().replace("\r\n", "\n") in reader.shown.replace("\r\n", "\n")


@pytest.mark.parametrize("place", ["question", "text", "model"])
def test_secrets_are_dots(place: str):
    page, reader = read(chat(**{place: f"my key is {SECRET}!"}), files=(File(SECRET, "10 kB"),), title=SECRET)
    assert SECRET not in reader.shown
    assert "0123456789" not in page
    assert "my key is •••!" in reader.shown


def test_it_forbids_scripts_and_other_hosts_itself():
    _, reader = read(chat())
    policies = [a["content"] for name, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_what_it_says_of_a_run():
    run = chat(cost=0.00012, prompt_tokens=1500, completion_tokens=40, versions={"playground": "9.9"})
    _, reader = read(run)
    for part in (
        *("local / handbook", "What is TTFT?", "Time to first token.", "$0.00012", "1,500 in, 40 out", "9.9"),
        *("Recorded 21 September 2026, 14:13:20 UTC", "done", "10 ms", "run_1", seal(run)),
        "The request did not ask for the cache.",
    ):
        assert part in reader.shown


def test_several_runs_have_an_overview_that_leads_to_each():
    _, reader = read(chat("a", "First?"), chat("b", "Second?", status="failed", response=None))
    links = [attributes["href"] for name, attributes in reader.elements if name == "a"]
    places = [attributes["id"] for name, attributes in reader.elements if name == "section"]
    assert links == [f"#{place}" for place in places] == ["#run-1", "#run-2"]
    assert reader.shown.count("First?") == 2
    assert "Nothing arrived." in reader.shown


def test_every_kind_of_answer():
    vector, segment = [0.25] * 384, {"start": 0.5, "end": 2.0, "text": "Hello there"}
    film = [{"start": 0.0, "end": 5.0}, None]
    _, reader = read(
        chat("a", task="embedding", response={"data": {"embedding": vector, "dimensions": 384}}),
        chat("b", task="embedding", response={"data": {"embeddings": [vector] * 300, "segments": film}}),
        chat("c", task="transcription", response={"data": {"text": "Hello there", "segments": [segment]}}),
        chat("d", response={"data": {"texts": ["Uno", None, "Tres"]}}),
        chat("e", status="cancelled", response=None, partial=("Half a sen",)),
        chat("f", response={"data": None}),
    )
    for part in ("384 numbers: 0.2500", "… 100 more", "0.50 s", "Uno", "Tres", "Half a sen", "stopped"):
        assert part in reader.shown


def test_markup_is_told_from_text():
    assert tag("p", "<b>", Html("<i></i>"), class_='"') == '<p class="&quot;">&lt;b&gt;<i></i></p>'
