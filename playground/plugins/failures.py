"""What the caller is told when a plugin fails: one sentence with the cause and the next step, never its traceback."""

from collections.abc import Mapping
from typing import Any

from playground.errors import (
    InferenceServiceUnavailableError,
    PlaygroundError,
    ProviderError,
    TimeoutError,  # noqa: A004 - the contract's name for it
)
from playground.plugins.pipe import MOST
from playground.plugins.process import Limits

_SEE = "the Plugins page has its traceback"


def failed(id: str, failure: Mapping[str, Any], limits: Limits) -> PlaygroundError:  # noqa: A002 - the word
    """The error for a failure that a plugin's process told of, or for its end."""
    kind = str(failure.get("kind", "raised"))
    what = _said(failure)
    match kind:
        case "load":
            lacks = failure.get("type") == "ModuleNotFoundError"
            advice = "install what it needs beside the playground" if lacks else "mend it"
            return InferenceServiceUnavailableError(
                f"plugin `{id}` cannot be loaded: {what}; {advice}, {_SEE}",
                code="plugin_load",
                details={"plugin": id},
                retryable=False,
            )
        case "timeout":
            return TimeoutError(
                f"plugin `{id}` did not answer within {failure.get('seconds', limits.seconds):g} s and was ended; ask "
                "for less at once, or raise the limit in the settings",
                code="plugin_timeout",
                details={"plugin": id},
            )
        case "memory":
            told = f"took more than the {limits.memory / 2**20:,.0f} MB it may have; ask for less, or raise the limit"
        case "answer":
            told = f"gave an answer that cannot be sent: {what}"
        case "exit":
            told = f"ended its own process ({what}); a plugin must return or raise, {_SEE}"
        case "crash":
            told = f"crashed: its process {what}; {_SEE}, the next call starts it anew"
        case "protocol":
            told = f"answered with more than {MOST // 2**20} MB or with something that is no JSON; it was ended"
        case _:
            told = f"failed: {what}; {_SEE}"
    details = {"plugin": id} | ({"fault": failure["fault"]} if "fault" in failure else {})
    return ProviderError(f"plugin `{id}` {told}", code=f"plugin_{kind}", details=details, retryable=False)


def busy(id: str, seconds: float) -> PlaygroundError:  # noqa: A002 - the word
    """The error for a call that nobody took up."""
    return InferenceServiceUnavailableError(
        f"plugin `{id}` has answered nobody for {seconds:g} s, and all its processes are busy; try again later",
        code="plugin_busy",
        details={"plugin": id},
        retry_after=2,
    )


def unstarted(id: str, error: OSError) -> PlaygroundError:  # noqa: A002 - the word
    """The error for a process that the system did not start."""
    return InferenceServiceUnavailableError(
        f"plugin `{id}` has no process, for the system starts none ({error}); see whether memory is short",
        code="plugin_start",
        details={"plugin": id},
        retry_after=5,
    )


def _said(failure: Mapping[str, Any]) -> str:
    """The exception's name and the first line of its words."""
    lines = str(failure.get("message", "")).strip().splitlines()
    line = lines[0][:300] if lines else ""
    name = str(failure.get("type", ""))
    return f"{name}: {line}" if name and line else name or line
