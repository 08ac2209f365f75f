"""Learning: one thread that compares fresh answers with stored ones and keeps the store tidy; no answer waits for it.

What is to be learned is in the store before an answer ends; here are only reminders of it. So nothing is lost when the
process dies, nor when more comes in than can be judged: what did not fit is read from the store when there is time.
"""

import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from playground.cache.books import Books, Open
from playground.cache.coding import read_decision
from playground.cache.decision import Candidate, Decision
from playground.cache.judges import Case, Opinion, Verdict, judge
from playground.cache.reply import Reply, unpack
from playground.cache.shelf import Deed, Evidence, Pending
from playground.cache.tally import Counts

logger = logging.getLogger("playground")

Advise = Callable[[str, str, str], Opinion]
"""Asks a model for a namespace: (namespace, `provider/model`, question). Raises PlaygroundError."""

ROOM = 100
"""Reminders that are kept in memory, and read from the store at a time."""
REST = 1.0
"""Seconds between two looks at the counts and at what other servers wrote."""


class Learning:
    """Its thread starts with the first thing to do and ends when it is closed."""

    def __init__(self, books: Books, counts: Counts, advise: Advise) -> None:
        self._books = books
        self._counts = counts
        self._advise = advise
        self._queue: deque[Pending] = deque()
        self._news = threading.Condition()
        self._behind = True  # what an earlier process left
        self._last: Pending | None = None  # of what was read, while there is more behind it
        self._busy = False
        self._closing = False
        self._thread: threading.Thread | None = None
        self._complaint = ""

    def put(self, pending: Pending) -> None:
        """Remind of what is in the store to be learned; never waits."""
        with self._news:
            if len(self._queue) < ROOM:
                self._queue.append(pending)
            else:
                self._behind = True
        self.wake()

    def wake(self) -> None:
        """See to it that somebody looks."""
        with self._news:
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="cache-learning", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def settle(self, timeout: float | None = None) -> bool:
        """Wait until all is learned that was there to be learned; False when `timeout` seconds did not do."""
        self.wake()
        with self._news:
            return self._news.wait_for(lambda: not (self._queue or self._behind or self._busy), timeout)

    def stop(self) -> None:
        """Begin nothing more; what is left stays in the store."""
        with self._news:
            self._closing = True
            self._news.notify_all()

    def close(self) -> None:
        """Stop, and return when the counts are written."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        looked = 0.0
        while not self._closing:
            pending = self._next()
            if pending is not None:
                self._safely(partial(self._learn, pending))
            if time.monotonic() - looked >= REST or self._closing:
                self._safely(self._tidy)
                looked = time.monotonic()
            with self._news:
                self._busy = False
                self._news.notify_all()

    def _next(self) -> Pending | None:
        """The next reminder, None when there was none for a while."""
        with self._news:
            self._news.wait_for(lambda: self._queue or self._behind or self._closing, REST)
            self._busy = True
            behind = self._behind and not self._queue and not self._closing
            if behind:
                self._behind = False
        if behind:
            self._safely(self._catch_up)
        with self._news:
            return self._queue.popleft() if self._queue and not self._closing else None

    def _catch_up(self) -> None:
        """Read more reminders from the store; not locked meanwhile, for no answer waits for it."""
        found = self._books.shelf.pending(ROOM, self._last)
        more = len(found) == ROOM
        with self._news:
            known = {each.decision for each in self._queue}
            self._queue.extend(each for each in found if each.decision not in known)
            self._behind = self._behind or more
            self._last = found[-1] if more else None

    def _safely(self, work: Callable[[], None]) -> None:
        """Do what may fail: what was to be learned is still in the store, and tried again by the next process."""
        try:
            work()
        except Exception as error:
            if str(error) != self._complaint:  # once, not every second
                logger.exception("the cache could not learn")
            self._complaint = str(error)

    def _learn(self, pending: Pending) -> None:
        opened = self._books.by_id(pending.book)
        fresh = self._reply(pending.entry)
        if opened is None or fresh is None:
            self._books.shelf.write(Deed(pending.book, done=(pending.decision,)))
            return
        lesson = json.loads(pending.text)
        decision = read_decision(lesson["decision"])
        found: list[Evidence] = []

        def compare(candidate: Candidate) -> bool | None:
            stored = self._reply(candidate.answer)
            if stored is None:
                return None
            verdict = self._judge(opened, Case(lesson["prompt"], fresh.text, stored.text))
            if self._closing:
                raise InterruptedError("the playground closes; this is learned at the next start")
            found.append(self._evidence(opened, decision, candidate, verdict, lesson["prompt"]))
            return verdict.right

        changes = opened.core.observe(decision, pending.entry, compare)
        self._books.shelf.write(Deed(opened.book.id, changes, done=(pending.decision,), evidence=tuple(found)))

    def _judge(self, opened: Open, case: Case) -> Verdict:
        namespace = opened.book.namespace
        return judge(
            opened.rules.judges,
            case,
            self._books.embedder.read,
            lambda model, question: self._advise(namespace, model, question),
        )

    def _evidence(
        self, opened: Open, decision: Decision, candidate: Candidate, verdict: Verdict, prompt: str
    ) -> Evidence:
        return Evidence(
            decision=decision.id,
            book=opened.book.id,
            group=candidate.group,
            entry=candidate.entry,
            right=verdict.right,
            by=verdict.by,
            at=self._books.clock(),
            prompt=prompt[:400],
            similarity=verdict.similarity,
            chance=decision.chance if candidate is decision.candidates[0] else None,
            run=verdict.run,
            cost=verdict.cost,
            note="" if verdict.right is not None else verdict.note,
        )

    def _reply(self, entry: int) -> Reply | None:
        stored = self._books.shelf.answer(entry)
        try:
            return None if stored is None else unpack(stored)
        except ValueError:
            return None

    def _tidy(self) -> None:
        """Write the counts, evict, and look at what other servers wrote."""
        active = self._count()
        for opened in self._books.now_open():
            self._books.follow(opened)
            if opened.book.id in active:
                gone = opened.core.trim(opened.rules.size)
                self._books.write(opened, (*gone, opened.core.ledger()))

    def _count(self) -> set[int]:
        """Write down what was counted; returns the books that had requests."""
        with self._counts.book:
            tallies, hits = self._counts.take()
            active = {each.book for each in tallies}
            if tallies:
                watches = {o.book.id: asdict(o.core.watch()) for o in self._books.now_open() if o.book.id in active}
                self._books.shelf.count(tallies, hits, watches)
        return active
