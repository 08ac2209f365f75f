"""Road: how one call is answered with the cache: served from it, or by the provider and then remembered."""

import json
import logging
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial

from playground.cache import receipt as receipts
from playground.cache.books import Books
from playground.cache.coding import write_decision
from playground.cache.flight import Flight, Flights
from playground.cache.journal import new_id
from playground.cache.learning import Learning
from playground.cache.receipt import Receipt, Saved
from playground.cache.reply import Gathering, Reply, excerpt, replay, unpack
from playground.cache.scope import asked, scope, unopened
from playground.cache.shelf import Deed, Kept, Pending
from playground.cache.stand import Stand
from playground.cache.tally import Counts
from playground.cache.visit import Visit
from playground.call import Call, Chunk, Provider, Stop, Usage
from playground.errors import PlaygroundError
from playground.pricing import cost

logger = logging.getLogger("playground")


class Road:
    """Any thread may use it. What the cache cannot do never keeps a request from its answer."""

    def __init__(self, books: Books, counts: Counts, learning: Learning) -> None:
        self._books = books
        self._counts = counts
        self._learning = learning
        self._flights = Flights()

    def around(self, provider: Provider, visit: Visit) -> Callable[[Call], Iterator[Chunk]]:
        """The provider's `answer` with the cache before it; the first chunk is the receipt, `Chunk.cache`."""
        return partial(self._answer, provider, visit)

    def consider(self, provider: Provider, visit: Visit, call: Call, *, peek: bool) -> Stand:
        """Look a call up; with `peek` nothing is counted and nothing moves. Raises PlaygroundError."""
        where = _scope(visit, provider, call)
        stand = Stand(visit, provider, call, self._books.of(visit.namespace, where), where, asked(call))
        core = stand.opened.core
        look = core.peek if peek else core.lookup
        delta = stand.opened.rules.delta if visit.delta is None else visit.delta
        if visit.wish == "refresh":
            self._embed(stand)
        elif core.peek(None, stand.prompt, scope=where).status == "exact":
            stand.decision = look(None, stand.prompt, scope=where, delta=delta)
        else:
            self._embed(stand)
            stand.decision = look(stand.vector, stand.prompt, scope=where, delta=delta)
        return stand

    def worth(self, stand: Stand) -> tuple[Reply, Receipt] | None:
        """A stored answer that may be given out and its receipt; None when the provider has to be asked."""
        decision = stand.decision
        if decision is None or not decision.serve:
            return None
        reply = self._stored(decision.candidates[0].answer)
        if reply is None:
            stand.gone = (decision.candidates[0].entry,)
            stand.decision = replace(decision, status="miss", reason="empty", candidates=(), features={}, audit=1.0)
            return None
        age = max(0.0, self._books.clock() - reply.made)  # a clock may go backwards
        saved = Saved(reply.tokens, reply.cost, reply.ms)
        return reply, receipts.worth(stand.receipt(), saved, age, sampled=stand.sampled)

    def _stored(self, entry: int) -> Reply | None:
        stored = self._books.shelf.answer(entry)
        if stored is None:
            return None
        try:
            return unpack(stored)
        except ValueError as error:
            logger.warning("entry %s of the cache: %s", entry, error)
            return None

    def _answer(self, provider: Provider, visit: Visit, call: Call) -> Iterator[Chunk]:
        refused, found = self._refused(visit, call), None
        if refused is None:
            try:
                stand = self.consider(provider, visit, call, peek=False)
                found = self.worth(stand)
            except Exception as error:  # noqa: BLE001 - the chat goes on
                refused = _off(error)
        if refused is not None:
            yield Chunk(cache=refused.json())
            yield from provider.answer(call)
        elif found is not None:
            yield from self._serve(stand, *found)
        else:
            yield from self._ask(stand)

    def _refused(self, visit: Visit, call: Call) -> Receipt | None:
        """What to say of a request that the cache has nothing to do with."""
        if visit.wish == "no_store":
            return receipts.NO_STORE
        if unopened(call):
            return receipts.off("A file is opened by the provider itself, so nobody here knows what it holds.")
        return None

    def _serve(self, stand: Stand, reply: Reply, receipt: Receipt) -> Iterator[Chunk]:
        self._counts.add(stand.opened.book.id, receipt)
        self._learning.wake()
        yield Chunk(cache=receipt.json())
        yield from replay(reply, stream=stand.call.stream, stop=stand.call.stop)

    def _ask(self, stand: Stand) -> Iterator[Chunk]:
        """Ask the provider, or read along with who is asking it the same."""
        key = (stand.scope, stand.prompt.strip())
        while True:
            flight, leads = self._flights.join(key)
            if leads:
                found = self._since(stand)
                if found is not None:
                    self._flights.land(key, flight)
                    flight.cancel()
                    yield from self._serve(stand, *found)
                    return
                yield from self._lead(stand, flight, key)
                return
            if (yield from self._follow(stand, flight)):
                return

    def _since(self, stand: Stand) -> tuple[Reply, Receipt] | None:
        """The answer that came in between looking the prompt up and leading."""
        if stand.visit.wish == "refresh":
            return None
        decision = stand.opened.core.peek(None, stand.prompt, scope=stand.scope)
        if decision.status != "exact":
            return None
        return self.worth(replace(stand, decision=decision))

    def _lead(self, stand: Stand, flight: Flight, key: tuple[str, str]) -> Iterator[Chunk]:
        gathering = Gathering()

        def ask(stop: Stop) -> Iterator[Chunk]:
            for chunk in stand.provider.answer(replace(stand.call, stop=stop)):
                gathering.add(chunk)
                yield chunk

        def land(whole: bool) -> None:
            try:
                if whole:
                    self._remember(stand, gathering)
            finally:
                self._flights.land(key, flight)

        receipt = stand.receipt()
        self._counts.add(stand.opened.book.id, receipt)
        flight.begin(ask, land)
        yield from flight.read(stand.call.stop, Chunk(cache=receipt.json()))
        if stand.note != receipt.note:
            yield Chunk(cache=replace(receipt, note=stand.note).json())

    def _follow(self, stand: Stand, flight: Flight) -> Generator[Chunk, None, bool]:
        """Read along; returns False when the call failed before anything was shown, and somebody else has to lead."""
        shown, usage = False, Usage()
        receipt = receipts.shared(stand.receipt(), Saved(), sampled=stand.sampled)
        try:
            for chunk in flight.read(stand.call.stop):
                if not shown:
                    yield Chunk(cache=receipt.json())
                    shown = True
                usage = chunk.usage or usage
                yield replace(chunk, usage=None, exchange=None, cache=None)
        except PlaygroundError:
            if shown or stand.call.stop.is_set():
                raise
            return False
        saved = Saved((usage.prompt or 0) + (usage.completion or 0), self._cost(stand, usage))
        receipt = replace(receipt, saved=saved)
        self._counts.add(stand.opened.book.id, receipt)
        yield Chunk(cache=receipt.json(), usage=Usage(prompt=0, completion=0))
        return True

    def _embed(self, stand: Stand) -> None:
        try:
            stand.vector = tuple(self._books.embedder.read(stand.prompt).vector)
        except Exception as error:  # noqa: BLE001 - whatever an encoder raises, the chat goes on
            logger.warning("the cache could not embed a prompt: %s", error)
            stand.note = f"the prompt could not be embedded ({error}), so only exact repeats are found"

    def _remember(self, stand: Stand, gathering: Gathering) -> None:
        """Store a whole answer and what has to be learned from it; returns when both are durable."""
        now, opened, entry = self._books.clock(), stand.opened, new_id()
        reply = gathering.reply(_ms(stand.began), self._cost(stand, gathering.usage), now)
        if reply is None or _scope(stand.visit, stand.provider, stand.call) != stand.scope:
            return  # not whole, or by a plugin whose code was changed meanwhile
        before = opened.core.forget(stand.gone)
        decision = stand.decision
        if decision is None:  # wanted afresh: what is there of this prompt makes place
            exact = opened.core.peek(None, stand.prompt, scope=stand.scope)
            before += opened.core.forget([each.entry for each in exact.candidates])
            decision = replace(opened.core.peek(stand.vector, stand.prompt, scope=stand.scope), audit=1.0)
        _, changes = opened.core.remember(
            stand.vector, stand.prompt, entry, scope=stand.scope, expires=opened.rules.expires(now), entry=entry
        )
        lesson = json.dumps({"prompt": stand.prompt, "decision": write_decision(decision)})
        pending = Pending(decision.id, opened.book.id, entry, stand.visit.run, lesson)
        kept = Kept(stand.provider.name, stand.call.model, excerpt(reply.text), reply.pack())
        try:
            self._books.shelf.write(Deed(opened.book.id, (*before, *changes), {entry: kept}, (pending,)))
        except PlaygroundError as error:
            opened.core.forget([entry])
            stand.note = f"the answer could not be kept: {error.message}"
        else:
            self._learning.put(pending)

    def _cost(self, stand: Stand, usage: Usage) -> float | None:
        return cost(stand.provider.name, stand.call.model, usage, "chat", time.time())


def _scope(visit: Visit, provider: Provider, call: Call) -> str:
    known = provider.model(call.model)
    return scope(visit.namespace, provider.name, call, known.revision if known else "")


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _off(error: Exception) -> Receipt:
    if isinstance(error, PlaygroundError):
        return receipts.off(error.message)
    logger.error("the cache failed", exc_info=error)
    return receipts.off("The cache failed; the server's log has the cause.")
