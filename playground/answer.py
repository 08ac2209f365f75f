"""Answer: the chunks of one run added up, readable at any moment while they still arrive."""

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from playground.call import Chunk, Exchange, Task, Usage
from playground.errors import ProviderError
from playground.structured import read


class Answer:
    """What has arrived so far, one slot per prompt. One thread adds; any thread may read `texts`."""

    def __init__(self, prompts: int) -> None:
        self._texts: list[list[str]] = [[] for _ in range(prompts)]
        self._reasoning: list[list[str]] = [[] for _ in range(prompts)]
        self.usages: list[Usage | None] = [None] * prompts
        self.finish_reasons: list[str | None] = [None] * prompts
        self.data: list[Mapping[str, Any] | None] = [None] * prompts
        self.receipts: list[Mapping[str, Any] | None] = [None] * prompts
        self.exchanges: list[Exchange] = []
        self.progress: float | None = None
        self.doing = ""
        self.model = ""

    def add(self, chunk: Chunk) -> None:
        """Take one chunk in."""
        index = chunk.index
        if chunk.text:
            self._texts[index].append(chunk.text)
        if chunk.reasoning:
            self._reasoning[index].append(chunk.reasoning)
        if chunk.usage is not None:
            self.usages[index] = chunk.usage
        if chunk.finish_reason is not None:
            self.finish_reasons[index] = chunk.finish_reason
        if chunk.data is not None:
            self.data[index] = chunk.data
        if chunk.cache is not None:
            self.receipts[index] = chunk.cache
        self._add_news(chunk)

    def _add_news(self, chunk: Chunk) -> None:
        if chunk.exchange is not None:
            self.exchanges.append(chunk.exchange)
        if chunk.progress is not None:
            self.progress = chunk.progress
        if chunk.doing is not None:
            self.doing = chunk.doing
        self.model = chunk.model or self.model

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts so far, one per prompt."""
        return tuple(map("".join, self._texts))

    @property
    def reasoning(self) -> tuple[str, ...]:
        """The reasoning shown so far, one per prompt."""
        return tuple(map("".join, self._reasoning))

    @property
    def usage(self) -> Usage:
        """The counts of all prompts together; None where one of them did not say."""
        return total(self.usages)

    def result(self, task: Task, plural: bool, schema: Mapping[str, Any] | None) -> dict[str, Any]:
        """`data` of the contract's response. Raises ProviderError when the payload is not there."""
        match task:
            case "chat":
                return self._chat(plural, schema)
            case "embedding":
                return self._embedding(plural)
            case "transcription" | "plugin":
                return dict(self._payload())
            case _:
                assert_never(task)

    def _payload(self) -> Mapping[str, Any]:
        if self.data[0] is None:
            raise ProviderError("the provider answered without a result; try again or choose another model")
        return self.data[0]

    def _embedding(self, plural: bool) -> dict[str, Any]:
        payload = dict(self._payload())
        vectors = payload.pop("embeddings")
        payload["dimensions"] = len(vectors[0]) if vectors else 0
        several = plural or "segments" in payload  # one film has many
        return {"embeddings": vectors, **payload} if several else {"embedding": vectors[0], **payload}

    def _chat(self, plural: bool, schema: Mapping[str, Any] | None) -> dict[str, Any]:
        answers = [self._one_chat(index, schema) for index in range(len(self._texts))]
        if not plural:
            return answers[0]
        plurals = {"text": "texts", "finish_reason": "finish_reasons"}
        keys = dict.fromkeys(key for answer in answers for key in answer)
        return {plurals.get(key, key): [answer.get(key) for answer in answers] for key in keys}

    def _one_chat(self, index: int, schema: Mapping[str, Any] | None) -> dict[str, Any]:
        text = "".join(self._texts[index])
        answer: dict[str, Any] = {"text": text, "finish_reason": self.finish_reasons[index]}
        if self._reasoning[index]:
            answer["reasoning"] = "".join(self._reasoning[index])
        if schema is not None:
            answer |= _structured(text, self.finish_reasons[index], schema)
        return answer | dict(self.data[index] or {})


def _structured(text: str, finish: str | None, schema: Mapping[str, Any]) -> dict[str, Any]:
    """`json`, and `schema_errors` where there are any; what was cut or filtered is not read as JSON."""
    if finish != "stop":
        return {"json": None, "schema_errors": [{"path": "$", "message": f"the answer ended early: `{finish}`"}]}
    value, problems = read(text, schema)
    return {"json": value} | ({"schema_errors": problems} if problems else {})


def total(parts: Iterable[Usage | None]) -> Usage:
    """Usages added up, field by field; a field that one part does not know is unknown."""
    usages = [part or Usage() for part in parts]

    def added(field: str) -> Any:
        values = [getattr(usage, field) for usage in usages]
        return None if None in values else sum(values)

    if len(usages) == 1:
        return usages[0]
    return Usage(*(added(field) for field in Usage.__dataclass_fields__))


def tokens_used(usage: Usage) -> dict[str, int] | None:
    """The contract's `tokens_used`: whole numbers, the provider's own; None when it counted nothing."""
    if usage.prompt is None and usage.completion is None:
        return None
    counts = {"prompt": usage.prompt, "completion": usage.completion}
    counts["total"] = (usage.prompt or 0) + (usage.completion or 0)
    counts |= {"reasoning": usage.reasoning or None, "cached": usage.cache_read or None}
    return {name: int(count) for name, count in counts.items() if count is not None}
