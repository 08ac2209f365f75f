"""Loading: the files of a plan that are only addresses so far, fetched side by side and put in their places."""

import queue
import threading
import time
from collections.abc import Mapping
from dataclasses import replace

from playground.call import Call, Media, Modality, Stop
from playground.errors import BadRequestError, CancelledError
from playground.fetch import Allowance, Fetcher
from playground.guard import Guard
from playground.media import typed
from playground.probe import probe
from playground.resolve import Plan
from playground.settings import Settings

AT_ONCE = 4
"""Files of one request that are fetched at the same time."""

Errand = tuple[str, Modality]
"""An address and what is expected there."""


class Loader:
    """Fetches what a provider does not fetch itself. Any number of threads may use it."""

    def __init__(self, settings: Settings, fetcher: Fetcher | None = None) -> None:
        self.max_bytes = int(settings.number("PLAYGROUND_MAX_MEDIA_MB") * 2**20)
        self._fetcher = fetcher or Fetcher(Guard(settings.media_hosts))

    def load(self, plan: Plan, stop: Stop) -> Plan:
        """The plan with every file loaded that the provider wants loaded, and every loaded file known to be readable.

        Raises what `Fetcher.get` and `probe` raise, and CancelledError as soon as `stop` is set.
        """
        if not plan.media:
            return plan
        media = {**plan.media, **self._fetched(plan, stop)}
        media = {place: probe(each, place, stop) if each.data else each for place, each in media.items()}
        return with_files(replace(plan, media=media), plan.media)

    def _fetched(self, plan: Plan, stop: Stop) -> dict[str, Media]:
        """The files, by place, that were only addresses and that the provider does not fetch itself."""
        wanted = {
            place: media
            for place, media in plan.media.items()
            if not media.data and not plan.provider.fetches(plan.model, media)
        }
        if not wanted:
            return {}
        allowance = Allowance(self.max_bytes)
        allowance.draw(sum(len(media.data) for media in plan.media.values()), next(iter(wanted)))
        found = self._run({(media.url, media.modality): media for media in wanted.values()}, allowance, stop)
        return {place: found[media.url, media.modality] for place, media in wanted.items()}

    def _run(self, errands: Mapping[Errand, Media], allowance: Allowance, stop: Stop) -> dict[Errand, Media]:
        """Each file once. A thread that hangs in the look-up of a name is left behind when the time is over."""
        todo: queue.SimpleQueue[tuple[Errand, Media]] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[Errand, Media | Exception] | None] = queue.SimpleQueue()
        for each in errands.items():
            todo.put(each)
        halt = Stop()
        withdraw = stop.on_set(lambda: done.put(None))
        for _ in range(min(AT_ONCE, len(errands))):
            threading.Thread(target=self._work, args=(todo, done, allowance, halt), name="fetch", daemon=True).start()
        end = time.monotonic() + self._fetcher.patience.total
        found: dict[Errand, Media] = {}
        try:
            while len(found) < len(errands):
                errand, outcome = _next(done, end)
                if isinstance(outcome, Exception):
                    raise outcome
                found[errand] = outcome
        finally:
            withdraw()
            halt.set()
        return found

    def _work(
        self,
        todo: "queue.SimpleQueue[tuple[Errand, Media]]",
        done: "queue.SimpleQueue[tuple[Errand, Media | Exception] | None]",
        allowance: Allowance,
        halt: Stop,
    ) -> None:
        while not halt.is_set():
            try:
                errand, media = todo.get_nowait()
            except queue.Empty:
                return
            try:
                data = self._fetcher.get(media.url, media.name, halt, allowance)
                done.put((errand, replace(typed(data, media.name, media.modality), url=media.url)))
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                done.put((errand, error))


def with_files(plan: Plan, before: Mapping[str, Media]) -> Plan:
    """The plan with the files of its `media` in its calls too, where those of `before` stand now."""
    swap = {id(file): plan.media[place] for place, file in before.items()}
    return replace(plan, calls=tuple(_with(call, swap) for call in plan.calls))


def _next(
    done: "queue.SimpleQueue[tuple[Errand, Media | Exception] | None]", end: float
) -> tuple[Errand, Media | Exception]:
    try:
        news = done.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise BadRequestError(
            "the files of this request could not be fetched in the time allowed; send fewer, or send them as base64"
        ) from None
    if news is None:
        raise CancelledError("the run was stopped")
    return news


def _with(call: Call, swap: Mapping[int, Media]) -> Call:
    """The call with other files in the places of those whose `id` is given."""
    messages = tuple(replace(each, media=tuple(swap[id(file)] for file in each.media)) for each in call.messages)
    return replace(call, messages=messages, media=tuple(swap[id(file)] for file in call.media))
