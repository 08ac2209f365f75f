"""Error rates of transcripts: against a Levenshtein by the book, what is made alike, what has no rate."""

import re

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from playground.diff import counts
from playground.errors import BadRequestError
from playground.wer import NORMALISATIONS, Errors, aligned, measure, unspaced

WORDS_ONLY, LOWER, AS_WRITTEN = NORMALISATIONS
TEXTS = st.lists(st.sampled_from(["a", "The", "cat,", "café", "cafe\u0301", "don’t", "-", "3.5", "?"]), max_size=9).map(
    " ".join
)
ANY = st.text(st.characters(codec="utf-8"), max_size=40)
HOW = st.sampled_from(NORMALISATIONS)


def distance(before, after) -> int:
    """Levenshtein, row by row."""
    row = list(range(len(after) + 1))
    for i, left in enumerate(before, 1):
        row, last = [i], row
        for j, right in enumerate(after, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right)))
    return row[-1]


def total(errors: Errors) -> int:
    return errors.substitutions + errors.deletions + errors.insertions


def compared(text: str, how) -> list[str]:
    return [word for token in how.split(text) if (word := how.word(token))]


@given(TEXTS, HOW)
def test_a_text_is_right_against_itself(text, how):
    assume(compared(text, how))
    score = measure(text, text, how)
    assert (score.words.rate, score.characters.rate) == (0, 0)


@example("a The", "The a", WORDS_ONLY)
@given(TEXTS, TEXTS, HOW)
def test_the_counts_are_levenshteins(reference, transcript, how):
    said, heard = compared(reference, how), compared(transcript, how)
    assume(said)
    score = measure(reference, transcript, how)
    assert score.words.length == len(said)
    assert total(score.words) == distance(said, heard)
    assert score.characters.length == len(" ".join(said))
    assert total(score.characters) == distance(" ".join(said), " ".join(heard))


@given(TEXTS, TEXTS, HOW)
def test_what_is_shown_is_what_is_counted(reference, transcript, how):
    assume(compared(reference, how))
    words, shown = measure(reference, transcript, how).words, counts(aligned(reference, transcript, how))
    assert (words.substitutions, words.deletions, words.insertions) == (
        shown["changed"],
        shown["removed"],
        shown["added"],
    )


@given(ANY, ANY, HOW)
def test_no_text_breaks_it(reference, transcript, how):
    """Any Unicode has a rate or a sentence; the counts add up to the length of what was heard."""
    try:
        score = measure(reference, transcript, how)
    except BadRequestError:
        assert not compared(reference, how)
        return
    for errors in filter(None, (score.words, score.characters)):
        assert errors.length > 0
        assert errors.rate >= 0
    aligned(reference, transcript, how)


def test_the_three_kinds_of_error():
    errors = measure("the cat sat on the mat", "the bat sat the mat now", WORDS_ONLY).words
    assert errors == Errors(substitutions=1, deletions=1, insertions=1, length=6)
    assert errors.rate == 0.5


def test_characters_count_spaces():
    assert measure("a b", "ab", AS_WRITTEN).characters == Errors(0, 1, 0, 3)


def test_more_than_was_said_goes_over_one():
    assert measure("yes", "no no no", WORDS_ONLY).words.rate == 3


def test_nothing_heard_is_all_deleted():
    assert measure("one two", "", WORDS_ONLY).words == Errors(0, 2, 0, 2)


@pytest.mark.parametrize("reference", ["", "  \n\t", "— … ?!"])
def test_an_empty_reference_is_a_sentence(reference):
    with pytest.raises(BadRequestError, match="the reference holds no word"):
        measure(reference, "something", WORDS_ONLY)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Hello, World!", "hello world"),
        ("DON’T don't", "don't don't"),
        ("'quoted' rock 'n' roll", "quoted rock n roll"),
        ("well-known – and/or", "well known and or"),
        ("3.5 1,000 12:30 v2. nine 9", "3.5 1,000 12:30 v2 nine 9"),
        ("5 % & more", "5 % & more"),
        ("¿Cómo está? «Ça va»", "cómo está ça va"),
        ("STRASSE straße", "strasse strasse"),
        ("cafe\u0301", "café"),
        ("привет, мир… नमस्ते", "привет мир नमस्ते"),
    ],
)
def test_words_only(written, words):
    assert compared(written, WORDS_ONLY) == words.split()


def test_the_choices_differ_in_what_they_make_alike():
    pair = ("Hello, World", "hello world")
    assert [measure(*pair, how).words.rate for how in NORMALISATIONS] == [0, 0.5, 1]
    assert [measure("nine", "9", how).words.rate for how in NORMALISATIONS] == [1, 1, 1]
    assert all("numbers stay as they are" in " ".join(how.steps) for how in (WORDS_ONLY, LOWER))


@pytest.mark.parametrize("text", ["私は学生です。", "我爱北京 天安门", "สวัสดีครับ", "សួស្តី", "GPTは便利だ"])
def test_without_spaces_there_is_no_word_error_rate(text):
    assert unspaced(text)
    score = measure(text, text[1:], WORDS_ONLY)
    assert score.words is None
    assert score.characters.deletions >= 1
    assert "".join(pair.before for pair in aligned(text, text[1:], WORDS_ONLY)) == "".join(compared(text, WORDS_ONLY))


def test_spaces_are_no_errors_where_nobody_writes_them():
    assert measure("我爱北京", "我 爱 北京", WORDS_ONLY).characters.rate == 0


@pytest.mark.parametrize(
    "text", ["hello 你好 everyone here", "hello 你好吗吧", "안녕하세요 여러분", "Привет", "مرحبا بالعالم", "123"]
)
def test_with_spaces_there_is_one(text):
    assert not unspaced(text)
    assert measure(text, text, WORDS_ONLY).words.rate == 0


def test_an_hour_of_speech():
    said = " ".join(f"word{number % 911}" for number in range(9_000))
    assert measure(said, re.sub(r"word7 ", "", said), WORDS_ONLY).words == Errors(0, 10, 0, 9_000)
