"""Remote: whoever answers over HTTP. Picks the dialect, sends, and reads what comes back; all rows are alike to it."""

import contextlib
import socket
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from playground.call import Call, Chunk, Media, Message, Modality, Model, Readiness, Stop, Task, Usage
from playground.errors import (
    BadRequestError,
    InferenceServiceUnavailableError,
    ProviderError,
    TimeoutError,  # noqa: A004 - the error tree's
    TruncatedStreamError,
)
from playground.faults import stream_fault
from playground.providers import addresses, batches, bearer, catalogue, kinds, reasoning, refusals
from playground.providers.fresh import Fresh
from playground.providers.hops import joined
from playground.providers.intake import Intake, files
from playground.providers.login import Login
from playground.providers.pieces import rejoin
from playground.providers.reported import reported
from playground.providers.row import Row
from playground.settings import Settings
from playground.transport import Transport
from playground.wire import Dialect, Event, Streaming, Target, WireRequest

KNOCK_SECONDS = 0.05
"""How long a server on this machine has to take a connection."""
KNOCK_AGAIN = 3.0
LIST_AGAIN = 60.0
"""Seconds after which readiness and the list of models are asked for anew."""
_PAGES = 20
Chunks = Generator[Chunk, None, None]
_TASKS: Mapping[Task, str] = {"chat": "chat", "embedding": "make embeddings", "transcription": "transcribe"}


