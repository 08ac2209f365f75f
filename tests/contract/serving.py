"""The HTTP API over a real core, served by uvicorn on a port of its own."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from playground.api import app
from playground.runs import Runs, build
from playground.settings import Settings

NOBODY = "http://127.0.0.1:9"
"""An address where nothing listens: local servers of this machine, and the hub, stay out of the tests."""


@dataclass(frozen=True)
class Served:
    """A running server: its address and the core behind it."""

    url: str
    runs: Runs
    key: str

    def client(self, **headers: str) -> httpx.Client:
        """A client with the key; `headers` are added, None takes one away."""
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"} | headers, timeout=60)


@contextmanager
def listening(asgi: Any) -> Iterator[str]:
    """Serve an ASGI app on a free port until the block ends; the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(asgi, lifespan="off", ws="none", log_config=None))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@contextmanager
def serve(data_dir: object, key: str = "test-key-of-the-contract", **values: object) -> Iterator[Served]:
    """Serve the API with these settings until the block ends."""
    given = {
        "PLAYGROUND_DATA_DIR": data_dir,
        "PLAYGROUND_API_KEYS": key,
        "OLLAMA_HOST": NOBODY,
        "LM_STUDIO_BASE_URL": f"{NOBODY}/v1",
        "LLAMA_CPP_BASE_URL": f"{NOBODY}/v1",
        "HF_ENDPOINT": NOBODY,
    } | values
    runs = build(Settings.of({name: str(value) for name, value in given.items()}))
    with listening(app(lambda: runs)) as url:
        try:
            yield Served(url, runs, key)
        finally:
            runs.close()  # ends the runs that somebody still waits for
