"""What of a person's files the chosen model takes; why not, and who does."""

from collections.abc import Iterable, Sequence
from itertools import islice

from playground.call import Modality
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.words import NOUNS, kind
from playground.ui.core import core
from playground.ui.listings import listings
from playground.ui.picker import Choice, known

FILES: tuple[Modality, ...] = ("image", "audio", "video", "document")
_FEW = 3


def taken(choice: Choice) -> list[Modality]:
    """The kinds of files that go in, empty while no model is picked."""
    return [each for each in FILES if choice.can and each in choice.can.model.inputs]


def refusal(choice: Choice, file: Attachment) -> str:
    """Why this file cannot go to the chosen model, empty when it can."""
    if not file.there:
        return "It is not kept any more, or only without the key in its address; attach it again."
    if choice.can is None:
        return ""
    if file.modality not in taken(choice):
        return f"`{choice.model}` takes {listed([NOUNS[each] for each in choice.can.model.inputs], 'and')} only."
    mimes = choice.can.files.get(file.modality, ())
    if file.mime and mimes and file.mime not in mimes:
        better = " or ".join(kind(Attachment("", file.modality, mime)) for mime in mimes[:_FEW])
        return f"{choice.title} does not take {kind(file)}; convert it to {better}."
    return ""


def others(choice: Choice, modalities: Iterable[Modality]) -> list[tuple[str, str]]:
    """(provider, model): a few that chat and take all of these, of the chosen provider and on this machine."""
    wanted = set(modalities)
    names = dict.fromkeys((choice.provider, "local"))
    return [pair for name in names for pair in islice(_takers(name, wanted), _FEW) if pair[1] != choice.model]


def fate(choice: Choice, file: Attachment) -> str:
    """How a file travels, in a few words."""
    if not file.url:
        return "the file is sent"
    provider = core().providers[choice.provider]
    if provider.fetches(choice.model, file.media):
        return f"the address is sent, {choice.title} fetches it"
    return "fetched here, then sent"


def _takers(name: str, wanted: set[Modality]) -> Iterable[tuple[str, str]]:
    provider = core().providers[name]
    for model in listings(core()).get(name).models:
        can = known(provider, model.id, model)
        said = can.as_of or name == "local" or len(model.inputs) > 1  # a guess recommends nobody
        if said and "chat" in model.tasks and wanted <= set(can.model.inputs):
            yield name, model.id


def listed(words: Sequence[str], last: str) -> str:
    """`images, sound or film`; `last` is the word before the last one."""
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
