"""`inputs` of a request -> what is asked, in our words: prompts, a conversation, texts, files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from playground.call import Media, Message, Modality
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.media import load, refer

MAX_PROMPTS = 256
MAX_TEXTS = 100_000
MAX_FILES = 64

SUBJECTS = ("prompts", "messages", "text", "texts")
MODALITIES: tuple[Modality, ...] = ("image", "video", "audio", "document")
FORMS = {"url": refer, "base64": load}
_FILES: Mapping[str, tuple[Modality, str]] = {
    f"{modality}_{form}": (modality, form) for modality in MODALITIES for form in FORMS
}
_LISTS = {f"{name}s": name for name in _FILES}
_KNOWN = (*SUBJECTS, "system", *_FILES, *_LISTS)
_HINTS = {
    "pdf_url": "document_url",
    "pdf_base64": "document_base64",
    "images": "image_urls",
    "images_url": "image_urls",
    "images_base64": "image_base64s",
}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one request asks about. At most one of `prompts`, `messages`, `texts` is there.

    `plural` tells `texts` from `text`. `files` are those beside the conversation; `media` has every file, those in
    messages too, by where it stands in `inputs` (`image_urls[1]`, `messages[0].content[1].url`).
    """

    prompts: tuple[str, ...] = ()
    messages: tuple[Message, ...] = ()
    texts: tuple[str, ...] = ()
    plural: bool = False
    system: str | None = None
    files: tuple[Media, ...] = ()
    media: Mapping[str, Media] = field(default_factory=dict)


def read(inputs: Mapping[str, Any], max_bytes: int) -> Inputs:
    """Check and read. Raises BadRequestError and PayloadTooLargeError with the field and the next step."""
    subject = _subject(inputs)
    shelf = _Shelf(max_bytes)
    files = tuple(_files(inputs, shelf))
    value = inputs[subject] if subject else None
    found = Inputs(
        prompts=strings(value, "prompts", MAX_PROMPTS) if subject == "prompts" else (),
        messages=_messages(value, shelf) if subject == "messages" else (),
        texts=_texts(subject, value),
        plural=subject == "texts",
        system=_system(inputs),
        files=files,
        media=shelf.media,
    )
    if found.system and not (found.prompts or found.messages):
        raise BadRequestError("`inputs.system` goes with `prompts` or `messages` only; leave it out")
    return found


