"""Several prompts at once: their chunks interleaved as they arrive, the first failure ends them all."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from queue import SimpleQueue

from playground.call import Call, Chunk, Stop

AT_ONCE = 8
"""Prompts of one request that are asked at the same time."""

Ask = Callable[[Call], Iterator[Chunk]]
"""Answers one call."""

_News = SimpleQueue[Chunk | Exception | None]


def merge(ask: Ask, calls: Sequence[Call], stop: Stop) -> Iterator[Chunk]:
    """The chunks of all calls, `index` set, in the order they arrive. Raises the first error and stops the rest."""
    news: _News = SimpleQueue()
    ours = Stop()
    withdraw = stop.on_set(ours.set)
    pool = ThreadPoolExecutor(min(AT_ONCE, len(calls)), thread_name_prefix="prompt")
    try:
        for index, call in enumerate(calls):
            pool.submit(_ask, ask, replace(call, stop=ours), index, news)
        yield from _drain(news, len(calls))
    finally:
        withdraw()
        ours.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(ask: Ask, call: Call, index: int, news: _News) -> None:
    try:
        for chunk in ask(call):
            news.put(replace(chunk, index=index))
        news.put(None)
    except Exception as error:  # noqa: BLE001 - handed to the consumer, who raises it
        news.put(error)


def _drain(news: _News, askers: int) -> Iterator[Chunk]:
    while askers:
        match news.get():
            case None:
                askers -= 1
            case Exception() as error:
                raise error
            case chunk:
                yield chunk
