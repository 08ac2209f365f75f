"""Summaries quote the sentences that say most; sentences are found in any language."""

import pytest

from playground.call import Call, Chunk, Message, Stop
from playground.errors import BadRequestError, CancelledError
from playground.providers.local import summary
from playground.providers.local.sentences import split
from playground.providers.local.speaking import count

ARTICLE = """\
The city council voted on Tuesday to close the main street to cars for the summer.

Shops along the street had asked for the trial after sales rose by a tenth during last year's festival, when the road
was free of traffic for two weeks. Residents were divided. Some worried about noise at night and about where delivery
vans would stop. "I have waited for this for twenty years," said Maria Lopez, who runs a bakery opposite the town hall.

The trial begins on the first of June and ends in September. Buses will be sent through two side streets, and
deliveries will be allowed until ten in the morning. If jams get worse by more than a fifth, the mayor can end the
trial early. My aunt makes very good plum jam. The council will then decide whether the street stays closed for good.
"""
WRAPPED = "A line that an editor wrapped, quite long"


def summarise(text: str, **parameters: object) -> tuple[str, Chunk]:
    call = Call("chat", "summary", messages=(Message("user", text),), parameters=parameters)
    chunks = list(summary.answer(call))
    return "".join(chunk.text for chunk in chunks), chunks[-1]


@pytest.mark.parametrize("wanted", [1, 2, 5])
def test_sentences_are_quoted_in_their_order(wanted: int):
    sentences = split(ARTICLE)
    text, last = summarise(ARTICLE, sentences=wanted)
    chosen = [sentence for sentence in sentences if sentence in text]
    assert text == " ".join(chosen)
    assert len(chosen) == wanted
    assert last.finish_reason == "stop"
    assert last.usage.completion == count(text)  # type: ignore[union-attr]
    assert last.usage.prompt == count(ARTICLE)  # type: ignore[union-attr]


def test_it_picks_the_point_and_leaves_the_aside():
    text, _ = summarise(ARTICLE)
    assert "close the main street to cars" in text
    assert "plum jam" not in text
    assert len(split(text)) == 3
    assert text == summarise(ARTICLE)[0]


def test_it_does_not_say_one_thing_twice():
    echo = "The parliament passed the budget on Friday. " + " ".join(
        ["On Friday the budget was passed by the parliament."] * 4
        + ["The opposition had wanted more money for schools.", "Teachers announced protests in the capital."]
    )
    text, _ = summarise(echo, sentences=3)
    assert text.count("budget") == 1
    assert len(split(text)) == 3


def test_an_instruction_before_the_text_is_no_part_of_it():
    assert summarise(f"Summarise this report in a few sentences:\n\n{ARTICLE}")[0] == summarise(ARTICLE)[0]


@pytest.mark.parametrize("text", ["What is the capital of France?", "!!!", "Hello", "42"])
def test_no_text_to_shorten_is_said(text: str):
    answer, last = summarise(text)
    assert answer.startswith("I pick the most telling sentences")
    assert last.finish_reason == "stop"


def test_a_short_text_is_its_own_summary():
    answer, _ = summarise("The first sentence is here. The second one follows it.")
    assert answer.startswith("The text has 2 sentences, no more than were asked for")


def test_only_the_last_message_counts():
    messages = (Message("user", "Hello. " * 9), Message("assistant", "…"), Message("user", ARTICLE))
    chunks = list(summary.answer(Call("chat", "summary", messages=messages)))
    assert "".join(chunk.text for chunk in chunks) == summarise(ARTICLE)[0]


def test_max_tokens():
    text, last = summarise(ARTICLE, max_tokens=7)
    assert text == "The city council voted on Tuesday to"
    assert (last.finish_reason, last.usage.completion) == ("length", 7)  # type: ignore[union-attr]


def test_too_long_a_text_is_refused():
    with pytest.raises(BadRequestError, match="summarise it in parts"):
        summarise("This is one more sentence. " * 3001)


def test_stop_while_it_reads():
    stop = Stop()
    stop.set()
    call = Call("chat", "summary", messages=(Message("user", ARTICLE),), stop=stop)
    with pytest.raises(CancelledError):
        list(summary.answer(call))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One here. Two here! Three here? Four…", ["One here.", "Two here!", "Three here?", "Four…"]),
        ("Dr. Smith met J. Doe at 3.5 p.m. there. He left.", ["Dr. Smith met J. Doe at 3.5 p.m. there.", "He left."]),
        ("See e.g. this and No. 5 here. Next.", ["See e.g. this and No. 5 here.", "Next."]),
        ('He said: "No!" Then he (really) left... Why?', ['He said: "No!"', "Then he (really) left...", "Why?"]),
        ("It passed 5 to 4. “Fine.” Good.", ["It passed 5 to 4.", "“Fine.”", "Good."]),
        ("今日は晴れです。明日は雨でしょう！本当ですか？", ["今日は晴れです。", "明日は雨でしょう！", "本当ですか？"]),
        ("Привет мир. Как дела? Хорошо.", ["Привет мир.", "Как дела?", "Хорошо."]),
        ("¿Dónde está? ¡Aquí! Bien.", ["¿Dónde está?", "¡Aquí!", "Bien."]),
        ("मैं यहाँ हूँ। तुम कहाँ हो?", ["मैं यहाँ हूँ।", "तुम कहाँ हो?"]),
        ("# Title\n\n- First\n- Second item. More.\n2. Third", ["Title", "First", "Second item.", "More.", "Third"]),
        (f"{WRAPPED}\nas it was. B.", [f"{WRAPPED} as it was.", "B."]),
        ("", []),
        (" . . ! \n\n - \n", []),
    ],
)  # fmt: skip
def test_split(text: str, sentences: list[str]):
    assert split(text) == sentences


@pytest.mark.timeout(10)
@pytest.mark.parametrize("text", [".", ". ", '."', "。", "a\n", "\n", "a. B", "x", "(" * 3 + ")", "! ?"])
def test_split_takes_linear_time(text: str):
    split(text * 200_000)


def test_no_word_is_lost():
    assert " ".join(split(ARTICLE)).split() == ARTICLE.split()
