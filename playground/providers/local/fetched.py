"""Models whose weights are not part of the playground: a row each, with what has to be here before they answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from playground.call import Call, Chunk, Model
from playground.errors import InferenceServiceUnavailableError
from playground.providers.local import clip, e5, whisper
from playground.providers.local.weights import Weights


@dataclass(frozen=True, slots=True)
class Fetched:
    """One model: `check` refuses what it cannot do before anything is fetched, `work` answers with what is in its
    folder. `package` is what it is run by, where that comes with an extra of the playground.
    """

    model: Model
    weights: Weights
    check: Callable[[Call], None]
    work: Callable[[Call, Path, Weights], Iterator[Chunk]]
    takes: tuple[str, ...] = ()
    package: str = ""
    extra: str = ""

    def told(self, models: Path) -> Model:
        """The model, whose note says whether it can answer at once. Looks at files and dials nobody."""
        if not self._installed:
            state = f"Needs {self._install}."
        elif self.weights.missing(models / self.model.id) is not None:
            state = f"{self.weights.megabytes} MB are downloaded when it is first used."
        else:
            state = "Its weights are here."
        return replace(self.model, note=f"{self.model.note} {state}")

    def answer(self, call: Call, models: Path, hub: str) -> Iterator[Chunk]:
        """Answer one call, fetching the weights from the hub first where they are not here.

        Raises InferenceServiceUnavailableError naming what to do where the package or the weights cannot be had, and
        what the model raises.
        """
        self.check(call)
        if not self._installed:
            raise InferenceServiceUnavailableError(
                f"`{self.model.id}` needs the package `{self.package}`, which is not installed; run {self._install}",
                code="extra_missing",
                retryable=False,
            )
        folder = models / self.model.id
        yield from self.weights.fetch(folder, hub, call.stop)
        yield from self.work(call, folder, self.weights)

    @property
    def _installed(self) -> bool:
        return not self.package or find_spec(self.package) is not None

    @property
    def _install(self) -> str:
        return f"`pip install 'inference-playground[{self.extra}]'`"


ROWS = (
    Fetched(clip.MODEL, clip.WEIGHTS, clip.check, clip.answer),
    Fetched(e5.MODEL, e5.WEIGHTS, e5.check, e5.answer, e5.TAKES),
    *(
        Fetched(model, weights, whisper.check, whisper.answer, whisper.TAKES, "faster_whisper", "whisper")
        for model, weights in whisper.MODELS
    ),
)