class Remote:
    """A provider of the table. Safe to use from many threads."""

    def __init__(self, row: Row, settings: Settings, transport: Transport) -> None:
        self.name = row.name
        self.title = row.title
        self.tasks = tuple(task for task in _TASKS if row.choose(task))
        self._row = row
        self._settings = settings
        self._transport = transport
        self._login = Login(settings, transport)
        self._listed = Fresh(LIST_AGAIN, self._list)
        self._answers = Fresh(KNOCK_AGAIN, self._knock)

    def answer(self, call: Call) -> Iterator[Chunk]:
        """Answer one call: the exchange first, then what was said. Raises PlaygroundError."""
        call = self._mapped(call)
        apart = self._row.apart(call.model)
        target = self._login.target(call.stop) if apart else self._row.target(self._settings)
        dialect = self._dialect(call, target)
        with contextlib.closing(self._chunks(call, target, dialect)) as chunks:
            yield from rejoin(chunks)

    def vet(self, call: Call) -> None:
        """Raise what is known to be wrong with a call; a key that is missing is `readiness`'s to say."""
        self._dialect(self._mapped(call), Target(self.name, self._row.base_url_of(self._settings)))

    def count(self, call: Call) -> int | None:  # noqa: ARG002 - the protocol's
        """Never: tokenizers are the providers' own."""
        return None

    def _mapped(self, call: Call) -> Call:
        """The call with common words in the provider's own, none of which is refused."""
        call = replace(call, parameters=reasoning.mapped(call.model, self.name, call.parameters))
        refusals.check(call.model, self.name, call.parameters)
        return call

    def _dialect(self, call: Call, target: Target) -> Dialect:
        """How the call is spoken, its files checked."""
        choose = self._row.choose(call.task)
        if choose is None:
            raise BadRequestError(f"{self.title} does not {_TASKS[call.task]} here; choose another provider")
        dialect = choose(call, target)
        dialect.takes(call.model).check(files(call), model=call.model, title=self.title, inputs=self._inputs(call))
        return dialect

    def fetches(self, model: str, media: Media) -> bool:
        """Whether the provider fetches this address itself; nobody else has to load it then."""
        intake = self.takes(model, media)
        return intake is not None and intake.fetches(media)

    def takes(self, model: str, media: Media | None = None, task: Task | None = None) -> Intake | None:
        """What files the provider takes for a model (and where it has several ways, for this file); None for none.

        `task` is what is asked of it; None: what it is best known for. Never touches the network.
        """
        known = self.model(model)
        likely: Task = next(iter(known.tasks if known else kinds.tasks(model)), "chat")
        asked = task or likely
        choose = self._row.choose(asked)
        if choose is None:
            return None
        try:
            target = Target(self.name, self._row.base_url_of(self._settings))
        except InferenceServiceUnavailableError:
            return None
        message = Message("user", "", (media,) if media else ())
        return choose(Call(asked, model, messages=(message,)), target).takes(model)

    def models(self) -> tuple[Model, ...]:
        """The provider's own list when it can be asked, completed by the catalogue; else the catalogue."""
        return self._listed() if self.readiness().ready else catalogue.models(self.name, _today())

    def check(self) -> tuple[Model, ...]:
        """The models, asked for now: proof that the provider answers and takes its key. Raises PlaygroundError."""
        if self._account():
            self._login.target(Stop())
            return self._listed.anew()
        target = self._row.target(self._settings)
        if self._row.key_path:
            question = WireRequest(f"{target.base_url}{self._row.key_path}", bearer.headers(target), method="GET")
            self._checked(self._transport.send(question, Stop(), provider=self.name).body)
        return self._listed.anew()

    def model(self, id: str) -> Model | None:  # noqa: A002 - the field's name
        """What the catalogue knows of one model."""
        return catalogue.model(self.name, id)

    def readiness(self) -> Readiness:
        """Whether there is a key where one is needed (or an account), and a server where it is on this machine."""
        if account := self._account():
            return Readiness(True, source=account)
        try:
            target = self._row.target(self._settings)
        except InferenceServiceUnavailableError as error:
            return Readiness(False, advice=error.message)
        if not self._row.key_page and addresses.on_loopback(target.base_url) and not self._answers():
            origin = target.base_url.removesuffix("/v1")
            advice = f"nothing answers at {origin}: {self._row.start}, or set `{self._row.base_setting}`"
            return Readiness(False, advice=advice)
        key = self._row.key(self._settings)
        return Readiness(True, source=self._settings.source(key) if key else "no key needed")

    def _account(self) -> str:
        """The account that asks where there is no key, in words; it is good for the models at Vertex AI alone."""
        return "" if self._row.key(self._settings) or not self._at_vertex(date.min) else self._login.account()

    def _at_vertex(self, today: date) -> list[Model]:
        """The models that are not at the provider's own address; Vertex AI lists none of Google's."""
        return [known for known in catalogue.models(self.name, today) if self._row.apart(known.id)]

    def _inputs(self, call: Call) -> tuple[Modality, ...] | None:
        """What the model takes, where it is known."""
        known = self.model(call.model)
        return known.inputs if known else None

    def _knock(self) -> bool:
        """Whether the server's port takes a connection, which on this machine it does at once or never."""
        door = addresses.door(self._row.target(self._settings).base_url)
        with contextlib.suppress(OSError), socket.create_connection(door, KNOCK_SECONDS):
            return True
        return False

    def _list(self) -> tuple[Model, ...]:
        found = [] if self._account() else self._told()
        if self._settings.get("GOOGLE_CLOUD_PROJECT"):
            found += self._at_vertex(_today())
        return catalogue.merge(self.name, found, _today())

    def _told(self) -> list[Model]:
        target, found, page = self._row.target(self._settings), list[Model](), None
        for _ in range(_PAGES):
            request = self._row.listing.list_request(target, page)
            body = self._transport.send(request, Stop(), provider=self.name).body
            models, page = self._row.listing.list_models(self._checked(body))
            found += models
            if page is None:
                break
        return found

    def _chunks(self, call: Call, target: Target, dialect: Dialect) -> Chunks:
        if call.task == "embedding":
            return self._embed(call, target, dialect)
        if call.stream and isinstance(dialect, Streaming):
            streaming = dialect
            return joined(call, lambda part: self._stream(part, target, streaming))
        return joined(call, lambda part: self._ask(part, target, dialect))

    def _ask(self, call: Call, target: Target, dialect: Dialect) -> Chunks:
        request = dialect.encode(replace(call, stream=False), target)
        reply = self._transport.send(request, call.stop, provider=self.name, text=call.task == "transcription")
        yield Chunk(exchange=reply.exchange)
        with self._reading():
            yield replace(dialect.decode(call, self._checked(reply.body)), model=reported(reply.body))

    def _stream(self, call: Call, target: Target, dialect: Streaming) -> Chunks:
        request = dialect.encode(call, target)
        heard = finished = False
        named: list[str] = []
        with self._transport.stream(request, call.stop, provider=self.name) as reply:
            yield Chunk(exchange=reply.exchange)
            try:
                with self._reading():
                    for chunk in dialect.follow(call, self._events(reply.events(), named)):
                        heard, finished = True, finished or chunk.finish_reason is not None
                        yield replace(chunk, model=named.pop()) if named else chunk
            except (TruncatedStreamError, TimeoutError):  # what broke or fell silent after the end took nothing away
                if not finished:
                    raise
            if not finished:
                raise self._truncated(heard)

    def _truncated(self, heard: bool) -> TruncatedStreamError:
        why = "ended before the answer was complete; what had arrived is kept, send the request again"
        empty = "held nothing that could be read; check the base URL, or send the request again"
        return TruncatedStreamError(
            f"the stream of {self.title} {why if heard else empty}", details={"provider": self.name}
        )

    def _embed(self, call: Call, target: Target, dialect: Dialect) -> Chunks:
        """One request per batch, told by `progress`; one payload with all vectors and the counts added up."""
        vectors: list[Any] = []
        counts: list[Usage | None] = []
        segments: list[Any] = []
        done = 0
        for part in batches.split(call, 1 if self._row.apart(call.model) else self._row.batch, self._row.batch_bytes):
            reply = self._transport.send(dialect.encode(part, target), call.stop, provider=self.name)
            yield Chunk(exchange=reply.exchange)
            with self._reading():
                chunk = dialect.decode(part, self._checked(reply.body))
            data = chunk.data or {}
            vectors += data["embeddings"]
            segments += data.get("segments") or [None] * len(data["embeddings"])
            counts.append(chunk.usage)
            done += len(part.texts) + len(part.media)
            yield Chunk(progress=done / (len(call.texts) + len(call.media)), model=reported(reply.body))
        payload = {"embeddings": vectors} | ({"segments": segments} if any(segments) else {})
        yield Chunk(data=payload, usage=batches.total(counts))

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """What a dialect stumbles over is the provider's doing: an answer that is not in its protocol."""
        try:
            yield
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ProviderError(
                f"{self.title} answered in a form that is not its protocol ({type(error).__name__}); "
                "check its base URL, or send the request again",
                details={"provider": self.name},
            ) from error

    def _checked(self, body: Any) -> Any:
        """The body, unless it is an error that came with status 200."""
        if _is_error(body[0] if isinstance(body, list) and len(body) == 1 else body):
            raise stream_fault(self.name, body)
        return body

    def _events(self, events: Iterator[Event], named: list[str]) -> Iterator[Event]:
        """The events; the first model that one of them names is put into `named`, once."""
        told = ""
        for event in events:
            if not told and (told := reported(event.data)):
                named.append(told)
            if event.name == "error" or _is_error(event.data):
                raise stream_fault(self.name, event.data)
            yield event


def _today() -> date:
    return datetime.now(UTC).date()


def _is_error(data: Any) -> bool:
    """An error object as OpenAI, Anthropic and Google write it, or flat as vLLM and Responses do."""
    if not isinstance(data, dict):
        return False
    return bool(data.get("error")) or data.get("object") == "error" or data.get("type") == "error"
