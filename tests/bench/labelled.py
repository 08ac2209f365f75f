"""Labelled prompts for the cache's bench: read from files or made by code, and embedded by the bundled encoder."""

import hashlib
import json
import random
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import numpy as np
import platformdirs

from playground.call import Stop
from playground.providers.local.encoder import BUNDLED, load


@dataclass(frozen=True, slots=True)
class Row:
    """A prompt, and its class: two prompts of one class have the same answer."""

    text: str
    cls: int


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt with its embedding."""

    text: str
    cls: int
    vector: np.ndarray


def read(path: Path) -> list[Row]:
    """The rows of a file of JSON lines with `text` and `cls`."""
    return [Row(row["text"], row["cls"]) for row in map(json.loads, path.read_text("utf-8").splitlines())]


def generated(count: int, seed: int = 0) -> list[Row]:
    """`count` different prompts from `intents.toml`, in random order.

    Paraphrases of an intent share an answer only where every value in them agrees. It is built to be hard: most classes
    have a near twin that differs in a number, a name, a unit, a day, a negation, an antonym or the order of two names.
    Intents and values are drawn unevenly, so that classes have several prompts.
    """
    source = tomllib.loads(Path(__file__).with_name("intents.toml").read_text("utf-8"))
    die = random.Random(seed)
    classes: dict[tuple[object, ...], int] = {}
    made: dict[str, int] = {}
    while len(made) < count:
        intent = min(int(die.expovariate(0.08)), len(source["intents"]) - 1)
        phrases = source["intents"][intent]
        values = _values(phrases[0], source["values"], die)
        text = die.choice(source["openings"]) + die.choice(phrases).format(**values) + die.choice(source["endings"])
        made.setdefault(text, classes.setdefault((intent, *sorted(values.items())), len(classes)))
    return [Row(text, cls) for text, cls in made.items()]


def _values(phrase: str, choices: dict[str, list[str]], die: random.Random) -> dict[str, str]:
    """A value for each slot (`{city}`, `{city_2}`), early ones of a list more often, none twice."""
    values: dict[str, str] = {}
    for slot in sorted({name for _, name, _, _ in Formatter().parse(phrase) if name}):
        left = [choice for choice in choices[slot.removesuffix("_2")] if choice not in values.values()]
        values[slot] = left[min(int(die.expovariate(0.45)), len(left) - 1)]
    return values


def embedded(rows: Sequence[Row], folder: Path | None = None) -> list[Request]:
    """The rows with their vectors, which are kept in `folder`, else in the user's cache folder, by what they are of."""
    folder = folder or Path(platformdirs.user_cache_dir("inference-playground-bench"))
    kept = folder / f"{hashlib.sha256('|'.join(row.text for row in rows).encode()).hexdigest()[:16]}.npy"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        vectors = [vector.values for vector in load(BUNDLED).embed_all([row.text for row in rows], Stop())]
        np.save(kept, np.array(vectors, np.float32))
    return [Request(row.text, row.cls, vector) for row, vector in zip(rows, np.load(kept), strict=True)]
