"""Providers of the table over real HTTP: what a test needs to ask one and to see what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from playground.answer import Answer
from playground.call import Call, Chunk, Media, Message, Provider, Usage
from playground.errors import PlaygroundError
from playground.providers.openai import TwoWires
from playground.providers.remote import Remote
from playground.providers.table import ROWS, Row
from playground.settings import Settings
from playground.transport import Transport
from tests.replay import ReplayServer

KEY = "sk-test-0123456789abcdef"


def row(name: str) -> Row:
    """A row of the table."""
    return next(row for row in ROWS if row.name == name)


def remote(name: str, settings: Settings) -> Remote:
    """The provider of a row, as the settings have it."""
    return Remote(row(name), settings, Transport(settings))


def aimed(name: str, server: ReplayServer, path: str = "/v1", **settings: str) -> Remote:
    """The row `name` at `server`, with its key, where it has one, and no pause before a second attempt."""
    found = row(name)
    values = dict.fromkeys(found.keys, KEY) | {"PLAYGROUND_RETRIES": "0"} | settings
    return _remote(replace(found, base_url=f"{server.url}{path}", base_setting=""), values)


def own_openai(server: ReplayServer, **settings: str) -> Remote:
    """OpenAI's own API, played on loopback."""
    here = replace(row("openai"), base_url=f"{server.url}/v1", base_setting="", chat=TwoWires(host="127.0.0.1"))
    return _remote(here, {"OPENAI_API_KEY": KEY, "PLAYGROUND_RETRIES": "0"} | settings)


def _remote(found: Row, values: dict[str, str]) -> Remote:
    settings = Settings.of(values)
    return Remote(found, settings, Transport(settings))


def chat(*turns: str, model: str = "m", **fields: Any) -> Call:
    """A conversation whose turns alternate and end with the user's; one question when nothing is said."""
    roles = ("user", "assistant")
    messages = tuple(
        Message(roles[place % 2], turn) for place, turn in enumerate(turns or ("What is the capital of France?",))
    )
    return Call("chat", model, messages=messages, **fields)


def see(*media: Media, text: str = "What is this?", model: str = "m", **fields: Any) -> Call:
    """A question about files; without any, one like `chat`'s."""
    asked = chat(model=model, **fields)
    return replace(asked, messages=(Message("user", text, media),)) if media else asked


@dataclass
class Heard:
    """What a provider said, chunk by chunk and added up; `error` is what ended it, None when it ended well."""

    chunks: list[Chunk] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: Answer(1))
    error: PlaygroundError | None = None

    @property
    def text(self) -> str:
        """The answer, or what had arrived of it."""
        return self.answer.texts[0]

    @property
    def reasoning(self) -> str:
        """The thoughts that were shown."""
        return self.answer.reasoning[0]

    @property
    def finish(self) -> str | None:
        """The last finish reason."""
        return self.answer.finish_reasons[0]

    @property
    def said(self) -> tuple[str, str, str | None]:
        """Text, reasoning, finish reason."""
        return self.text, self.reasoning, self.finish

    @property
    def usage(self) -> Usage | None:
        """The last counts; None where nothing was counted."""
        return self.answer.usages[0]

    @property
    def vectors(self) -> list[list[float]]:
        """The embeddings."""
        return next(chunk.data["embeddings"] for chunk in self.chunks if chunk.data)


def hear(provider: Provider, call: Call) -> Heard:
    """Ask, and listen to the end."""
    return listen(provider.answer(call))


def listen(chunks: Iterator[Chunk]) -> Heard:
    """Everything that comes, also before an error."""
    heard = Heard()
    try:
        for chunk in chunks:
            heard.chunks.append(chunk)
            heard.answer.add(chunk)
    except PlaygroundError as error:
        heard.error = error
    return heard
