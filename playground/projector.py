"""Maps on request: principal components here and now, UMAP from one worker process that outlives its requests."""

import atexit
import hashlib
import queue
import threading
from collections import OrderedDict
from concurrent.futures import Future
from functools import cache

import numpy as np

from playground import errors
from playground.call import Stop
from playground.errors import BadRequestError, CancelledError, InternalServerError, PlaygroundError
from playground.matrix import Matrix, Vectors, matrix
from playground.projection import Method, Projection, pca
from playground.umap_process import UmapProcess

FEWEST = 5
"""Points that UMAP needs for a neighbourhood to mean anything."""


class Drawing(Future[Projection]):
    """A map being made."""

    def __init__(self) -> None:
        super().__init__()
        self.stop = Stop()

    def cancel(self) -> bool:
        """Stop it for everybody who waits for it, computed or waiting; False when it had ended already."""
        if super().cancel():
            return True
        self.stop.set()
        return not self.done()

    def failure(self) -> PlaygroundError | None:
        """Why there will be no map; None while there may be one and when there is."""
        if self.cancelled():
            return CancelledError("the map was stopped before its turn came; ask for it again")
        error = self.exception() if self.done() else None
        return error if isinstance(error, PlaygroundError) else None


class Projector:
    """Makes maps and remembers the latest `capacity` of them by content, failures too, which `again` clears.

    One UMAP at a time, each at most `timeout` seconds. A crash fails the map that was being made and no other.
    """

    def __init__(self, timeout: float = 900, capacity: int = 64) -> None:
        self._timeout = timeout
        self._capacity = capacity
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Drawing] = OrderedDict()
        self._waiting: queue.SimpleQueue[tuple[Drawing, Matrix] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._process: UmapProcess | None = None

    def project(self, vectors: Vectors, method: Method, again: bool = False) -> Drawing:
        """The map of (n, d) vectors: PCA is done on return, UMAP when its turn has come. `again` retries a failed one.

        The future ends with BadRequestError below 5 points of UMAP, CancelledError, TimeoutError, or
        InternalServerError when the worker crashed. Raises BadRequestError for vectors that cannot be drawn.
        """
        rows = matrix(vectors)
        key = f"{method}:{rows.shape}:{hashlib.blake2b(rows.tobytes(), digest_size=16).hexdigest()}"
        with self._lock:
            known = self._known.get(key)
            if known is not None and not (again and known.failure()):
                self._known.move_to_end(key)
                return known
            drawing = self._known[key] = Drawing()
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        self._begin(drawing, rows, method)
        return drawing

    def warm(self) -> Drawing:
        """Start the worker and let it compile, so that the first real map does not wait for it."""
        return self.project(np.random.default_rng(0).standard_normal((24, 4)).astype(np.float32), "umap")

    def close(self) -> None:
        """End the worker and its thread; maps that were not finished are cancelled."""
        with self._lock:
            thread, self._thread = self._thread, None
            drawings = list(self._known.values())
            self._known.clear()
        for drawing in drawings:
            drawing.cancel()
        if thread is not None:
            self._waiting.put(None)
            thread.join()

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker, None while there is none."""
        process = self._process
        return process.pid if process else None

    def _begin(self, drawing: Drawing, rows: Matrix, method: Method) -> None:
        if method == "pca":
            drawing.set_result(pca(rows))
        elif len(rows) < FEWEST:
            drawing.set_exception(
                BadRequestError(f"UMAP needs at least {FEWEST} points and there are {len(rows)}; PCA shows them all")
            )
        else:
            self._waiting.put((drawing, rows))
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="umap", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            drawing, rows = item
            if not drawing.set_running_or_notify_cancel():
                continue
            try:
                drawing.set_result(self._draw(drawing, rows))
            except PlaygroundError as error:
                drawing.set_exception(error)
            except Exception as error:  # noqa: BLE001 - the thread lives on, whatever happened to one map
                drawing.set_exception(InternalServerError(f"UMAP failed: {type(error).__name__}; PCA still works"))
        self._drop()

    def _draw(self, drawing: Drawing, rows: Matrix) -> Projection:
        process = self._process = self._process or UmapProcess()
        late = Stop()
        withdrawals = [stop.on_set(process.kill) for stop in (drawing.stop, late)]
        clock = threading.Timer(self._timeout, late.set)
        clock.start()
        try:
            reply = process.ask({"vectors": rows})
        finally:
            clock.cancel()
            for withdraw in withdrawals:
                withdraw()
        if reply is None or drawing.stop.is_set() or late.is_set():
            code = self._drop()
            raise _ending(drawing.stop.is_set(), late.is_set(), self._timeout, code)
        if "error" in reply:
            raise InternalServerError(f"UMAP failed: {reply['error']}; PCA still works")
        return Projection("umap", np.asarray(reply["coordinates"], dtype=np.float32))

    def _drop(self) -> int:
        process, self._process = self._process, None
        return process.end() if process else 0


def _ending(stopped: bool, late: bool, timeout: float, code: int) -> PlaygroundError:
    """Why a worker ended without a map."""
    if stopped:
        return CancelledError("the map was stopped; ask for it again")
    if late:
        return errors.TimeoutError(f"UMAP took more than {timeout:g} s and was stopped; map fewer points, or use PCA")
    return InternalServerError(
        f"the UMAP worker ended with exit code {code} (out of memory?); ask again for a fresh one, or use PCA"
    )


@cache
def projector() -> Projector:
    """The one projector of this process, made on first use and closed at its end."""
    made = Projector()
    atexit.register(made.close)
    return made


def project(vectors: Vectors, method: Method, again: bool = False) -> Drawing:
    """The map of (n, d) vectors from the one projector of this process."""
    return projector().project(vectors, method, again)
