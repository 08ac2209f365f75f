"""The Python door: `Playground().run(…)` and `.stream(…)` for programs and notebooks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from playground.cache.receipt import Receipt
from playground.cache.visit import Wish
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.errors import BadRequestError
from playground.preflight import Preflight
from playground.runs import Runs, build, shared
from playground.settings import Settings
from playground.ticket import Ticket

if TYPE_CHECKING:
    from playground.batch import Batches
    from playground.cache.cache import Cache
    from playground.dossier import Dossier
    from playground.matrix import Matrix
    from playground.plugins.registry import Plugins


class Playground:
    """The inference core in this process.

    Without `settings` it is the process-wide core, configured by the environment and `.streamlit/secrets.toml`; with
    a mapping of settings (names as in the README's table) it is one of its own, closed by `close()` or `with`.

    `cache` True asks the semantic cache in every chat request, `cache_delta` is its limit; either can be given to a
    single request too, as `enable_semantic_cache` and `cache_delta`.
    """

    def __init__(
        self,
        settings: Mapping[str, str] | None = None,
        *,
        namespace: str = "default",
        cache: bool = False,
        cache_delta: float | None = None,
    ) -> None:
        self._own: Runs | None = build(Settings.of(settings)) if settings is not None else None
        self._core = self._own or shared()
        self._namespace = namespace
        self._caching: dict[str, Any] = {"enable_semantic_cache": cache, "cache_delta": cache_delta}
        self._last: Ticket | None = None

    def run(
        self,
        *,
        inputs: Mapping[str, Any],
        provider: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        cache: Wish = "",
        **fields: Any,
    ) -> RawInferenceResponse:
        """Answer one request. `fields` are the contract's other fields. Raises PlaygroundError.

        `cache`, where the cache is asked: `refresh` asks the model and stores its answer anew, `no_store` leaves the
        cache alone.
        """
        request = self._request(provider, model, inputs, parameters, fields)
        self._last = Ticket(request, self._namespace, stream=False, cache=cache)
        return self._core.engine.run(self._last)

    def stream(
        self,
        *,
        inputs: Mapping[str, Any],
        provider: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        cache: Wish = "",
        **fields: Any,
    ) -> Iterator[str | RawInferenceResponse]:
        """Yield pieces of text as they arrive and, last, the response. Raises PlaygroundError.

        Leaving the loop early hangs up on the provider and records the run as cancelled.
        """
        request = self._request(provider, model, inputs, parameters, fields)
        self._last = Ticket(request, self._namespace, cache=cache)
        chunks = self._core.engine.stream(self._last)
        response: RawInferenceResponse | None = None
        try:
            while response is None:
                try:
                    text = next(chunks).text
                except StopIteration as end:
                    response = end.value
                else:
                    if text:
                        yield text
            yield response
        finally:
            chunks.close()

    @property
    def cache(self) -> "Cache":
        """The semantic cache: its state, entries, rules; see `playground.cache.cache`."""
        return self._core.cache

    @property
    def batches(self) -> "Batches":
        """Texts of any number, embedded in chunks that outlive the process; see `playground.batch`."""
        return self._core.batches

    def embed(
        self,
        texts: Sequence[str],
        *,
        provider: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> "Matrix":
        """The vectors of any number of texts, (texts, dimensions), float32. Raises PlaygroundError.

        They are a batch: what is embedded is kept, and the same call after a crash goes on where it was.
        """
        request = self._request(provider, model, {"texts": list(texts)}, parameters, fields)
        id_ = self.batches.start(request, namespace=self._namespace)
        try:
            return self.batches.result(id_, self._namespace)
        finally:
            self.batches.stop(id_, self._namespace)  # where somebody lost patience

    def dossier(self, id: str) -> "Dossier":  # noqa: A002 - the field's name
        """A set of runs by its id, such as a comparison: its `document` is that of `GET /v1/sets/{id}`.

        Raises NotFoundError.
        """
        from playground.dossier import dossier

        return dossier(self._core.history, id, self._namespace)

    @property
    def plugins(self) -> "Plugins":
        """The plugins: all of them, one by name, asked, their health; see `playground.plugins.registry`."""
        return self._core.plugins

    def receipts(self) -> list[dict[str, Any]]:
        """What the cache did with each prompt of the last request, and why; judges' findings as far as they are in."""
        return self._core.receipts(self._last.record) if self._last and self._last.record else []

    def verdict(self, right: bool, prompt: int = 0) -> str:
        """Say whether the last answer, which came from the cache, is right; says what that changed."""
        if self._last is None:
            raise BadRequestError("nothing was asked yet")
        return self._core.verdict(self._last.id, self._namespace, right, prompt)

    def preflight(
        self,
        *,
        inputs: Mapping[str, Any],
        provider: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Preflight:
        """What a request would meet: problems, tokens, price, cache. Nothing is sent, fetched or recorded."""
        return self._core.preflight(self._request(provider, model, inputs, parameters, fields), self._namespace)

    def peek(
        self,
        prompt: str,
        *,
        provider: str,
        model: str,
        parameters: Mapping[str, Any] | None = None,
        cache_delta: float | None = None,
    ) -> Receipt:
        """What the cache would do with a prompt, and why; nobody is asked."""
        request = self._request(provider, model, {"prompts": [prompt]}, parameters, {"cache_delta": cache_delta})
        return self._core.peek(request, self._namespace)[0]

    def close(self) -> None:
        """Close a core of one's own; the process-wide one stays."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> "Playground":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _request(
        self,
        provider: str | None,
        model: str | None,
        inputs: Mapping[str, Any],
        parameters: Mapping[str, Any] | None,
        fields: Mapping[str, Any],
    ) -> RawInferenceRequest:
        return RawInferenceRequest(
            provider=provider,
            model=model,
            inputs=dict(inputs),
            parameters=dict(parameters) if parameters is not None else None,
            **self._caching | dict(fields),
        )
