"""Models that come with the playground: no key, no network, one row and one small file each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from playground.call import Call, Chunk, Media, Model, Readiness, Task
from playground.errors import BadRequestError, NotFoundError
from playground.providers.local import appearance, embedding, fetched, handbook, reading, speaking, speech, summary
from playground.providers.local.encoder import BUNDLED, tokens
from playground.settings import Settings


@dataclass(frozen=True, slots=True)
class Row:
    """One model: what is said of it, who answers, and the parameters it takes."""

    model: Model
    answer: Callable[[Call], Iterator[Chunk]]
    takes: tuple[str, ...] = ()


_MUCH = 200_000
"""Characters of texts that take too long to count beforehand."""
ROWS = (
    Row(handbook.MODEL, handbook.answer, ("max_tokens",)),
    Row(summary.MODEL, summary.answer, ("max_tokens", "sentences")),
    Row(reading.MODEL, reading.answer),
    Row(embedding.MODEL, partial(embedding.answer, folder=BUNDLED)),
    Row(appearance.MODEL, appearance.answer),
    Row(speech.MODEL, speech.answer),
)


class Local:
    """The bundled models, those that are fetched, and the ONNX encoders in the models folder.

    Nothing is loaded or fetched before it is asked.
    """

    name = "local"
    title = "This machine"
    tasks: tuple[Task, ...] = ("chat", "embedding", "transcription")

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.models_dir
        self._hub = settings.hub

    def answer(self, call: Call) -> Iterator[Chunk]:
        """Answer one call. Raises NotFoundError, BadRequestError, and what the model raises."""
        yield from self._checked(call).answer(call)

    def vet(self, call: Call) -> None:
        """Raise what `answer` raises before it begins."""
        self._checked(call)

    def count(self, call: Call) -> int | None:
        """What the bundled models count; None for those whose tokenizer is not here."""
        if sum(map(len, call.texts)) > _MUCH:
            return None
        if call.task == "chat" and not any(message.media for message in call.messages):
            return sum(speaking.count(message.content) for message in call.messages)
        return sum(map(tokens, call.texts)) if call.model == embedding.MODEL.id else None

    def _checked(self, call: Call) -> Row:
        row = self._row(call.model)
        if row is None:
            there = ", ".join(f"`{model.id}`" for model in self.models())
            raise NotFoundError(
                f"no model `{call.model}` on this machine; there are {there}",
                details={"resource": "model", "id": call.model},
            )
        _check(row, call)
        return row

    def models(self) -> tuple[Model, ...]:
        """The bundled models, those whose weights are fetched, then the folders by name."""
        known = tuple(row.model for row in self._rows())
        taken = {model.id for model in known}
        return known + tuple(model for model in embedding.found(self._folder) if model.id not in taken)

    def model(self, id: str) -> Model | None:  # noqa: A002 - the field's name
        """One of `models`."""
        return next((model for model in self.models() if model.id == id), None)

    def fetches(self, model: str, media: Media) -> bool:  # noqa: ARG002 - the protocol's
        """Never: what is read here has to be here."""
        return False

    def readiness(self) -> Readiness:
        """Always ready."""
        return Readiness(ready=True, source="built in")

    def _rows(self) -> tuple[Row, ...]:
        folder, hub = self._folder, self._hub
        return ROWS + tuple(
            Row(each.told(folder), partial(each.answer, models=folder, hub=hub), each.takes) for each in fetched.ROWS
        )

    def _row(self, name: str) -> Row | None:
        for row in self._rows():
            if row.model.id == name:
                return row
        model = self.model(name)
        return Row(model, partial(embedding.answer, folder=self._folder / model.id)) if model else None


def _check(row: Row, call: Call) -> None:
    """Refuse what would otherwise be ignored without a word."""
    model = row.model
    if call.task not in model.tasks:
        raise BadRequestError(f"`{model.id}` is for {model.tasks[0]}, not for {call.task}; choose another model")
    given = [name for name in call.parameters if name not in row.takes]
    given += ["schema"] if call.schema is not None else []
    given += ["system"] if call.system else []
    for name in given:
        known = f"it takes {' and '.join(f'`{each}`' for each in row.takes)}" if row.takes else "it takes none"
        raise BadRequestError(
            f"`{model.id}` does not take `{name}`: {model.refuses.get(name, known)}",
            code="parameter_refused",
            details={"parameter": name, "model": model.id},
        )
