"""Weights on their way here: from a hub on loopback, from a folder, from nowhere."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from playground.call import Call, Chunk, Stop
from playground.errors import CancelledError, InferenceServiceUnavailableError
from playground.providers.local import fetched as fetched_models
from playground.providers.local.weights import Part, Weights
from tests.hub import fetched, play
from tests.replay import Answer, ReplayServer
from tests.specimens import SOUND

LARGE = bytes(range(256)) * 2**14
HALF = len(LARGE) // 2
WEIGHTS = Weights(
    (
        Part("tests/words", ("model.bin", "vocabulary.*"), ("notes.json",), folder="words"),
        Part("tests/sights", ("model.bin",)),
    ),
    megabytes=2,
)
WORDS = {"model.bin": LARGE, "vocabulary.txt": b"a b c", "notes.json": b"{}", "README.md": b"not wanted"}
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def direct(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))  # nobody is logged in
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.fixture
def hub(replay: ReplayServer) -> ReplayServer:
    """A hub that has the second half of the model; each test says what it has of the first."""
    play(replay, "tests/sights", {"model.bin": b"seen"})
    return replay


def reached(chunks: Iterator[Chunk], progress: float) -> str:
    """What is told as soon as so much is here."""
    return next(chunk.doing or "" for chunk in chunks if (chunk.progress or 0) > progress - 0.01)


def fetch(folder: Path, hub: str, stop: Stop | None = None) -> Iterator[Chunk]:
    return WEIGHTS.fetch(folder, hub, stop or Stop())


def lay(folder: Path) -> Path:
    (folder / "words").mkdir(parents=True)
    for place in ("words/model.bin", "words/vocabulary.txt", "model.bin"):
        (folder / place).write_bytes(b"x")
    return folder


def test_they_are_downloaded_with_progress(hub: ReplayServer, tmp_path: Path):
    until = Event()
    play(hub, "tests/words", {"model.bin": LARGE, "vocabulary.txt": b"a b c"}, until)
    play(hub, "tests/sights", {"model.bin": LARGE[:HALF]})
    chunks = fetch(tmp_path / "tiny", hub.url)
    assert next(chunks) == Chunk(progress=0.0, doing="Asking the hub for tiny")
    assert reached(chunks, 1 / 3) == "Downloading tiny: 2 of 6 MB"
    until.set()
    *told, last = chunks
    assert last == Chunk(progress=0.0, doing="")
    progress = [chunk.progress for chunk in told[:-1]]
    assert progress == sorted(progress)  # type: ignore[type-var]
    assert (tmp_path / "tiny" / "words" / "model.bin").read_bytes() == LARGE


def test_what_it_has_is_where_it_belongs(hub: ReplayServer, tmp_path: Path):
    play(hub, "tests/words", WORDS)
    list(fetch(tmp_path / "tiny", hub.url))
    found = {str(path.relative_to(tmp_path / "tiny")) for path in (tmp_path / "tiny").rglob("*") if path.is_file()}
    assert found == {"words/model.bin", "words/vocabulary.txt", "words/notes.json", "model.bin"}


def test_what_is_here_is_not_asked_for(hub: ReplayServer, tmp_path: Path):
    assert list(fetch(lay(tmp_path / "tiny"), hub.url)) == []
    assert hub.requests == []


def test_only_what_is_missing_is_downloaded(hub: ReplayServer, tmp_path: Path):
    folder = lay(tmp_path / "tiny")
    (folder / "words" / "vocabulary.txt").unlink()
    play(hub, "tests/words", WORDS)
    list(fetch(folder, hub.url))
    assert fetched(hub) == ["vocabulary.txt", "notes.json"]
    assert (folder / "words" / "model.bin").read_bytes() == b"x"


def test_two_at_once_download_once(hub: ReplayServer, tmp_path: Path):
    until = Event()
    play(hub, "tests/words", WORDS, until)
    leads, waits = fetch(tmp_path / "tiny", hub.url), fetch(tmp_path / "tiny", hub.url)
    news = reached(leads, 0.4)
    assert next(waits).doing == news
    until.set()
    assert [*leads][-1] == [*waits][-1] == Chunk(progress=0.0, doing="")
    assert sorted(fetched(hub)) == ["model.bin", "model.bin", "notes.json", "vocabulary.txt"]


def test_a_stop_ends_it_and_the_next_one_goes_on(hub: ReplayServer, tmp_path: Path):
    until, stop = Event(), Stop()
    play(hub, "tests/words", WORDS, until)
    chunks = fetch(tmp_path / "tiny", hub.url, stop)
    reached(chunks, 0.4)
    stop.set()
    with pytest.raises(CancelledError):
        list(chunks)
    assert WEIGHTS.missing(tmp_path / "tiny") == "words/model.bin"
    until.set()
    play(hub, "tests/words", WORDS)
    list(fetch(tmp_path / "tiny", hub.url))
    assert WEIGHTS.missing(tmp_path / "tiny") is None
    assert (tmp_path / "tiny" / "words" / "model.bin").read_bytes() == LARGE


def test_who_waits_for_anothers_download_can_stop(hub: ReplayServer, tmp_path: Path):
    until, stop = Event(), Stop()
    play(hub, "tests/words", WORDS, until)
    leads, waits = fetch(tmp_path / "tiny", hub.url), fetch(tmp_path / "tiny", hub.url, stop)
    next(leads)
    next(waits)
    stop.set()
    with pytest.raises(CancelledError):
        list(waits)
    until.set()
    list(leads)
    assert WEIGHTS.missing(tmp_path / "tiny") is None


def test_a_hub_that_cannot_be_reached_is_a_sentence_with_both_ways(tmp_path: Path):
    with pytest.raises(InferenceServiceUnavailableError) as failure:
        list(fetch(tmp_path / "tiny", NOWHERE))
    assert failure.value.message == (
        "`tiny` cannot be used: `words/model.bin` is not on this machine, and 127.0.0.1:9 cannot be reached. Let this "
        "machine reach the hub, which has its 2 MB, and try again; or put these files into the folder `tiny` in the "
        "models folder (`PLAYGROUND_MODELS_DIR`): `words/model.bin`, `words/vocabulary.*` from "
        "https://huggingface.co/tests/words; `model.bin` from https://huggingface.co/tests/sights"
    )
    assert failure.value.code == "weights_missing"
    assert failure.value.details["retryable"] is False


@pytest.mark.parametrize("lacking", ["words/model.bin", "words/vocabulary.txt", "model.bin"])
def test_a_folder_that_lacks_a_file_says_which(tmp_path: Path, lacking: str):
    folder = lay(tmp_path / "tiny")
    (folder / lacking).unlink()
    with pytest.raises(
        InferenceServiceUnavailableError, match=f"`{lacking.replace('txt', '.')}.*` is not on this machine"
    ):
        list(fetch(folder, NOWHERE))


@pytest.mark.parametrize("status", [401, 404])
def test_a_hub_that_refuses_is_told_by_its_status(hub: ReplayServer, tmp_path: Path, status: int):
    hub.on("GET", "/api/models/tests/words", Answer.json({"error": "no"}, status))
    with pytest.raises(InferenceServiceUnavailableError, match=f"answered with status {status}"):
        list(fetch(tmp_path / "tiny", hub.url))


def test_a_repository_without_the_file_ends_it(hub: ReplayServer, tmp_path: Path):
    play(hub, "tests/words", {"vocabulary.txt": b"a"})
    with pytest.raises(
        InferenceServiceUnavailableError, match=r"`words/model\.bin` is not on this machine, and the hub does"
    ):
        list(fetch(tmp_path / "tiny", hub.url))


def test_a_hub_that_is_forbidden_is_not_asked(hub: ReplayServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InferenceServiceUnavailableError, match="`HF_HUB_OFFLINE` forbids"):
        list(fetch(tmp_path / "tiny", hub.url))
    assert hub.requests == []


def test_an_extra_that_is_missing_is_named_before_anything_is_fetched(tmp_path: Path):
    row = replace(next(row for row in fetched_models.ROWS if row.extra), package="nobody_has_this")
    assert row.told(tmp_path).note.endswith("Needs `pip install 'inference-playground[whisper]'`.")
    with pytest.raises(InferenceServiceUnavailableError) as failure:
        next(row.answer(Call("transcription", row.model.id, media=(SOUND,)), tmp_path, NOWHERE))
    assert failure.value.message == (
        "`whisper-tiny` needs the package `nobody_has_this`, which is not installed; run "
        "`pip install 'inference-playground[whisper]'`"
    )
    assert failure.value.details["retryable"] is False


def test_a_folder_that_cannot_be_made_is_told(hub: ReplayServer, tmp_path: Path):
    play(hub, "tests/words", WORDS)
    (tmp_path / "tiny").write_text("a file where the folder should be")
    with pytest.raises(InferenceServiceUnavailableError, match="the models folder cannot be written"):
        list(fetch(tmp_path / "tiny", hub.url))
