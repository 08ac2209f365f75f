"""The only sender of provider requests: JSON and events back, retries, hanging up.

httpx builds the requests and reads the answers; underneath it a stack of connections replaces httpcore's pool (see
`connections`). Nothing comes from the environment, no cookie is kept, no redirect followed: each of these would carry
a key or a prompt to somewhere nobody chose.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpcore
import httpx

from playground import sse
from playground.call import Exchange, Stop
from playground.connections import Connections, Conversation
from playground.errors import CancelledError, PlaygroundError, ProviderError
from playground.exchange import describe, encode_json, mended
from playground.faults import fault
from playground.outage import BREAKS, Peer, heed
from playground.retry import LONGEST, asked_pause, backoff, worth_it
from playground.settings import Settings
from playground.stream import Stream
from playground.wire import WireRequest

logger = logging.getLogger("playground")
logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole URLs, and a URL can hold a password

_CONNECT = 5.0
_FAULT_LIMIT = 65536


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its body as parsed JSON (or text, where that was asked for), and what went over the wire."""

    body: Any
    exchange: Exchange


class Transport:
    """Sends requests for every thread of the process; one is enough."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._retries = int(settings.number("PLAYGROUND_RETRIES"))
        silence = settings.number("PLAYGROUND_TIMEOUT")
        if silence <= 0:
            raise ValueError(f"`PLAYGROUND_TIMEOUT` must be more than 0 seconds; it is {silence:g}")
        self._timeout = {"connect": _CONNECT, "read": silence, "write": silence}
        self._connections = Connections()
        self._client = httpx.Client(
            transport=_Door(self._connections),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    def send(self, request: WireRequest, stop: Stop, *, provider: str, text: bool = False) -> Reply:
        """Send a request and read the whole answer; with `text`, an answer that is not JSON is given as a str.

        Raises PlaygroundError, whose `exchange` is what went over the wire; CancelledError as soon as `stop` is set.
        """
        accept = {"Accept": "*/*" if text else "application/json", "Accept-Encoding": "gzip"}
        errand = self._errand(request, stop, provider, accept)
        response = self._open(errand)
        try:
            body = b"".join(_pieces(response))
            heed(stop)
            value = _value(errand.peer, response.headers, body, text)
        except BREAKS as error:
            heed(stop)
            raise errand.marked(errand.peer.broken(error, ProviderError), response) from None
        except PlaygroundError as error:
            raise errand.marked(error, response) from None
        finally:
            response.close()
        return Reply(value, errand.exchange(response))

    @contextmanager
    def stream(self, request: WireRequest, stop: Stop, *, provider: str) -> Iterator[Stream]:
        """Send a request whose answer comes in events; leaving the block hangs up, whatever was read by then.

        Raises like `send` until the answer begins; from then on nothing is sent again, and the exchange is `Stream`'s.
        """
        errand = self._errand(request, stop, provider, {"Accept": "text/event-stream", "Accept-Encoding": "identity"})
        response = self._open(errand)
        try:
            yield Stream(_pieces(response), response.headers, errand.exchange(response), errand.peer, stop)
            if not stop.is_set():
                response.extensions["talk"].settle()
        except PlaygroundError as error:
            masked = self._settings.masked
            error.message = masked(error.message)
            error.args = (error.message,)
            told = error.details.items()
            error.details = {name: masked(value) if isinstance(value, str) else value for name, value in told}
            raise
        finally:
            response.close()

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def _errand(self, request: WireRequest, stop: Stop, provider: str, accept: Mapping[str, str]) -> "_Errand":
        peer = Peer.at(provider, request.url, self._settings)
        headers = {"User-Agent": "inference-playground", **accept, **request.headers}
        json = None if request.json is None else encode_json(request.json)
        if json is not None:
            headers["Content-Type"] = "application/json"
        body = _form(request) if json is None else {"content": json}
        extensions = {"timeout": self._timeout, "stop": stop}
        try:
            built = httpx.Request(request.method, request.url, headers=headers, extensions=extensions, **body)
        except UnicodeEncodeError:
            raise peer.unsendable() from None
        except httpx.InvalidURL:
            raise peer.unaddressable() from None
        return _Errand(request, built, json, stop, peer)

    def _open(self, errand: "_Errand") -> httpx.Response:
        """The first answer that is not a failure."""
        attempt = 0
        while True:
            heed(errand.stop)
            failure, pause = self._attempt(errand)
            if isinstance(failure, httpx.Response):
                return failure
            if pause is None or pause > LONGEST or attempt >= self._retries:
                raise failure
            pause = pause or backoff(attempt)
            attempt += 1
            logger.info("%s; sent again in %.1f s", failure.message, pause)
            errand.stop.wait(pause)

    def _attempt(self, errand: "_Errand") -> tuple[httpx.Response, None] | tuple[PlaygroundError, float | None]:
        """An answer, or an error with the seconds to wait before the next attempt (0: not said, None: no next one)."""
        try:
            response = self._client.send(errand.built, stream=True)
        except httpx.RemoteProtocolError:  # httpx looks at where a redirect leads even if it is not to be followed
            return errand.marked(errand.peer.redirected("", errand.request.url), None), None
        except BREAKS as error:
            errand.heed()
            failure, hope = errand.peer.unreached(error)
            return errand.marked(failure, None), 0.0 if hope else None
        if response.is_success:
            return response, None
        try:
            return self._refused(errand, response)
        finally:
            response.close()

    def _refused(self, errand: "_Errand", response: httpx.Response) -> tuple[PlaygroundError, float | None]:
        status, headers = response.status_code, response.headers
        if 300 <= status < 400:
            location = headers.get("location", "")
            return errand.marked(errand.peer.redirected(location, errand.request.url), response), None
        text = self._settings.masked(_beginning(response).decode(errors="replace"))
        errand.heed()
        failure = errand.marked(fault(errand.peer.provider, status, headers, text), response)
        if failure.details.get("retryable") is False or not worth_it(status, headers):
            return failure, None
        return failure, asked_pause(headers, text) or 0.0


@dataclass(frozen=True, slots=True)
class _Errand:
    """One request on its way; `json` is its body as it is sent."""

    request: WireRequest
    built: httpx.Request
    json: bytes | None
    stop: Stop
    peer: Peer

    def exchange(self, response: httpx.Response | None) -> Exchange:
        status, headers = (response.status_code, response.headers) if response is not None else (None, {})
        return describe(self.request, self.json, self.peer.settings, status, headers)

    def heed(self) -> None:
        try:
            heed(self.stop)
        except CancelledError as error:
            raise self.marked(error, None) from None

    def marked(self, error: PlaygroundError, response: httpx.Response | None) -> PlaygroundError:
        error.exchange = self.exchange(response)
        return error


class _Door(httpx.BaseTransport):
    """Where httpx meets the connections. A request brings its `stop`; the answer brings its conversation."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        asked = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        talk = self._connections.ask(asked, request.extensions["stop"])
        answer = talk.answer
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(talk), extensions={"talk": talk})


