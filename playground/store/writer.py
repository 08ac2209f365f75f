"""The one writer: a thread that commits what many callers bring in one transaction and wakes them when it is durable.

A commit costs a disk sync, so the work that arrives during one is committed together by the next. Nobody waits for a
timer: a lone caller is committed at once.
"""

import threading
from queue import Empty, SimpleQueue

from playground.errors import InternalServerError
from playground.store.place import LostError, Place, Work

TOGETHER = 512
"""Most callers in one commit."""


class _Job:
    __slots__ = ("done", "error", "work")

    def __init__(self, work: Work) -> None:
        self.work = work
        self.error: Exception | None = None
        self.done = threading.Lock()
        self.done.acquire()


class Writer:
    """Writes into an open place, and closes it."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    def write(self, work: Work) -> None:
        """Return when `work` is committed and on disk; raise what it or the commit raised."""
        job = _Job(work)
        with self._lock:  # nothing may stand in the queue behind the end
            if self._closing:
                raise InternalServerError(f"{self._place} is closed; start the playground again")
            self._jobs.put(job)
        job.done.acquire()
        if job.error is not None:
            raise job.error

    def close(self) -> None:
        """Commit what was brought before, then close the place."""
        with self._lock:
            self._closing = True
            self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        more = True
        while more:
            jobs, more = self._next()
            self._commit(jobs)
            for job in jobs:
                job.done.release()
        self._place.close()

    def _next(self) -> tuple[list[_Job], bool]:
        """What waits now, at least one; False with it when closing was asked for."""
        job, jobs = self._jobs.get(), list[_Job]()
        try:
            while job is not None:
                jobs.append(job)
                if len(jobs) == TOGETHER:
                    return jobs, True
                job = self._jobs.get_nowait()
        except Empty:
            return jobs, True
        return jobs, False

    def _commit(self, jobs: list[_Job], *, again: bool = True) -> None:
        current = None
        try:
            with self._place.transaction() as connection:
                for current in jobs:
                    current.work(connection)
                current = None
        except Exception as error:  # noqa: BLE001 - handed to the callers, who wait for it
            if again and isinstance(error, LostError):
                self._commit(jobs, again=False)
            elif current is None or len(jobs) == 1 or isinstance(error, LostError):
                for job in jobs:  # the transaction itself failed: nobody's work is in
                    job.error = error
            else:  # one caller's work failed: the others' must not suffer
                for job in jobs:
                    self._commit([job])
