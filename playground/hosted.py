"""Hosted: any request to the Mixpeek server of the settings, for what is no inference: retrievers, documents.

Hosted(settings).request("POST", "/retrievers/execute", {"stages": […], "inputs": {}})
"""

from typing import Any

from playground.call import Stop
from playground.providers.mixpeek import headers
from playground.providers.table import ROWS
from playground.settings import Settings
from playground.transport import Reply, Transport
from playground.wire import WireRequest

ROW = next(row for row in ROWS if row.name == "mixpeek")


class Hosted:
    """The server that `MIXPEEK_BASE_URL`, `MIXPEEK_API_KEY` and `MIXPEEK_NAMESPACE` name. Any thread may ask."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._transport = Transport(settings)

    @property
    def ready(self) -> bool:
        """Whether there is a key for it; nobody is asked."""
        return ROW.key(self._settings) is not None

    def request(self, method: str, path: str, json: Any = None, *, stop: Stop | None = None) -> Any:
        """The answer's JSON. Raises what `send` raises."""
        return self.send(method, path, json, stop=stop).body

    def send(self, method: str, path: str, json: Any = None, *, stop: Stop | None = None) -> Reply:
        """The answer, and what went over the wire; `path` comes after the version, as `/retrievers`.

        Raises PlaygroundError: what the server refused as the error of its status (a 422 as BadRequestError),
        InferenceServiceUnavailableError where there is no key, CancelledError once `stop` is set.
        """
        target = ROW.target(self._settings)
        wire = WireRequest(f"{target.base_url}/{path.lstrip('/')}", headers(target), json, method=method)
        return self._transport.send(wire, stop or Stop(), provider=ROW.name)

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()