class _Body(httpx.SyncByteStream):
    def __init__(self, talk: Conversation) -> None:
        self._talk = talk

    def __iter__(self) -> Iterator[bytes]:
        return self._talk.pieces

    def close(self) -> None:
        self._talk.close()


def _pieces(response: httpx.Response) -> Iterable[bytes]:
    """The body, decoded where the provider compressed it; without httpx's own loop where it did not."""
    return _decoded(response) if "content-encoding" in response.headers else response.iter_raw()


def _decoded(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes()
    except httpx.DecodingError:
        raise httpcore.RemoteProtocolError from None


def _beginning(response: httpx.Response) -> bytes:
    """The first bytes of an error's body; what broke off will have to do."""
    body = b""
    with suppress(*BREAKS):
        for piece in _pieces(response):
            body += piece
            if len(body) > _FAULT_LIMIT:
                break
    return body


def _value(peer: Peer, headers: Mapping[str, str], body: bytes, text: bool) -> Any:
    mime = headers.get("content-type", "").partition(";")[0].strip().lower()
    if text and not mime.endswith("json") and mime != "text/html":
        return body.decode(errors="replace")
    try:
        return sse.parse(body)
    except ValueError:
        raise peer.nonsense(headers, body, "JSON") from None


def _form(request: WireRequest) -> dict[str, Any]:
    fields: dict[str, list[str]] = {}
    for name, value in request.form:
        fields.setdefault(name, []).append(mended(value))
    file = request.file
    return {"data": fields, "files": [] if file is None else [("file", (mended(file.name), file.data, file.mime))]}