class _Shelf:
    """The files of one request, counted and weighed."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.media: dict[str, Media] = {}

    def add(self, modality: Modality, form: str, value: Any, field: str) -> Media:
        if len(self.media) >= MAX_FILES:
            raise BadRequestError(f"`inputs.{field}` is one file too many: {MAX_FILES} are allowed; split the request")
        media = FORMS[form](value, field, modality, self._max_bytes)
        self.media[field] = media
        if sum(len(each.data) for each in self.media.values()) > self._max_bytes:
            raise PayloadTooLargeError(
                f"with `inputs.{field}` the files of this request are over {self._max_bytes / 2**20:g} MB together; "
                "split the request"
            )
        return media


def _subject(inputs: Mapping[str, Any]) -> str | None:
    for key in inputs:
        if key not in _KNOWN:
            near = _HINTS.get(key) or next(iter(get_close_matches(key, _KNOWN, 1)), None)
            hint = f"did you mean `{near}`?" if near else f"known are {_listed(_KNOWN)}"
            raise BadRequestError(f"`inputs.{key}` is not an input this server reads; {hint}", code="unknown_input")
    given = [key for key in SUBJECTS if inputs.get(key) is not None]
    files = any(inputs.get(key) is not None for key in (*_FILES, *_LISTS))
    if len(given) > 1 or not (given or files):
        what = f"{' and '.join(f'`{key}`' for key in given)} were given" if given else "there is none"
        raise BadRequestError(f"`inputs` needs exactly one of {_listed(SUBJECTS)}, or a file; {what}")
    return given[0] if given else None


def _files(inputs: Mapping[str, Any], shelf: _Shelf) -> list[Media]:
    found = []
    for key, value in inputs.items():
        if value is None:
            continue
        if key in _FILES:
            found.append(shelf.add(*_FILES[key], value, key))
        elif key in _LISTS:
            if not isinstance(value, list) or not value:
                raise BadRequestError(f"`inputs.{key}` must be a list of at least one; for one use `{_LISTS[key]}`")
            modality, form = _FILES[_LISTS[key]]
            found += [shelf.add(modality, form, each, f"{key}[{place}]") for place, each in enumerate(value)]
    return found


def _system(inputs: Mapping[str, Any]) -> str | None:
    system = inputs.get("system")
    if system is not None and not isinstance(system, str):
        raise BadRequestError(f"`inputs.system` must be a text; it is {type(system).__name__}")
    return system or None


def _texts(subject: str | None, value: Any) -> tuple[str, ...]:
    if subject == "texts":
        return strings(value, "texts", MAX_TEXTS)
    if subject != "text":
        return ()
    if not isinstance(value, str) or not value.strip():
        raise BadRequestError("`inputs.text` must be a text that is not empty")
    return (value,)


def strings(value: Any, field: str, most: int) -> tuple[str, ...]:
    """A list of texts, none of them empty. Raises BadRequestError."""
    if isinstance(value, str) or not isinstance(value, list) or not value:
        raise BadRequestError(f"`inputs.{field}` must be a list of at least one text")
    if len(value) > most:
        raise BadRequestError(f"`inputs.{field}` has {len(value):,} entries, at most {most:,} are allowed; split it")
    for number, text in enumerate(value):
        if not isinstance(text, str) or not text.strip():
            raise BadRequestError(f"`inputs.{field}[{number}]` must be a text that is not empty")
    return tuple(value)


def _messages(value: Any, shelf: _Shelf) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise BadRequestError("`inputs.messages` must be a list of at least one `{role, content}` object")
    messages = tuple(_message(entry, f"messages[{number}]", shelf) for number, entry in enumerate(value))
    if messages[-1].role != "user":
        raise BadRequestError("the last of `inputs.messages` must have the role `user`: it is what gets answered")
    return messages


def _message(entry: Any, field: str, shelf: _Shelf) -> Message:
    match entry:
        case {"role": ("user" | "assistant") as role, "content": str(content)} if content.strip() or role != "user":
            return Message(role, content)
        case {"role": "user", "content": [_, *_] as parts}:
            found = [_part(part, f"{field}.content[{place}]", shelf) for place, part in enumerate(parts)]
            texts = [each for each in found if isinstance(each, str)]
            return Message("user", "\n\n".join(texts), tuple(each for each in found if isinstance(each, Media)))
        case {"role": "assistant", "content": [*parts]} if all(map(_is_text, parts)):
            return Message("assistant", "\n\n".join(part["text"] for part in parts))
        case {"role": "assistant", "content": list()}:
            raise BadRequestError(f"`inputs.{field}` has the role `assistant` and holds a file; only users send files")
        case {"role": "system"}:
            raise BadRequestError(f"`inputs.{field}` has the role `system`; put it into `inputs.system`")
        case _:
            raise BadRequestError(
                f"`inputs.{field}` must be `{{role: user | assistant, content: text or parts}}` and not be empty"
            )


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _part(part: Any, field: str, shelf: _Shelf) -> str | Media:
    match part:
        case {"type": "text", "text": str(text)} if text.strip():
            return text
        case {"type": ("image" | "video" | "audio" | "document") as modality, "url": url, **rest} if (
            "base64" not in rest
        ):
            return shelf.add(modality, "url", url, f"{field}.url")
        case {"type": ("image" | "video" | "audio" | "document") as modality, "base64": data, **rest} if (
            "url" not in rest
        ):
            return shelf.add(modality, "base64", data, f"{field}.base64")
        case _:
            raise BadRequestError(
                f'`inputs.{field}` must be `{{"type": "text", "text": …}}`, or have a `type` of {_listed(MODALITIES)} '
                "and either `url` or `base64`"
            )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
