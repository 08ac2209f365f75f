"""What files a wire takes: kinds, types, how many, how large, and which addresses its server fetches itself."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from playground.call import Call, Media, Modality
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.media import EXTENSIONS
from playground.wire import Dialect

MB = 2**20
_WORDS: Mapping[Modality, str] = {
    "text": "text",
    "image": "images",
    "audio": "audio",
    "video": "video",
    "document": "PDF",
}
_ENDINGS = {ending: mime for mime, ending in EXTENSIONS.items()} | {"jpeg": "image/jpeg"}
_SHORT = {"image/jpeg": "JPEG", "audio/mpeg": "MP3", "audio/mp4": "M4A", "video/quicktime": "MOV", "image/webp": "WebP"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One modality: the MIME types that are taken, by content; at most `most` files of at most `size` bytes.

    `fetched`: the server fetches an https address itself.
    """

    mimes: tuple[str, ...]
    most: int | None = None
    size: int | None = None
    fetched: bool = False


@dataclass(frozen=True, slots=True)
class Intake:
    """The files of one request: `kinds` by modality, and `total` bytes of them all.

    `encoded`: sizes count the Base64 that is sent. `typed`: an address goes with its type, so one whose path does not
    tell it must be loaded. `hint` is what to do about a file that no model of this wire takes.
    """

    kinds: Mapping[Modality, Kind] = field(default_factory=dict)
    total: int | None = None
    encoded: bool = False
    typed: bool = False
    hint: str = "choose a model that does, or leave the file out"

    def fetches(self, media: Media) -> bool:
        """Whether the server fetches this address itself."""
        kind = self.kinds.get(media.modality)
        if kind is None or not kind.fetched or not media.url.lower().startswith("https://"):
            return False
        return not self.typed or mime_of(media) in kind.mimes

    def check(self, files: Collection[Media], *, model: str, title: str, inputs: Collection[Modality] | None) -> None:
        """Raise BadRequestError or PayloadTooLargeError for the first file that cannot go; the sentence says why.

        `inputs` is what the model takes, None where nobody knows.
        """
        takes = [sense for sense in self.kinds if inputs is None or sense in inputs]
        for each in files:
            if each.modality not in takes:
                raise _refused(each, model, takes, self.hint)
            self._check(each, self.kinds[each.modality], title)
        for sense, count in Counter(each.modality for each in files).items():
            most = self.kinds[sense].most
            if most is not None and count > most:
                raise BadRequestError(
                    f"{title} takes at most {most:,} {_WORDS[sense]} in one request, not {count:,}; send fewer",
                    code="too_many_files",
                )
        weight = sum(map(self._weight, files))
        if self.total is not None and weight > self.total:
            raise PayloadTooLargeError(
                f"the files of this request have {_mb(weight)} together{self._how()}, and {title} takes "
                f"{_mb(self.total)}; send fewer or smaller ones, or addresses"
            )

    def _check(self, media: Media, kind: Kind, title: str) -> None:
        if not media.data:
            if not self.fetches(media):
                raise BadRequestError(f"{title} does not fetch the address of `{media.name}`; send the file itself")
            return
        if media.mime not in kind.mimes:
            raise BadRequestError(
                f"{title} does not take {media.mime}, which `{media.name}` is; convert it to {_either(kind.mimes)}",
                code="type_refused",
                details={"mime": media.mime, "takes": list(kind.mimes)},
            )
        if kind.size is not None and self._weight(media) > kind.size:
            raise PayloadTooLargeError(
                f"`{media.name}` has {_mb(self._weight(media))}{self._how()}, and {title} takes at most "
                f"{_mb(kind.size)}; make it smaller"
            )

    def _weight(self, media: Media) -> int:
        return -(-len(media.data) // 3) * 4 if self.encoded else len(media.data)

    def _how(self) -> str:
        return " in Base64" if self.encoded else ""


class Taking(Dialect, Protocol):
    """A dialect that says what files it takes. A module can be one."""

    def takes(self, model: str) -> Intake:
        """The files of one request to a model."""


def files(call: Call) -> tuple[Media, ...]:
    """Every file of a call, in its order."""
    return (*(each for message in call.messages for each in message.media), *call.media)


def mime_of(media: Media) -> str:
    """The type of a file by its content; of an address by the ending of its path, empty where that tells nothing."""
    if media.data:
        return media.mime
    return _ENDINGS.get(urlsplit(media.url).path.rpartition(".")[2].lower(), "")


def taken(intake: Intake, inputs: Iterable[Modality]) -> dict[Modality, tuple[str, ...]]:
    """{modality: MIME types} of the files that a model with these inputs takes on this wire."""
    return {sense: intake.kinds[sense].mimes for sense in inputs if sense in intake.kinds}


def _refused(media: Media, model: str, takes: Collection[Modality], hint: str) -> BadRequestError:
    words = [_WORDS[sense] for sense in ("text", *takes)]
    return BadRequestError(
        f"`{model}` does not take {_WORDS[media.modality]}; it takes {_joined(words, 'and')}: {hint}",
        code="modality_refused",
        details={"modality": media.modality, "model": model, "takes": ["text", *takes]},
    )


def _either(mimes: Collection[str]) -> str:
    return _joined([_SHORT.get(mime, mime.rpartition("/")[2].upper()) for mime in mimes], "or")


def _joined(words: list[str], last: str) -> str:
    return f" {last} ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _mb(size: int) -> str:
    return f"{size / MB:.3g} MB"
