"""UMAP in a process of its own: vectors come in on stdin, coordinates go out on stdout, the end of stdin ends it.

A process, because an installation's first call compiles for 10 to 25 seconds of CPU and in a server thread that slows
every page; what is compiled is kept for the workers that come later. A message is 8 bytes of length and a NumPy
archive. The neighbours are computed exactly beforehand, which saves UMAP a second compilation, and the layout starts
from the principal components, so that points travel and do not jump.
"""

import io
import os
import queue
import sys
import threading
import warnings
from collections.abc import Callable
from functools import cache
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from playground.matrix import Matrix
from playground.neighbours import nearest
from playground.projection import pca

EPOCHS = 200
NEIGHBOURS = 15
Message = dict[str, NDArray[np.generic]]


def send(stream: IO[bytes], message: Message) -> None:
    """Write one message and flush."""
    body = io.BytesIO()
    np.savez(body, **message)  # type: ignore[arg-type]  # the stub takes the names for its own options
    stream.write(len(body.getbuffer()).to_bytes(8, "big"))
    stream.write(body.getbuffer())
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """Read one message; None when the other side has ended, even in the middle of one."""
    head = stream.read(8)
    body = stream.read(int.from_bytes(head, "big")) if len(head) == 8 else b""
    if len(head) < 8 or len(body) < int.from_bytes(head, "big"):
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        return dict(archive)


def umap(vectors: Matrix) -> Matrix:
    """UMAP coordinates (n, 2) of (n, d) vectors by cosine, n at least 5; the same input gives the same map."""
    _keep_what_is_compiled()
    from umap import UMAP

    k = min(NEIGHBOURS, len(vectors) - 1)
    near = nearest(vectors, k - 1)
    itself = np.arange(len(vectors), dtype=np.int32)[:, None]
    indices = np.hstack([itself, near.indices])
    distances = np.hstack([np.zeros(itself.shape, np.float32), np.clip(1 - near.cosines, 0, None)])
    model = UMAP(
        n_neighbors=k,
        metric="cosine",
        n_epochs=EPOCHS,
        init=_start(vectors),
        random_state=0,
        n_jobs=1,
        precomputed_knn=(indices, distances, None),
    )
    coordinates: Matrix = np.asarray(model.fit_transform(vectors), dtype=np.float32)
    return coordinates


@cache
def _keep_what_is_compiled() -> None:
    """Have Numba store all that it compiles, beside its source or in the user's cache; umap-learn asks it for a part.

    Must come before umap is imported.
    """
    import numba

    def storing(compiler: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *functions, **options: compiler(*functions, **{"cache": True, **options})

    numba.jit, numba.njit = storing(numba.jit), storing(numba.njit)


def _start(vectors: Matrix) -> Matrix:
    """Principal components within ±10, with a trace of noise so that equal points can part."""
    coordinates = pca(vectors).coordinates
    widest = float(np.abs(coordinates).max()) or 1.0
    noise = np.random.default_rng(0).normal(scale=1e-4, size=coordinates.shape)
    return (coordinates * (10 / widest) + noise).astype(np.float32)


def _answer(message: Message) -> Message:
    try:
        return {"coordinates": umap(np.asarray(message["vectors"], dtype=np.float32))}
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent says it and the worker goes on
        return {"error": np.array(f"{type(error).__name__}: {error}")}


def _read(stream: IO[bytes], inbox: "queue.SimpleQueue[Message]") -> None:
    while (message := receive(stream)) is not None:
        inbox.put(message)
    os._exit(0)  # the parent is gone: end now, in the middle of a map if need be


def main() -> None:
    """Answer messages until stdin ends."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not end up between the messages
    warnings.simplefilter("ignore")
    if hasattr(os, "nice"):
        os.nice(10)
    inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, inbox), daemon=True).start()
    while True:
        send(replies, _answer(inbox.get()))


if __name__ == "__main__":
    main()
