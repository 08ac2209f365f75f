"""Call, Media, Chunk, Usage, Model: the words every layer speaks."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Task = Literal["chat", "embedding", "transcription", "plugin"]
"""What is asked for; `plugin`: whatever a custom plugin makes of the inputs as they were sent."""
Role = Literal["user", "assistant"]
Modality = Literal["text", "image", "audio", "video", "document"]
FinishReason = str
"""Why an answer ended: `stop`, `length`, `content_filter`, `tool_calls`, or the provider's own word."""


@dataclass(frozen=True, slots=True)
class Media:
    """One image, sound, film or document: loaded (`data`, and what it really is in `mime`, by signature), or only an
    http(s) address so far (`url`, and then `data` and `mime` are empty).
    """

    modality: Modality
    mime: str
    data: bytes = field(repr=False)
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation; `media` comes before the text."""

    role: Role
    content: str
    media: tuple[Media, ...] = ()


class Stop:
    """A request to stop: set once from any thread; whoever blocks on the network registers how to be woken."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []

    def set(self) -> None:
        """Ask to stop and wake everybody who registered."""
        with self._lock:
            self._event.set()
            wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def is_set(self) -> bool:
        """Whether stopping was asked for."""
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep up to `seconds`, less when stopped; returns whether stopping was asked for."""
        return self._event.wait(seconds)

    def on_set(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Call `wake` when stopping is asked for (at once if it already was); returns the way to withdraw it."""
        with self._lock:
            if not self._event.is_set():
                self._wakers.append(wake)
                return lambda: self._withdraw(wake)
        wake()
        return lambda: None

    def _withdraw(self, wake: Callable[[], None]) -> None:
        with self._lock:
            if wake in self._wakers:
                self._wakers.remove(wake)


@dataclass(frozen=True, slots=True)
class Call:
    """What a provider receives: target known, media loaded, parameters as the user set them and nothing more.

    chat: `messages` (last one from the user) and `system`; embedding: `texts` and `media`, one vector each;
    transcription: one sound in `media`; plugin: `inputs`, as they were sent, and all `parameters`. `schema` is
    `parameters.schema`, taken out of `parameters`.
    """

    task: Task
    model: str
    messages: tuple[Message, ...] = ()
    system: str | None = None
    texts: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    schema: Mapping[str, Any] | None = None
    stream: bool = False
    stop: Stop = field(default_factory=Stop, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the provider counted them; None where it did not say.

    `prompt` includes cached tokens, `completion` includes `reasoning`. `seconds` is audio billed by time.
    """

    prompt: int | None = None
    completion: int | None = None
    reasoning: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as it went over the wire, secrets masked, and the provider's own id for it."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    status: int | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of what a provider says back; every field is optional.

    `text` and `reasoning` are deltas. `data` is the payload of tasks that are not chat: embedding gives
    `{"embeddings": [[float, …], …]}`, transcription the contract's transcription object, a plugin its dict, chat may
    give `{"sources": […]}` for models that quote. `usage` replaces what came before, it is never added up.
    `index` says which of several prompts it belongs to. `progress`, 0 to 1, is how much of the work is done, for
    answers that come in one piece; `doing` what the progress is of, where it is not the work itself but something that
    has to be done before it, such as a download, and `""` once that is done. `cache` is what the cache says of this
    prompt, a receipt as JSON; it replaces what came before. `model` is the one that answers, in the provider's words.
    """

    text: str = ""
    reasoning: str = ""
    data: Mapping[str, Any] | None = None
    usage: Usage | None = None
    finish_reason: FinishReason | None = None
    exchange: Exchange | None = None
    index: int = 0
    progress: float | None = None
    doing: str | None = None
    cache: Mapping[str, Any] | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """What a model is and can do: the row behind the picker, the refusals and the price.

    `refuses` maps a parameter, or a kind of file, to the sentence that names what to use instead. `context` and
    `max_output` are tokens, `dimensions` the default vector length, `retires` an ISO date. `one_space` says that what
    it embeds of different kinds, texts and images say, lies in one space, where near means alike. `revision` is another
    one whenever the model is, though its id stays: a digest of a plugin's code; empty where the id says it all.
    """

    id: str
    tasks: tuple[Task, ...]
    title: str = ""
    note: str = ""
    inputs: tuple[Modality, ...] = ("text",)
    context: int | None = None
    max_output: int | None = None
    dimensions: int | None = None
    one_space: bool = False
    refuses: Mapping[str, str] = field(default_factory=dict)
    retires: str | None = None
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a provider can be asked now, where its key comes from, and what to do when it cannot."""

    ready: bool
    source: str = ""
    advice: str = ""


class Provider(Protocol):
    """Somebody who answers calls. One generator is the whole job; closing it hangs up."""

    @property
    def name(self) -> str:
        """The word used in requests."""

    @property
    def title(self) -> str:
        """The word shown to people."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What it can be asked for."""

    def answer(self, call: Call) -> Iterator[Chunk]:
        """Answer one call; the last chunks carry `usage` and, for chat, `finish_reason`. Raises PlaygroundError."""

    def vet(self, call: Call) -> None:
        """Raise what `answer` would raise before anything is sent. Never touches the network."""

    def count(self, call: Call) -> int | None:
        """The tokens of a call's texts as its answer will count them; None where only the provider can tell."""

    def models(self) -> tuple[Model, ...]:
        """The models on offer, best first. May ask the provider; raises PlaygroundError."""

    def model(self, id: str) -> Model | None:  # noqa: A002 - the field's name
        """What is known of one model without asking anybody; None when it is not in the catalogue."""

    def fetches(self, model: str, media: Media) -> bool:
        """Whether the provider fetches this address itself; what it does not, somebody has to load before `answer`.

        Never touches the network.
        """

    def readiness(self) -> Readiness:
        """Whether it can be asked now; never touches the network beyond this machine."""
