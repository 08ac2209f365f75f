"""What a model is for, by its id: the rules for ids that nobody describes."""

import re

from playground.call import Task


def _word(*words: str) -> re.Pattern[str]:
    """Any of these as a whole word between `-`, `_`, `/`, `.`, `:` or the ends."""
    return re.compile(rf"(?:^|[-_/.:])(?:{'|'.join(words)})(?=$|[-_/.:])", re.IGNORECASE)


def _part(*parts: str) -> re.Pattern[str]:
    return re.compile("|".join(parts), re.IGNORECASE)


# The first rule that matches decides; no task means that it is not offered.
RULES: tuple[tuple[re.Pattern[str], tuple[Task, ...]], ...] = (
    (_word("realtime", "live", "tts", "audio", "voice", "speech", "orpheus", "playai"), ()),
    (_word("image", r"image-\d", "dall-e", "sora", "imagen", "imagine", "veo", "lyria", "flux", "video"), ()),
    (_part("stable-diffusion", "rerank", "moderation", r"\bocr\b", r"\bcolbert", r"\bcolpali"), ()),
    (_word("guard", "prompt-guard", "computer-use", "deep-research"), ()),
    (_part(r"^(babbage|davinci|ada|curie)\b", "^gpt-3.5-turbo-instruct"), ()),  # completions, not chat
    (_part("embed", r"\bbge-", r"\be5-", r"\bgte-", "minilm", "m2-bert"), ("embedding",)),
    (_part("whisper", "transcribe"), ("transcription",)),
    (_part(""), ("chat",)),
)


def tasks(id: str) -> tuple[Task, ...]:  # noqa: A002 - the field's name
    """What a model with this id can be asked for."""
    return next(found for rule, found in RULES if rule.search(id))
