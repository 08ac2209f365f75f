"""Uploaded plugins are on disk all or not at all, whatever comes and whoever else is at it."""

import threading
from pathlib import Path

import pytest

from playground.errors import AlreadyExistsError, BadRequestError, ForbiddenError, NotFoundError
from playground.plugins.announced import Announced
from playground.plugins.claim import Claim
from playground.plugins.uploads import EVERYWHERE, Uploads
from tests.packing import GOOD, archive, named

LETTERS = Claim("letter_counts", "1.0.0")


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "uploads")


def package(tmp_path: Path, files: dict[str, str] = GOOD) -> Path:
    file = tmp_path / "plugin.zip"
    file.write_bytes(archive(files))
    return file


def contents(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_package_is_kept_and_found_by_another_process(uploads, tmp_path):
    made = uploads.take(package(tmp_path), LETTERS, "mine")
    assert (made.plugin_id, made.deployed_at, made.description) == (
        "letter_counts_1_0_0",
        None,
        "How often each letter stands in a text",
    )
    assert contents(made.code) == ["manifest.py", "realtime.py"]
    again = Uploads(tmp_path / "uploads")
    assert again.get("letter_counts_1_0_0", "mine") == made
    assert again.of("mine") == again.all() == [made]


def test_scopes_do_not_see_each_other(uploads, tmp_path):
    for scope in ("mine", "Mine", EVERYWHERE):
        assert uploads.of(scope) == []
        uploads.take(package(tmp_path), LETTERS, scope)
    uploads.delete("letter_counts_1_0_0", "Mine")
    assert [each.scope for each in uploads.all()] == [EVERYWHERE, "mine"]


def test_it_is_deployed_and_no_longer(uploads, tmp_path):
    uploads.take(package(tmp_path), LETTERS, "mine")
    assert list(uploads.sources()) == []
    made = uploads.deploy("letter_counts_1_0_0", "mine")
    assert made.deployed_at is not None
    assert [(each.path, each.namespace) for each in uploads.sources()] == [(made.code, "mine")]
    assert uploads.get("letter_counts_1_0_0", "mine").deployed_at is not None
    assert uploads.deploy("letter_counts_1_0_0", "mine", False).deployed_at is None


def test_a_namespace_does_without_a_plugin_of_all(uploads):
    assert uploads.disabled("mine") == set()
    uploads.enable("other_plugin_1_0_0", "mine", False)
    uploads.enable("letter_counts_1_0_0", "mine", False)
    uploads.enable("other_plugin_1_0_0", "mine")
    assert uploads.disabled("mine") == {"letter_counts_1_0_0"}
    assert uploads.disabled("Mine") == set()


def test_a_deleted_one_leaves_nothing(uploads, tmp_path):
    uploads.take(package(tmp_path), LETTERS, "mine")
    uploads.delete("letter_counts_1_0_0", "mine")
    assert contents(tmp_path / "uploads") == []
    for action in (uploads.get, uploads.deploy, uploads.delete):
        with pytest.raises(NotFoundError):
            action("letter_counts_1_0_0", "mine")


@pytest.mark.parametrize("id", ["..", "../mine/letter_counts_1_0_0", "", "a/b", "letter_counts_1_0_0\0"])
def test_an_id_is_no_path(uploads, tmp_path, id):
    uploads.take(package(tmp_path), LETTERS, "mine")
    with pytest.raises(NotFoundError):
        uploads.get(id, "mine")


REFUSED = {
    "scan": (named("letter_counts", realtime="import subprocess\n\nx = eval('1')\n"), "plugin_scan"),
    "package": ({"manifest.py": ""}, "package"),
    "another name": (named("other_name"), "plugin_manifest"),
    "another version": (named("letter_counts", "1.0.1"), "plugin_manifest"),
    "no manifest": (GOOD | {"manifest.py": "this is no Python"}, "plugin_scan"),
    "an empty manifest": (GOOD | {"manifest.py": ""}, "plugin_manifest"),
}


@pytest.mark.parametrize(("files", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_leaves_nothing(uploads, tmp_path, files, code):
    with pytest.raises(BadRequestError) as refused:
        uploads.take(package(tmp_path, files), LETTERS, "mine")
    assert refused.value.code == code
    assert contents(tmp_path / "uploads") == []
    assert uploads.all() == []


def test_a_finding_says_where_it_is(uploads, tmp_path):
    with pytest.raises(BadRequestError) as refused:
        uploads.take(package(tmp_path, REFUSED["scan"][0]), LETTERS, "mine")
    found = [(each["file"], each["line"], each["column"]) for each in refused.value.details["findings"]]
    assert found == [("realtime.py", 1, 0), ("realtime.py", 3, 4)]
    assert "realtime.py:1:0: imports `subprocess`" in refused.value.message


def test_of_many_at_once_one_is_taken(uploads, tmp_path):
    file, ends = package(tmp_path), []

    def take() -> None:
        try:
            ends.append(uploads.take(file, LETTERS, "mine"))
        except AlreadyExistsError as error:
            ends.append(error)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(not isinstance(end, AlreadyExistsError) for end in ends) == 1
    assert len(ends) == 8
    assert contents(uploads.get("letter_counts_1_0_0", "mine").code) == ["manifest.py", "realtime.py"]


@pytest.mark.parametrize(("name", "version"), [("x", "1.0.0"), ("1abc", "1.0.0"), ("a-b-c", "1.0.0"), ("abc", "new")])
def test_a_claim_has_a_name_and_a_version(name, version):
    with pytest.raises(BadRequestError) as refused:
        Claim.of(name, version)
    assert refused.value.code == "plugin_name"


def test_an_announcement_is_for_its_token_and_its_scope(tmp_path):
    announced = Announced(tmp_path)
    made, token = announced.announce(Claim.of("abc", "v1"), "mine", 60)
    assert token not in (made.folder / "announced.json").read_text()
    found = Announced(tmp_path).admit(made.upload_id, token)
    assert (found.claim, found.archive) == (Claim("abc", "1.0.0"), made.archive)
    assert announced.find(made.upload_id, "mine") == found
    with pytest.raises(ForbiddenError):
        announced.admit(made.upload_id, token + "x")
    with pytest.raises(NotFoundError):
        announced.find(made.upload_id, "other")
    announced.forget(made)
    with pytest.raises(NotFoundError):
        announced.admit(made.upload_id, token)


@pytest.mark.parametrize("id", ["..", "upl_1", "upl_" + "0" * 24, "upl_../" + "0" * 21])
def test_an_unknown_upload(tmp_path, id):
    with pytest.raises(NotFoundError):
        Announced(tmp_path).admit(id, "token")


def test_an_announcement_expires(tmp_path):
    announced = Announced(tmp_path)
    made, token = announced.announce(Claim.of("abc", "1.0.0"), "mine", -1)
    with pytest.raises(NotFoundError, match="expired"):
        announced.admit(made.upload_id, token)
