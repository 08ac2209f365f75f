"""A plugin on the cluster, asked as one in processes of this machine is."""

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from playground import errors
from playground.call import Stop
from playground.errors import PlaygroundError
from playground.plugins.cluster.link import Link
from playground.plugins.health import Health, Journal, State
from playground.plugins.process import Limits
from playground.plugins.source import Source

_ERRORS: Mapping[str, type[PlaygroundError]] = {
    kind.__name__: kind
    for kind in (
        errors.ProviderError,
        errors.TimeoutError,
        errors.CancelledError,
        errors.InferenceServiceUnavailableError,
    )
}


class Served:
    """One plugin as it stands in its files now: an application named after its id, its code and its limits."""

    def __init__(
        self,
        id: str,  # noqa: A002 - the word
        source: Source,
        coded: tuple[str, ...],
        limits: Limits,
        journal: Journal,
        *,
        link: Link,
    ) -> None:
        self._order = {
            "do": "deploy",
            "id": id,
            "path": str(source.path),
            "module": source.module,
            "coded": coded,
            "limits": asdict(limits),
        }
        self._journal = journal
        self._link = link
        self._lock = threading.Lock()
        self._app = ""
        self.schemas: Mapping[str, Any] = {}

    def ask(self, message: bytes, stop: Stop) -> dict[str, Any]:
        """The answer to one request. Raises PlaygroundError."""
        began = time.perf_counter()
        result: dict[str, Any] = self._asked({"do": "ask", "message": message.decode()}, stop)
        self._journal.answered((time.perf_counter() - began) * 1000)
        return result

    def warm(self, stop: Stop) -> None:
        """Have it on the cluster, loaded. Raises PlaygroundError."""
        self.schemas = self._asked({"do": "warm"}, stop)

    def health(self) -> Health:
        """How it is doing, as far as this server asked it; its processes are the cluster's."""
        state: State = "idle" if not self._app else "ready" if self._journal.healthy else "failing"
        return self._journal.health(state, (), "")

    def retire(self) -> None:
        """Take it off the cluster, for its code is no longer what it was; nobody waits for that."""
        if self._app:
            threading.Thread(target=self._deleted, args=(self._app,), daemon=True).start()

    def close(self) -> None:
        """Nothing: other servers may ask it too."""

    def _deleted(self, app: str) -> None:
        with contextlib.suppress(PlaygroundError):
            self._link.ask({"do": "delete", "app": app}, Stop())

    def _asked(self, command: Mapping[str, Any], stop: Stop) -> Any:
        """What the application gave; where it went with the cluster or the bridge, what the next one gives."""
        for last in (False, True):
            try:
                return self._heard(self._link.ask({**command, "app": self._deployed(stop)}, stop))
            except errors.InferenceServiceUnavailableError as error:
                if last or error.code != "ray_lost":
                    raise
                self._app = ""
        raise AssertionError("unreachable")

    def _deployed(self, stop: Stop) -> str:
        """The name of its application, which is there when this returns."""
        with self._lock:
            if not self._app:
                began = time.perf_counter()
                self._app = self._heard(self._link.ask(self._order, stop))
                self._journal.started((time.perf_counter() - began) * 1000)
            return self._app

    def _heard(self, told: Mapping[str, Any]) -> Any:
        """The `result` of an answer. Raises its `error`, and notes it as this machine's processes would."""
        if "result" in told:
            return told["result"]
        error = told["error"]
        if error["journal"] is not None:
            self._journal.failed(*error["journal"])
        kind = _ERRORS.get(error["kind"], errors.InternalServerError)
        raise kind(error["message"], code=error["code"], details=error["details"], retry_after=error["retry_after"])
