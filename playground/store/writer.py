"""The one writer: a thread that commits what many callers bring in one transaction and wakes them when it is durable.

A commit costs a disk sync, so the work that arrives during one is committed together by the next. Nobody waits for a
timer: a lone caller is committed at once.
"""

import sqlite3
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

Work = Callable[[sqlite3.Connection], None]
"""Statements to execute in the transaction; run a second time when another caller's work broke the first."""

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
    """Owns a connection from here on, and closes it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
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
                raise sqlite3.ProgrammingError("the database is closed")
            self._jobs.put(job)
        job.done.acquire()
        if job.error is not None:
            raise job.error

    def close(self) -> None:
        """Commit what was brought before, then close the connection."""
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
        self._connection.close()

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

    def _commit(self, jobs: list[_Job]) -> None:
        connection, current = self._connection, None
        try:
            connection.execute("BEGIN IMMEDIATE")
            for current in jobs:
                current.work(connection)
            current = None
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - handed to the callers, who wait for it
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if current is None or len(jobs) == 1:  # the transaction itself failed: nobody's work is in
                for job in jobs:
                    job.error = error
            else:  # one caller's work failed: the others' must not suffer
                for job in jobs:
                    self._commit([job])
