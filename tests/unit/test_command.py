"""`python -m playground keys …`: the same keys as the server's, the new one on standard output and nowhere else."""

import pytest

from playground.command import main
from playground.options import TABLE
from playground.store.history import History
from playground.store.keys import digest


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Runs the command: its exit status, standard output and standard error."""
    for row in TABLE:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setenv("PLAYGROUND_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        status = main(["keys", *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def test_a_key_is_made_listed_and_revoked(command, tmp_path):
    status, out, said = command("create", "ci", "--namespace", "team-a", "--namespace", "team-b", "--limit", "60")
    key = out.strip()
    assert (status, len(key)) == (0, 46)
    assert "the namespaces team-a, team-b" in said
    assert key not in said
    history = History(tmp_path / "playground.db")
    assert history.keys.find(key).name == "ci"
    history.close()
    _, listed, _ = command("list")
    assert [line.split()[0] for line in listed.splitlines()] == ["NAME", "first", "ci"]
    assert "team-a, team-b" in listed
    assert digest(key)[:16] in listed
    assert key not in listed
    assert command("revoke", "ci")[0] == 0
    assert "team-a" not in command("list")[1]


def test_fixed_keys_are_listed_as_such_and_masked(command, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_API_KEYS", "first-key-0123456789abcdef,zz-short-zz")
    _, listed, _ = command("list")
    assert "PLAYGROUND_API_KEYS (1)" in listed
    assert "PLAYGROUND_API_KEYS (2)" in listed
    assert "0123456789abcdef" not in listed
    assert "zz-" not in listed


def test_what_cannot_be_done_is_a_sentence(command, monkeypatch):
    assert command("revoke", "nobody") == (1, "", "there is no key `nobody`; list them to see\n")
    assert command("create", "ci", "--namespace", "no/pe")[0] == 1
    monkeypatch.setenv("PLAYGROUND_DATABASE_URL", "mysql://x")
    assert "must start with `sqlite:///`" in command("list")[2]
