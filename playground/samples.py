"""The samples that come with the playground, texts and a recording; we wrote them, they are no data set."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playground.texts import Table, read

FOLDER = Path(__file__).with_name("samples")


@dataclass(frozen=True, slots=True)
class Sample:
    """One file of texts: what it is called, what it shows, and the column to colour by."""

    file: str
    title: str
    line: str
    colour: str


SAMPLES = (
    Sample("topics.csv", "Eight topics", "96 sentences: do they find together?", "topic"),
    Sample("meanings.csv", "Same meaning, other words", "24 sentences, three for each meaning", "meaning"),
    Sample("twists.csv", "Same words, other meaning", "24 sentences: where vectors are fooled", "change"),
)


@cache
def texts(sample: Sample) -> Table:
    """The table of a sample; its texts are in the column `text`."""
    file = FOLDER / sample.file
    return read(file.name, file.read_bytes())


@cache
def spoken() -> str:
    """What is said in `speech.flac`, as its description quotes it."""
    lines = re.findall(r"^> (.+)$", (FOLDER / "speech.md").read_text("utf-8"), re.MULTILINE)
    return " ".join(lines)
