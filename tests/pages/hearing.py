"""What tests of the Transcribe page look at and do."""

import json

from playground import samples
from playground.runs import shared
from tests.pages.conftest import settle

SPEECH = (samples.FOLDER / "speech.flac").read_bytes()
CLOUD = "/v1/audio/transcriptions"


def said(at) -> str:
    """Everything that stands on the page."""
    return "\n".join(str(element.value) for kind in (at.markdown, at.caption, at.info) for element in kind)


def components(at) -> list[dict]:
    """What our own elements draw."""
    return [json.loads(component.proto.json) for component in at.get("bidi_component")]


def transcripts(at) -> list[list[dict]]:
    """The lines of each transcript on the page."""
    return [data["lines"] for data in components(at) if "lines" in data]


def diffs(at) -> list[list[tuple[str, str, str]]]:
    """What differs in each alignment on the page: (kind, before, after)."""
    return [
        [(pair["kind"], pair["before"], pair["after"]) for pair in data["pairs"] if pair["kind"] != "same"]
        for data in components(at)
        if "pairs" in data
    ]


def heard(at):
    """The page when every run has ended."""
    for run in shared().live("default"):
        run.wait(200)
    return settle(at.run())


def upload(at, name: str, data: bytes):
    return at.file_uploader(key=f"transcribe_upload_{at.session_state['transcribe_round']}").upload(name, data).run()


def go(at):
    return heard(at.button(key="transcribe_go").click().run())
