"""Runs live here, not in a page: started in workers, cancelled and found again by id; and the stores beside them."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from playground.batch import Batches
from playground.cache.judges import Opinion
from playground.cache.receipt import Receipt
from playground.cache.rules import of_settings
from playground.cache.visit import Visit, Wish
from playground.call import Provider, Stop
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.engine import Engine
from playground.errors import BadRequestError, InternalServerError, NotFoundError, PlaygroundError
from playground.inspection import inspected
from playground.loading import Loader
from playground.plugins.registry import Plugins, limits
from playground.preflight import Preflight, preflight, refused
from playground.providers import within
from playground.record import Door, RunRecord
from playground.resolve import Plan, named, resolve
from playground.run import Run, outdated
from playground.settings import Settings
from playground.store.blobs import Blobs
from playground.store.history import History
from playground.sweep import Sweeps
from playground.ticket import Ticket

if TYPE_CHECKING:
    from playground.cache.cache import Cache
    from playground.vectors.library import Library
    from playground.vectors.scope import Scope

AT_ONCE = 64
"""Runs that are worked on at the same time; more wait in the queue."""
KEPT = 512
"""Ended runs kept in memory for their followers; older ones are read from the history."""
HELD = 2**28
"""Bytes of files and vectors that they may hold; of more, the oldest are read from the history."""


class Runs:
    """The runs of this process over one engine, and the history of all that ended."""

    def __init__(
        self,
        settings: Settings,
        providers: Mapping[str, Provider],
        history: History,
        plugins: Plugins | None = None,
    ) -> None:
        self.settings = settings
        self.providers = providers
        self.history = history
        self.blobs = Blobs(settings.data_dir / "media")
        self.sweeps = Sweeps(self)
        self.plugins = plugins or Plugins(settings)
        self._rules = of_settings(settings)
        self._cache: Cache | None = None
        self._library: Library | None = None
        self._opening = threading.Lock()
        self._loader = Loader(settings)
        self.engine = Engine(providers, history, self.blobs, self._loader, lambda: self.cache.road)
        self.batches = Batches(self.engine, history.batches, abreast=2 * limits(settings).processes)
        self._runs: dict[str, Run] = {}
        self._lock = threading.Lock()
        self._workers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="run")

    @property
    def cache(self) -> "Cache":
        """The semantic cache, made when it is first asked for."""
        with self._opening:
            if self._cache is None:
                from playground.cache.cache import Cache
                from playground.cache.embedder import bundled
                from playground.store.shelf import Shelf

                self._cache = Cache(Shelf(self.settings.cache_database), bundled(), self._rules, self._advise)
            return self._cache

    @property
    def library(self) -> "Library":
        """Namespaces, documents, retrievers and collections, opened when they are first asked for."""
        with self._opening:
            if self._library is None:
                from playground.vectors.library import Library
                from playground.vectors.services import Services
                from playground.vectors.store import opened

                services = Services(self._answered, lambda request: named(request, self.providers), self.providers)
                self._library = Library(opened(self.settings.vectors_database), services)
            return self._library

    def start(
        self,
        request: RawInferenceRequest,
        *,
        namespace: str = "default",
        door: Door = "api",
        stream: bool = True,
        cache: Wish = "",
        owner: str = "",
    ) -> Run:
        """Start a run in a worker and return at once; `cache` is what it wants of the cache, if that is enabled.

        With an `owner` it is seen in `private(namespace, owner)` only.
        """
        run = Run(Ticket(request, namespace, door, stream, cache, owner=owner))
        with self._lock:
            self._runs[run.id] = run
            self._forget()
        self._workers.submit(run.work, self.engine)
        return run

    def get(self, id: str, namespace: str) -> Run | RunRecord | None:  # noqa: A002 - the field's name
        """A run of this namespace: live or just ended from memory, else its record; None when there is none."""
        run = self._runs.get(id)
        if run is not None and run.namespace == namespace:
            return run
        return self.history.get(id, namespace)

    def live(self, namespace: str) -> list[Run]:
        """The runs that have not ended, newest first."""
        with self._lock:
            runs = list(self._runs.values())
        return [run for run in reversed(runs) if not run.ended and run.namespace == namespace]

    def cancel(self, id: str, namespace: str) -> bool:  # noqa: A002
        """Stop a live run; False when there is none of that id."""
        run = self._runs.get(id)
        if run is None or run.namespace != namespace or run.ended:
            return False
        run.cancel()
        return True

    def peek(self, request: RawInferenceRequest, namespace: str) -> tuple[Receipt, ...]:
        """What the cache would do with each prompt of a chat request, and why; nobody is asked and nothing moves.

        Raises what resolving the request raises, and BadRequestError for what is no chat.
        """
        plan = self._plan(request, namespace)
        if plan.task != "chat":
            raise BadRequestError("the cache is for chat; give `inputs.prompts` or `inputs.messages`")
        visit = Visit(namespace, delta=request.cache_delta)
        calls = self._loader.load(plan, Stop()).calls
        return tuple(self.cache.peek(plan.provider, visit, call) for call in calls)

    def preflight(self, request: RawInferenceRequest, namespace: str) -> Preflight:
        """What a request would meet; nothing is sent, fetched or recorded. Never raises PlaygroundError."""
        try:
            plan = self._plan(request, namespace)
        except PlaygroundError as error:
            return refused(request.provider or "", request.model or "", error)
        plan, seconds, problems = inspected(plan)
        found = preflight(plan, seconds, problems)
        if not found.ready or plan.task != "chat" or not request.enable_semantic_cache or problems:
            return found
        visit = Visit(namespace, delta=request.cache_delta)
        try:
            receipts = tuple(self.cache.peek(plan.provider, visit, call).json() for call in plan.calls)
        except PlaygroundError:  # what the cache cannot do never fails a request
            return found
        return replace(found, cache=receipts)

    def receipts(self, record: RunRecord) -> list[dict[str, Any]]:
        """The cache's receipts of a run, with what judges have said since; without that where the cache is broken."""
        try:
            return self.cache.judged(record.namespace, record.cache) if record.cache else []
        except PlaygroundError:
            return [dict(each) for each in record.cache]

    def verdict(self, id: str, namespace: str, right: bool, prompt: int = 0) -> str:  # noqa: A002
        """A person's word on an answer that came from the cache; says what changed.

        Raises NotFoundError, and BadRequestError for an answer that came from the model.
        """
        found = self.get(id, namespace)
        if found is None:
            raise NotFoundError(f"there is no run `{id}` in the namespace `{namespace}`")
        record = found.wait(0) if isinstance(found, Run) else found
        if record is None:
            raise BadRequestError(f"run `{id}` has not ended; wait for its answer")
        return self.cache.verdict(record, right, prompt)

    def stop(self) -> None:
        """Ask every live run to stop."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.cancel()

    def close(self) -> None:
        """Stop what runs, wait until it is recorded, close cache and history."""
        if self._cache is not None:
            self._cache.learning.stop()
        self.sweeps.close()
        self.batches.close()
        self.stop()
        self._workers.shutdown(wait=True)
        self.plugins.close()
        if self._cache is not None:
            self._cache.close()
        if self._library is not None:
            self._library.close()
        self.history.close()

    def _plan(self, request: RawInferenceRequest, namespace: str) -> Plan:
        """Who would answer a request. Raises what resolving raises."""
        providers = within(self.providers, namespace)
        return resolve(request, providers, stream=False, stop=Stop(), max_bytes=self._loader.max_bytes)

    def _advise(self, namespace: str, model: str, question: str) -> Opinion:
        """A judge's opinion, by a run of its own: it is in the history, with what it cost."""
        provider, _, name = model.partition("/")
        request = RawInferenceRequest(provider=provider, model=name, inputs={"prompts": [question]})
        run = self.start(request, namespace=namespace, door="cache", stream=False)
        record = run.wait()
        if run.response is None or record is None:
            raise run.error or InternalServerError("the judge's run ended without a response")
        return Opinion(str(run.response.data.get("text", "")), run.id, record.cost)

    def _answered(self, request: RawInferenceRequest, scope: "Scope") -> RawInferenceResponse:
        """The answer to a request, by a run that only the scope's owner sees. Raises PlaygroundError."""
        run = self.start(request, namespace=scope.namespace, door=scope.door, stream=False, owner=scope.owner)
        run.wait()
        if run.response is None:
            raise run.error or InternalServerError("the run ended without a response")
        return run.response

    def _forget(self) -> None:
        for id_ in outdated(list(self._runs.values()), KEPT, HELD):
            del self._runs[id_]


def build(settings: Settings) -> Runs:
    """The core for these settings."""
    from playground.providers import providers
    from playground.transport import Transport

    plugins = Plugins(settings)
    return Runs(settings, providers(settings, Transport(settings), plugins), History(settings.database), plugins)


@cache
def shared() -> Runs:
    """The process-wide core, built on first use, used by every door."""
    return build(Settings.load())
