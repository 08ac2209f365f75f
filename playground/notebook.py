"""The Python door: `Playground().run(…)` and `.stream(…)` for programs and notebooks."""

from collections.abc import Iterator, Mapping
from typing import Any

from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.runs import Runs, build, shared
from playground.settings import Settings
from playground.ticket import Ticket


class Playground:
    """The inference core in this process.

    Without `settings` it is the process-wide core, configured by the environment and `.streamlit/secrets.toml`; with
    a mapping of settings (names as in the README's table) it is one of its own, closed by `close()` or `with`.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *, namespace: str = "default") -> None:
        self._own: Runs | None = build(Settings.of(settings)) if settings is not None else None
        self._core = self._own or shared()
        self._namespace = namespace

    def run(
        self,
        *,
        inputs: Mapping[str, Any],
        provider: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> RawInferenceResponse:
        """Answer one request. `fields` are the contract's other fields. Raises PlaygroundError."""
        request = _request(provider, model, inputs, parameters, fields)
        return self._core.engine.run(Ticket(request, self._namespace, stream=False))

    def stream(
        self,
        *,
        inputs: Mapping[str, Any],
        provider: str | None = None,
        model: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> Iterator[str | RawInferenceResponse]:
        """Yield pieces of text as they arrive and, last, the response. Raises PlaygroundError.

        Leaving the loop early hangs up on the provider and records the run as cancelled.
        """
        request = _request(provider, model, inputs, parameters, fields)
        chunks = self._core.engine.stream(Ticket(request, self._namespace))
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

    def close(self) -> None:
        """Close a core of one's own; the process-wide one stays."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> "Playground":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _request(
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
        **fields,
    )
