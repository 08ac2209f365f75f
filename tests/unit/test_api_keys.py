"""The API's keys: configured or made once, kept to oneself, never in the greeting."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from playground.api.greeting import announce, greeting
from playground.api.keys import FILE, api_key
from playground.errors import InferenceServiceUnavailableError

ROOT = Path(__file__).parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


def test_configured_keys_win_and_nothing_is_made(settings, tmp_path):
    keys, where = api_key(settings(PLAYGROUND_API_KEYS=" one-key , other-key,"))
    assert keys == ("one-key", "other-key")
    assert where == "`PLAYGROUND_API_KEYS` (environment)"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once(settings, tmp_path):
    first, where = api_key(settings(PLAYGROUND_DATA_DIR=tmp_path / "deep" / "data"))
    again, _ = api_key(settings(PLAYGROUND_DATA_DIR=tmp_path / "deep" / "data"))
    assert first == again
    assert first[0].startswith("pk_")
    assert len(first[0]) >= 40
    assert where == str(tmp_path / "deep" / "data" / FILE)
    assert {path.name for path in Path(where).parent.iterdir()} <= {FILE, f".{FILE}.lock"}


@posix
def test_only_the_owner_reads_it(settings, tmp_path):
    _, where = api_key(settings(PLAYGROUND_DATA_DIR=tmp_path / "data"))
    assert stat.S_IMODE(Path(where).stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(where).parent.stat().st_mode) == 0o700


@posix
def test_rights_of_others_are_taken_away(settings, tmp_path):
    (tmp_path / FILE).write_text("pk_copied_from_a_backup\n")
    (tmp_path / FILE).chmod(0o644)
    assert api_key(settings())[0] == ("pk_copied_from_a_backup",)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_an_empty_file_is_no_key(settings, tmp_path):
    (tmp_path / FILE).write_text("\n")
    key = api_key(settings())[0][0]
    assert key.startswith("pk_")
    assert (tmp_path / FILE).read_text() == f"{key}\n"


def test_processes_that_start_together_get_the_same_key(tmp_path):
    code = (
        "import sys; from playground.settings import Settings; from playground.api.keys import api_key;"
        "print('ready', flush=True); sys.stdin.readline();"
        f"print(api_key(Settings.of({{'PLAYGROUND_DATA_DIR': {str(tmp_path)!r}}}))[0][0])"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for racer in racers:  # nobody starts before everybody stands at the line
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    keys = {racer.communicate()[0].strip() for racer in racers}
    assert len(keys) == 1
    assert keys == {(tmp_path / FILE).read_text().strip()}


def test_a_data_folder_that_is_a_file_is_a_sentence(settings, tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(InferenceServiceUnavailableError, match="PLAYGROUND_API_KEYS") as failure:
        api_key(settings(PLAYGROUND_DATA_DIR=tmp_path / "data"))
    assert failure.value.details["retryable"] is False


def test_the_greeting_says_how_and_keeps_the_key(settings, tmp_path, capsys):
    made = settings(PLAYGROUND_DATA_DIR=tmp_path / "with space")
    announce(made, "http://127.0.0.1:8501")
    said = capsys.readouterr().err
    assert api_key(made)[0][0] not in said
    assert f"$(cat '{tmp_path / 'with space' / FILE}')" in said
    assert "http://127.0.0.1:8501/v1/inference" in said


def test_the_greeting_with_configured_keys(settings):
    said = greeting(settings(PLAYGROUND_API_KEYS="secret-one"), "http://127.0.0.1:8501")
    assert "secret-one" not in said
    assert "Bearer $PLAYGROUND_API_KEY" in said
