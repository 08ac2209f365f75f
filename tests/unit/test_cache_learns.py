"""The cache learns on the road: similar prompts are served once enough was compared, rightly, after a restart too."""

import hashlib
from pathlib import Path

from playground.cache.cache import Cache
from playground.cache.embedder import Embedder
from playground.cache.judges import Opinion, Reading
from playground.cache.rules import Rules
from playground.cache.visit import Visit
from playground.errors import ProviderError
from playground.store.shelf import Shelf
from tests.caches import Parrot, ask, call

TOPICS = ["granite", "violin", "harbour", "tulip", "rocket", "pepper", "glacier", "lantern", "saddle", "compass"]
PHRASES = (
    *("tell me about the {}", "what is a {}", "explain the {}", "describe a {}", "please explain the {}", "{}"),
    *("what is the {}", "describe the {}", "tell me about a {}", "explain a {}", "please describe the {}", "a {}"),
    *("what is a {} please", "tell me what a {} is", "explain what the {} is", "could you describe a {}", "the {}"),
    *("could you explain the {}", "please tell me about the {}", "what does a {} mean", "what does {} mean"),
    *("i want to know what a {} is", "could you tell me about the {}", "may i ask what the {} is", "what are {}s"),
    *("tell me everything about the {}", "what do you know about the {}", "give me a description of a {}"),
    *("help me understand the {}", "what can you say about a {}", "write about the {}", "write about a {}"),
)


def topic(text: str) -> str:
    return next(word for word in TOPICS if word in text)


def nearby(text: str) -> Reading:
    """A topic's own direction, and a little of the text's."""
    noise = [byte / 255 - 0.5 for byte in hashlib.blake2b(text.encode()).digest()[:32]]
    place = next((number for number, word in enumerate(TOPICS) if word in text), 20)
    vector = [0.12 * each + (number == place) for number, each in enumerate(noise)]
    length = sum(each * each for each in vector) ** 0.5
    return Reading([each / length for each in vector])


def nobody(namespace: str, model: str, question: str) -> Opinion:
    raise ProviderError("nobody is there")


def opened(folder: Path) -> Cache:
    return Cache(Shelf(folder / "cache.db"), Embedder("toy", 32, nearby), Rules(), nobody)


def test_similar_prompts_are_served_once_enough_is_learned(tmp_path: Path):
    cache, parrot, statuses = opened(tmp_path), Parrot(topic), []
    for prompt in (phrase.format(word) for phrase in PHRASES for word in TOPICS):
        answer, receipt = ask(cache, parrot, prompt)
        statuses.append(receipt["status"])
        assert answer == topic(prompt)
        assert cache.learning.settle(60)
    assert set(statuses[:150]) <= {"miss", "learning"}
    assert statuses.count("hit") > 5
    assert parrot.asked == len(statuses) - statuses.count("hit")
    assert cache.peek(parrot, Visit("default", delta=0.0), call("describe violin")).reason == "delta_zero"
    watch = cache.state("default").books[0].watch
    assert (watch.served, watch.wrong, watch.careful) == (statuses.count("hit"), 0, False)
    cache.close()
    again = opened(tmp_path)
    assert "hit" in {again.peek(parrot, Visit("default"), call(f"describe {word}")).status for word in TOPICS}
    again.close()
