"""Vectors of texts by hashed three-letter pieces: real enough to have neighbours, made without a model."""

from zlib import crc32

from tests.replay import Answer, Received

SIZE = 96


def trigrams(text: str) -> list[float]:
    """`SIZE` numbers: each piece adds or takes 1 at its place."""
    vector = [0.0] * SIZE
    spaced = f"  {text.lower()} "
    for start in range(len(spaced) - 2):
        code = crc32(spaced[start : start + 3].encode())
        vector[code % SIZE] += 1 if code & 0x10000 else -1
    return vector


def answered(asked: Received) -> Answer:
    """The answer to `/v1/embeddings` in the shape of OpenAI's reference, see `tests/golden/README.md`."""
    rows = [
        {"object": "embedding", "index": place, "embedding": trigrams(text)}
        for place, text in enumerate(asked.json["input"])
    ]
    usage = {"prompt_tokens": 9, "total_tokens": 9}
    return Answer.json({"object": "list", "data": rows, "model": asked.json["model"], "usage": usage})
