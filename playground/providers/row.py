"""Row: one provider that can be asked over HTTP; what is not said is what an OpenAI-compatible server does."""

from collections.abc import Callable
from dataclasses import dataclass

from playground.call import Call, Task
from playground.errors import InferenceServiceUnavailableError
from playground.providers import addresses, embeddings, listings, transcriptions
from playground.providers.chat_completions import ChatCompletions
from playground.providers.intake import Taking
from playground.settings import Settings
from playground.wire import Listing, Target

Choose = Callable[[Call, Target], Taking]
"""Which dialect a call takes."""


def always(dialect: Taking) -> Choose:
    """One dialect for every call."""
    return lambda call, target: dialect  # noqa: ARG005 - the shape of Choose


def _nowhere(model: str) -> bool:  # noqa: ARG001 - the shape of Row.apart
    return False


_CHAT, _EMBEDDING, _TRANSCRIPTION = always(ChatCompletions()), always(embeddings), always(transcriptions)


@dataclass(frozen=True, slots=True)
class Row:
    """One provider; what is not said is what an OpenAI-compatible server does.

    It is at `base_url` unless the setting `base_setting` says otherwise; empty when only the setting can say. `keys`
    are the settings its key may stand in, the first that is set wins. Where `key_page` says where a key is made, one
    is needed; elsewhere it is sent when it is set. `start` is how its server is started, on a person's own machine.
    `apart` says which models are at Vertex AI and not here. `versioned` and `port` say how base URLs are read
    (`addresses.normalised`). `namespace` is the setting of a namespace there. `batch` is how many texts and files go
    into one embedding request, `batch_bytes` how much of them: a token is at least a byte of UTF-8, and OpenAI takes
    300,000 tokens.
    """

    name: str
    title: str
    base_url: str = ""
    base_setting: str = ""
    keys: tuple[str, ...] = ()
    key_page: str = ""
    key_path: str = ""
    start: str = ""
    chat: Choose = _CHAT
    embedding: Choose | None = _EMBEDDING
    transcription: Choose | None = _TRANSCRIPTION
    listing: Listing = listings
    versioned: bool = True
    port: int | None = None
    namespace: str = ""
    apart: Callable[[str], bool] = _nowhere
    batch: int = 2048
    batch_bytes: int = 300_000

    def choose(self, task: Task) -> Choose | None:
        """How it does a task; None when it does not."""
        choices: dict[Task, Choose | None] = {
            "chat": self.chat,
            "embedding": self.embedding,
            "transcription": self.transcription,
        }
        return choices[task]

    def key(self, settings: Settings) -> str | None:
        """The setting that its key stands in; None when no key is set."""
        return next((name for name in self.keys if settings.get(name)), None)

    def target(self, settings: Settings) -> Target:
        """Where its requests go. Raises InferenceServiceUnavailableError that names the setting to make or mend."""
        base_url, name = self.base_url_of(settings), self.key(settings)
        if name is None and self.key_page:
            raise InferenceServiceUnavailableError(
                f"there is no key for {self.title}: make one at {self.key_page} and set `{self.keys[-1]}` in the "
                "environment or in `.streamlit/secrets.toml`",
                code="no_key",
                retryable=False,
            )
        namespace = (settings.get(self.namespace) or "") if self.namespace else ""
        return Target(self.name, base_url, settings.get(name) if name else None, namespace)

    def base_url_of(self, settings: Settings) -> str:
        """Its base URL in the one form. Raises InferenceServiceUnavailableError."""
        text = (settings.get(self.base_setting) if self.base_setting else None) or self.base_url
        if not text:
            raise InferenceServiceUnavailableError(
                f"{self.title} has no address: set `{self.base_setting}` to its base URL",
                code="no_url",
                retryable=False,
            )
        try:
            return addresses.normalised(text, versioned=self.versioned, port=self.port)
        except ValueError as error:
            raise InferenceServiceUnavailableError(
                f"`{self.base_setting}` is no base URL: {error}", code="bad_url", retryable=False
            ) from None
