"""Form: which page asks a request, and what its widgets hold then; pure but for files, which are opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.call import Provider, Task
from playground.enclosed import enclosed
from playground.errors import BadRequestError
from playground.pasted import Pasted
from playground.resolve import ALIASES
from playground.texts import Table
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.given import given
from playground.ui.cache import controls
from playground.ui.conversation import TURNS, Turn, questions
from playground.ui.embeddings.intake import FILE, PASTE, UPLOAD
from playground.ui.sending import BACK
from playground.ui.transcribe.recording import TAKEN

PAGES: Mapping[Task, str] = {"chat": "chat", "embedding": "embeddings", "transcription": "transcribe"}
"""The page of each task; its name begins the keys of its widgets."""
Request = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What a page has to hold: `values` of session keys, beside those that the controls fill themselves.

    `attach` names the files that the text only named and that have to be given again; `notes` say what the form cannot
    hold as it was pasted.
    """

    task: Task
    request: Request
    values: Mapping[str, Any]
    attach: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def form_of(pasted: Pasted, providers: Mapping[str, Provider]) -> Form:
    """The form for a pasted request. Raises BadRequestError for what no page can ask."""
    request = pasted.request.model_dump(exclude_none=True)
    provider = _provider(request, providers)
    task = _task(request["inputs"], provider, str(request["model"]))
    if task not in provider.tasks:
        raise BadRequestError(f"{provider.title} has no models for {task}; change `provider` or `inputs`")
    request |= {"provider": provider.name}
    files = {place: file for place, file in given(request).items() if file.there}
    values, notes = _FILL[task](request, files)
    lost = len(given(request)) - len(files) - len(pasted.files)
    if lost > 0:
        notes = (*notes, f"{lost} of its files cannot be opened here; attach them again")
    return Form(task, request, values, pasted.files, (*notes, *_rounded(request)))


def _provider(request: Request, providers: Mapping[str, Provider]) -> Provider:
    plugin = next((name for name in ("inference_name", "feature_uri") if request.get(name)), None)
    if plugin:
        raise BadRequestError(f"the request asks by `{plugin}`; a form asks by `provider` and `model`: name those")
    name = str(request.get("provider") or "").strip().lower()
    found = providers.get(ALIASES.get(name, name))
    if found is None or not request.get("model"):
        there = ", ".join(f"`{each}`" for each in providers)
        what = f"no provider `{name}` here; there are {there}" if name and found is None else "`provider` and `model`"
        raise BadRequestError(what if found is None and name else f"the request needs {what}; add both")
    if found.name == "local" and found.model(str(request["model"])) is None:
        there = ", ".join(f"`{each.id}`" for each in found.models())
        raise BadRequestError(f"no model `{request['model']}` on this machine; there are {there}")
    return found


def _task(inputs: Mapping[str, Any], provider: Provider, model: str) -> Task:
    """As the core tells it, but without opening files."""
    if inputs.get("prompts") or inputs.get("messages"):
        return "chat"
    kinds = {each.modality for each in enclosed(inputs)}
    known = provider.model(model)
    if kinds == {"audio"} and not (inputs.get("text") or inputs.get("texts")):
        return "embedding" if known is not None and known.tasks == ("embedding",) else "transcription"
    if kinds or inputs.get("text") or inputs.get("texts"):
        return "embedding"
    raise BadRequestError("the request asks nothing: its `inputs` have no prompts, messages, texts or files")


def _chat(request: Request, files: Mapping[str, Attachment]) -> tuple[dict[str, Any], tuple[str, ...]]:
    inputs, notes = dict(request["inputs"]), tuple[str, ...]()
    prompts = inputs.get("prompts") or []
    if len(prompts) > 1:
        notes = (f"Chat asks one prompt at a time: the first of {len(prompts)} is in the box, the others are left out",)
        inputs["prompts"] = prompts[:1]
    asked = questions({**request, "inputs": inputs})
    if not asked:
        raise BadRequestError("`inputs.messages` must take turns, `user` first and last, each with a text or parts")
    turns = [Turn(each.text, None, each.answer, _there(each.files, files)) for each in asked[:-1]]
    values = {BACK: asked[-1].text, TURNS: turns, "chat_tray": list(_there(asked[-1].files, files))}
    return values, notes


def _embeddings(request: Request, files: Mapping[str, Attachment]) -> tuple[dict[str, Any], tuple[str, ...]]:
    inputs = request["inputs"]
    texts = inputs.get("texts") or ([inputs["text"]] if inputs.get("text") else [])
    values: dict[str, Any] = {"embeddings_tray": list(files.values()), "embeddings_lines": "\n".join(texts)}
    if "\n".join(texts).splitlines() == texts and all(text == text.strip() for text in texts):
        return values | {"embeddings_way": PASTE}, ()
    table = Table({"text": texts})  # a line of the box holds no line breaks
    return values | {"embeddings_way": UPLOAD, "embeddings_lines": "", FILE: ("Pasted request", table)}, ()


def _transcription(request: Request, files: Mapping[str, Attachment]) -> tuple[dict[str, Any], tuple[str, ...]]:
    count = sum(1 for _ in enclosed(request["inputs"]))
    notes = (f"one recording is heard at a time: the first of {count} is taken",) if count > 1 else ()
    return {TAKEN: next(iter(files.values()), None)}, notes


_FILL = {"chat": _chat, "embedding": _embeddings, "transcription": _transcription}


def _there(places: tuple[str, ...], files: Mapping[str, Attachment]) -> tuple[Attachment, ...]:
    return tuple(files[place] for place in places if place in files)


def _rounded(request: Request) -> tuple[str, ...]:
    """What the slider of the cache makes of a limit that it does not have."""
    delta = request.get("cache_delta")
    if not request.get("enable_semantic_cache") or delta is None or delta in controls.DELTAS:
        return ()
    near = controls.nearest(delta)
    return (f"`cache_delta` {delta:g} became {near:g}, the nearest that the form has",)
