"""A very small Whisper for CTranslate2 that says the same in every window, whatever it hears; written without torch.

What comes next depends on the last token alone: the row of each token in the last projection is the embedding of the
token that it follows. For the times of words, the last layer's first head looks from each token at the moments whose
position encoding is that token's embedding; all other layers are zeros.
"""

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

TEXTS = 50257
"""Tokens before the special ones, as in the published models."""
CHAIN = ("<|transcribe|>", "<|0.00|>", "Ġgood", "Ġmorning", "<|1.00|>", "<|1.02|>", "Ġyou", "<|2.00|>", "<|endoftext|>")
"""What is said after the task; times are of the window."""
HEARD = (("<|notimestamps|>", 0.0), ("Ġgood", 0.5), ("Ġmorning", 1.02), ("Ġyou", 2.0))
"""Words are aligned without their times: the token before each, and from which second on it looks at the sound."""
LANGUAGE = "de"
"""What it takes every sound for."""
_LANGUAGES = 99
_TIMES = 1501


def whisper(folder: Path, width: int = 64, layers: int = 1, heads: int = 2) -> Path:
    """A whole model folder, as faster-whisper loads it."""
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    special = ["<|endoftext|>", "<|startoftranscript|>"]
    special += [f"<|{code}|>" for code in _LANGUAGE_CODES[:_LANGUAGES]]
    special += ["<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", "<|nospeech|>"]
    special += ["<|notimestamps|>"]
    words = [*pre_tokenizers.ByteLevel.alphabet(), *(token for token in CHAIN if token[0] == "Ġ")]
    texts = [*words, *(f"unused{number}" for number in range(TEXTS - len(words) - 1))]
    texts.append("")  # by this CTranslate2 knows a multilingual model
    vocabulary = [*texts, *special, *(f"<|{place * 0.02:.2f}|>" for place in range(_TIMES))]
    folder.mkdir(parents=True)
    _spec(vocabulary, width, layers, heads).save(str(folder))
    _tokenizer(texts, special).save(str(folder / "tokenizer.json"))
    config = {
        "alignment_heads": [[layers - 1, 0]],
        "lang_ids": list(range(TEXTS + 2, TEXTS + 2 + _LANGUAGES)),
        "suppress_ids": [],
        "suppress_ids_begin": [],
    }
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def _tokenizer(texts: Sequence[str], special: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE({text: place for place, text in enumerate(texts)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in special])
    return tokenizer


def _spec(vocabulary: list[str], width: int, layers: int, heads: int) -> Any:
    from ctranslate2.specs import WhisperSpec

    spec = WhisperSpec(layers, heads, layers, heads)
    encoder, decoder = spec.encoder, spec.decoder
    for conv, channels in ((encoder.conv1, 80), (encoder.conv2, width)):
        conv.weight, conv.bias = _zeros(width, channels, 3), _zeros(width)
    decoder.position_encodings.encodings = _zeros(448, width)
    for side in (encoder, decoder):
        _norm(side.layer_norm, width)
        for layer in side.layer:
            _layer(layer, width)
    decoder.embeddings.weight, decoder.projection.weight = _said(vocabulary, width)
    looking = decoder.layer[-1].attention.linear
    looking[0].weight, looking[1].weight[:width] = 4 * np.eye(width, dtype=np.float32), np.eye(width)
    encoder.position_encodings.encodings = moments = _zeros(1500, width)
    for token, second in HEARD:
        moments[int(second * 50) :] = decoder.embeddings.weight[vocabulary.index(token)]
    spec.register_vocabulary(vocabulary)
    spec.validate()
    return spec


def _said(vocabulary: list[str], width: int) -> tuple[Any, Any]:
    """Embeddings and last projection of a model that says the chain."""
    place = {token: number for number, token in enumerate(vocabulary)}
    embeddings, projection = _zeros(len(vocabulary), width), _zeros(len(vocabulary), width)
    links = [("<|startoftranscript|>", f"<|{LANGUAGE}|>"), ("<|notimestamps|>", CHAIN[2]), *pairwise(CHAIN)]
    signs = np.random.default_rng(3).choice((-1.0, 1.0), (len(links), width)).astype(np.float32)
    signs -= signs.mean(axis=1, keepdims=True)
    for (token, following), sign in zip(links, signs, strict=True):
        embeddings[place[token]] = sign
        projection[place[following]] += sign
    return embeddings, projection


def _layer(layer: Any, width: int) -> None:
    sights = [(layer.self_attention, (3, 1))] + ([(layer.attention, (1, 2, 1))] if hasattr(layer, "attention") else [])
    for attention, sizes in sights:
        _norm(attention.layer_norm, width)
        for linear, size in zip(attention.linear, sizes, strict=True):
            linear.weight, linear.bias = _zeros(size * width, width), _zeros(size * width)
    _norm(layer.ffn.layer_norm, width)
    layer.ffn.linear_0.weight, layer.ffn.linear_0.bias = _zeros(4 * width, width), _zeros(4 * width)
    layer.ffn.linear_1.weight, layer.ffn.linear_1.bias = _zeros(width, 4 * width), _zeros(width)


def _norm(norm: Any, width: int) -> None:
    norm.gamma, norm.beta = np.ones(width, np.float32), _zeros(width)


def _zeros(*shape: int) -> Any:
    return np.zeros(shape, np.float32)
