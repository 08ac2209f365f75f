"""Names, versions, ids and addresses: every spelling is one value, what is none is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.plugins.names import Uri, check_name, inference_name, normalised, plugin_id

NAMES = st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{2,63}", fullmatch=True)
PARTS = st.tuples(*[st.integers(0, 10**6)] * 3)
INDEXES = st.from_regex(r"[A-Za-z0-9_.\-]{1,40}", fullmatch=True)


def spellings(parts: tuple[int, int, int]) -> list[str]:
    major, minor, patch = parts
    found = [f"{major}.{minor}.{patch}", f"v{major}.{minor}.{patch}"]
    if not patch:
        found += [f"{major}.{minor}", f"v{major}.{minor}"]
        if not minor:
            found += [str(major), f"v{major}"]
    return found


@given(PARTS)
def test_every_spelling_of_a_version_is_one_version(parts):
    assert {normalised(each) for each in spellings(parts)} == {".".join(map(str, parts))}


@given(st.tuples(st.integers(0, 99), st.just(0), st.just(0)))
def test_short_spellings_too(parts):
    assert {normalised(each) for each in spellings(parts)} == {f"{parts[0]}.0.0"}


@given(NAMES, PARTS)
def test_an_id_has_a_name_and_a_version_and_nothing_else(name, parts):
    assert check_name(name) == name
    made = plugin_id(name, ".".join(map(str, parts)))
    assert made.startswith(f"{name}_")
    assert tuple(map(int, made.removeprefix(f"{name}_").split("_"))) == parts
    assert inference_name(made) == f"custom_plugin_{made}"


@given(NAMES, PARTS, INDEXES | st.just(""))
def test_an_address_is_read_as_it_is_written(name, parts, index):
    written = Uri(name, ".".join(map(str, parts)), index)
    assert Uri.parse(str(written)) == written
    for version in spellings(parts):
        tail = f"/{index}" if index else ""
        assert Uri.parse(f"mixpeek://{name}@{version}{tail}") == written
    assert written.plugin_id == plugin_id(name, written.version)


@given(st.text().filter(lambda text: not text.lower().lstrip().startswith("mixpeek://")))
def test_whatever_is_no_address_is_a_sentence(text):
    with pytest.raises(ValueError, match="it is written"):
        Uri.parse(text)


@pytest.mark.parametrize("name", ["", "ab", "1abc", "a-b-c", "a b c", "abc\n", "ä" * 4, "a" * 65, "_abc"])
def test_what_is_no_name(name):
    with pytest.raises(ValueError, match="is no name of a plugin"):
        check_name(name)


@pytest.mark.parametrize("version", ["", "v", "latest", "1.0.0.0", "1.0-beta", "-1", "1..0", "١.0.0", "9" * 5000])
def test_what_is_no_version(version):
    with pytest.raises(ValueError, match="is no version"):
        normalised(version)


@pytest.mark.parametrize(
    "text",
    ["", "mixpeek://", "mixpeek://abc", "mixpeek://abc/embedding", "http://abc@1/x", "mixpeek://abc@1/x/y", "abc@1/x"],
)
def test_what_is_no_address(text):
    with pytest.raises(ValueError, match="it is written `mixpeek://name@version/index`"):
        Uri.parse(text)


def test_the_examples_of_the_contract():
    assert Uri.parse("mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1") == Uri(
        "text_extractor", "1.0.0", "multilingual_e5_large_instruct_v1"
    )
    assert Uri.parse("mixpeek://my_custom_embedder@1.0.0/embedding").plugin_id == "my_custom_embedder_1_0_0"
    assert plugin_id("my_text_embedder", "v1") == "my_text_embedder_1_0_0"
