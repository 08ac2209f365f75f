"""Which of OpenAI's two chat wires a call takes: Responses on its own API, Chat Completions for the rest."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from playground.call import Call
from playground.errors import BadRequestError
from playground.providers import intakes, responses
from playground.providers.chat_completions import ChatCompletions
from playground.providers.intake import Taking, files
from playground.wire import Target

# Parameters that only one of the two has (the request types of openai 3.51.0).
CHAT_ONLY = frozenset(
    (
        *("audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs"),
        *("max_completion_tokens", "modalities", "n", "prediction", "presence_penalty"),
        *("response_format", "seed", "stop", "verbosity", "web_search_options"),
    )
)
RESPONSES_ONLY = frozenset(
    (
        *("access_programs", "background", "context_management", "conversation", "image", "include"),
        *("max_output_tokens", "max_tool_calls", "previous_response_id", "prompt", "reasoning", "text", "truncation"),
    )
)
# Models that answer on Responses alone.
_RESPONSES_MODELS = re.compile(r"-pro(-|$)|codex|deep-research|computer-use")
_OWN = ChatCompletions(names={"max_tokens": "max_completion_tokens"}, intake=intakes.CHAT_COMPLETIONS)
_ELSEWHERE = ChatCompletions()


@dataclass(frozen=True, slots=True)
class TwoWires:
    """The choice for one chat; `host` and its regions (`eu.<host>`) are OpenAI's own API."""

    host: str = "api.openai.com"

    def __call__(self, call: Call, target: Target) -> Taking:
        """The wire for a chat. Raises BadRequestError where parameters and files need both."""
        there = urlsplit(target.base_url).hostname or ""
        if there != self.host and not there.endswith(f".{self.host}"):
            return _ELSEWHERE
        classic, modern = _classic(call), _modern(call)
        if not classic:
            return responses
        if not modern:
            return _OWN
        raise BadRequestError(
            f"{classic[0]} only on OpenAI's Chat Completions and {modern[0]} only on its Responses API; "
            "leave one of the two out",
            code="parameter_conflict",
            details={"parameters": sorted((CHAT_ONLY | RESPONSES_ONLY) & call.parameters.keys())},
        )


def _classic(call: Call) -> list[str]:
    """What of a call Chat Completions alone can do, as the beginnings of sentences."""
    heard = ["sound is taken"] if any(each.modality == "audio" for each in files(call)) else []
    return [f"`{name}` exists" for name in sorted(CHAT_ONLY & call.parameters.keys())] + heard


def _modern(call: Call) -> list[str]:
    """What of a call Responses alone can do; there a PDF may be an address."""
    needs = [f"`{name}` exists" for name in sorted(RESPONSES_ONLY & call.parameters.keys())]
    if _RESPONSES_MODELS.search(call.model):
        needs.append(f"`{call.model}` answers")
    if any(each.modality == "document" and not each.data for each in files(call)):
        needs.append("the address of a PDF is taken")
    return needs
