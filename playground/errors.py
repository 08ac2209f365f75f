"""The error tree: every failure has an HTTP status and a stable type name.

PlaygroundError                     the root; never raised itself
├── BadRequestError                 400  the request asks for something that cannot be done
├── UnauthorizedError               401  no API key, or one that is not known
├── ForbiddenError                  403  the key is known and may not do this
│   └── NotEnabledError             403  nobody may, until a setting allows it
├── NotFoundError                   404  no such run, provider, model, path
├── MethodNotAllowedError           405  the path exists, this verb does not
├── AlreadyExistsError              409  there is something of that name
├── PayloadTooLargeError            413  the body or a media file is over its limit
├── ValidationError                 422  the JSON does not have the shape of the contract
├── TooManyRequestsError            429  a rate limit, ours or the provider's; has `retry_after`
├── CancelledError                  499  stopped by the person or program that asked
├── InternalServerError             500  a defect of ours
│   └── ProviderError               500  the provider answered with a failure or with nonsense
│       └── TruncatedStreamError    500  a stream that ended without its terminal signal
├── InferenceServiceUnavailableError 503 nobody there to answer, or no key for them
└── TimeoutError                    504  the provider said nothing for too long

Type names and bodies follow the Mixpeek error envelope; 504 and 499 are additions.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from playground.call import Exchange


class PlaygroundError(Exception):
    """A failure a person can act on.

    `message` names the cause and the next step. `retry_after` is in seconds, at least 1 on the wire.
    `retryable` False tells clients that waiting will not heal it. `details` is JSON for programs.
    """

    status: ClassVar[int] = 500
    type: ClassVar[str] = "InternalServerError"
    exchange: "Exchange | None" = None
    """What went over the wire for nothing, where a provider's answer never began."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        details: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.details = dict(details or {})
        self.retry_after = retry_after
        if retryable is not None:
            self.details["retryable"] = retryable
        if retry_after is not None:
            self.details["retry_after_seconds"] = retry_after

    def body(self) -> dict[str, Any]:
        """The error envelope of the contract (`ErrorResponse`), ready for JSON."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code is not None:
            error["code"] = self.code
        if self.details:
            error["details"] = self.details
        return {"success": False, "status": self.status, "error": error}


class BadRequestError(PlaygroundError):
    """The request is well formed and cannot be done as it stands."""

    status, type = 400, "BadRequestError"


class UnauthorizedError(PlaygroundError):
    """No API key, or one nobody knows."""

    status, type = 401, "UnauthorizedError"


class ForbiddenError(PlaygroundError):
    """The key is known and may not do this."""

    status, type = 403, "ForbiddenError"


class NotEnabledError(ForbiddenError):
    """A setting keeps this switched off."""

    type = "NotEnabledError"


class NotFoundError(PlaygroundError):
    """There is no such thing; `details` has `resource` and `id`."""

    status, type = 404, "NotFoundError"


class MethodNotAllowedError(PlaygroundError):
    """The path exists, the verb does not."""

    status, type = 405, "MethodNotAllowedError"


class AlreadyExistsError(PlaygroundError):
    """There is something of that name already, or the same request came with another body."""

    status, type = 409, "AlreadyExistsError"


class PayloadTooLargeError(PlaygroundError):
    """The body or a file in it is over the stated limit."""

    status, type = 413, "PayloadTooLargeError"


class ValidationError(PlaygroundError):
    """The JSON does not have the contract's shape.

    The body carries both shapes that published clients read: `error.details.validation_errors` and `detail`.
    """

    status, type = 422, "ValidationError"

    def __init__(self, message: str, failures: list[tuple[tuple[str | int, ...], str, str]]) -> None:
        """`failures` holds (location, message, kind) per failing field."""
        self.failures = failures
        errors = [{"type": kind, "location": ".".join(map(str, loc)), "message": text} for loc, text, kind in failures]
        super().__init__(message, details={"validation_errors": errors})

    def body(self) -> dict[str, Any]:
        """The envelope with FastAPI's `detail` list beside it."""
        detail = [{"loc": list(loc), "msg": text, "type": kind} for loc, text, kind in self.failures]
        return super().body() | {"detail": detail}


class TooManyRequestsError(PlaygroundError):
    """A rate limit or quota; `retry_after` says when to come back, where that is known."""

    status, type = 429, "TooManyRequestsError"


class CancelledError(PlaygroundError):
    """The run was stopped; what had arrived by then is kept."""

    status, type = 499, "CancelledError"


class InternalServerError(PlaygroundError):
    """A defect on this side."""

    status, type = 500, "InternalServerError"


class ProviderError(InternalServerError):
    """The provider failed, or answered with something that is not its protocol."""


class TruncatedStreamError(ProviderError):
    """The stream ended without the provider's terminal signal; the partial text is kept."""


class InferenceServiceUnavailableError(PlaygroundError):
    """Nobody can answer now: overloaded, unreachable, or not configured (`retryable` False)."""

    status, type = 503, "InferenceServiceUnavailableError"


class TimeoutError(PlaygroundError):  # noqa: A001 - the contract's name for it
    """The provider said nothing within the time allowed."""

    status, type = 504, "TimeoutError"
