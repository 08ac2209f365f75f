"""The vectors of everything the handbook is searched by, kept beside it so that nobody waits for them.

After editing the handbook: `python -c "from playground.providers.local.handbook.vectors import save; save()"`.
"""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from playground.call import Stop
from playground.providers.local.encoder import BUNDLED, load
from playground.providers.local.handbook.passages import FOLDER, passages

if TYPE_CHECKING:
    from numpy.typing import NDArray

FILE = FOLDER / "vectors.npz"


def texts() -> list[str]:
    """What each passage says, with its page and title."""
    return [f"{passage.page}. {passage.title}. {passage.text}" for passage in passages()]


def asks() -> list[tuple[int, str]]:
    """The questions that passages answer, each with its passage's place; the title counts as one."""
    return [(place, ask) for place, passage in enumerate(passages()) for ask in (passage.title, *passage.asks)]


def elsewhere() -> list[str]:
    """Everyday questions that the handbook does not answer."""
    return (FOLDER / "elsewhere.txt").read_text("utf-8").splitlines()


def vectors() -> "tuple[NDArray[Any], NDArray[Any], NDArray[Any]]":
    """Unit vectors of `texts`, `asks` and `elsewhere`; embedded anew when the handbook was edited since."""
    first, second, third = texts(), [ask for _, ask in asks()], elsewhere()
    found = _saved(_digest([*first, *second, *third]))
    if found is None:
        found = _embedded([*first, *second, *third])
    return found[: len(first)], found[len(first) : -len(third)], found[-len(third) :]


def save() -> None:
    """Write the file."""
    import numpy as np

    every = [*texts(), *(ask for _, ask in asks()), *elsewhere()]
    np.savez(FILE, digest=_digest(every), vectors=_embedded(every).astype(np.float16))


def _saved(digest: str) -> "NDArray[Any] | None":
    import numpy as np

    with np.load(FILE) as file:
        return file["vectors"].astype(np.float32) if str(file["digest"]) == digest else None


def _embedded(every: Sequence[str]) -> "NDArray[Any]":
    import numpy as np

    return np.array([vector.values for vector in load(BUNDLED).embed_all(every, Stop())], np.float32)


def _digest(every: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(every).encode()).hexdigest()
