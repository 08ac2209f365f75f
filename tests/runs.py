"""Made-up run records for tests of the history and its page: seeded, plausible, of every kind."""

import math
import random
from collections.abc import Iterator

from playground.record import RunRecord, Status, Timings

# (provider, model, typical total ms, dollars per token or None where the price is not known)
MODELS = (
    ("openai", "gpt-large", 2400.0, 4e-6),
    ("anthropic", "claude-medium", 1900.0, 3e-6),
    ("google", "gemini-small", 700.0, 3e-7),
    ("local", "handbook", 35.0, 0.0),
    ("ollama", "llama-mini", 5200.0, None),
)
WORDS = (
    *("model", "prompt", "answer", "token", "latency", "embedding", "cosine", "neighbour", "cache", "error"),
    *("budget", "sample", "window", "context", "stream", "chunk", "vector", "index", "recall", "precision"),
    *("audio", "segment", "transcript", "schema", "field", "value", "request", "response", "retry", "limit"),
)


NOON = 1_790_000_000.0


def chat(id: str = "run_1", question: str = "What is TTFT?", text: str = "Time to first token.", **fields) -> RunRecord:
    """A chat run that was done; `fields` are the record's."""
    values = {
        "created_at": NOON,
        "namespace": "default",
        "door": "api",
        "task": "chat",
        "provider": "local",
        "model": "handbook",
        "status": "done",
        "request": {"provider": "local", "model": "handbook", "inputs": {"prompts": [question]}},
        "response": {"data": {"text": text, "finish_reason": "stop"}},
        "timings": Timings(0.1, 5.0, 9.5, 10.0),
    }
    return RunRecord(id=id, **(values | fields))


def synthetic(count: int, *, start: float, span: float, seed: int = 0, words: int = 120) -> Iterator[RunRecord]:
    """`count` runs over `span` seconds from `start` (Unix seconds), oldest first; the same for the same arguments."""
    chance = random.Random(seed)
    for number in range(count):
        yield _one(chance, number, start + span * number / count, words)


def _one(chance: random.Random, number: int, created_at: float, words: int) -> RunRecord:
    provider, model, typical, price = chance.choices(MODELS, (5, 4, 6, 8, 2))[0]
    status: Status = chance.choices(("done", "failed", "cancelled"), (94, 4, 2))[0]
    total = typical * math.exp(chance.gauss(0, 0.35))
    prompt, text = _sentence(chance, words // 4), _sentence(chance, words)
    tokens = (len(prompt) // 4, len(text) // 4)
    data = {"text": text, "finish_reason": "stop"}
    used = {"prompt": tokens[0], "completion": tokens[1], "total": sum(tokens)}
    body = {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": True}
    return RunRecord(
        id=f"run_{int(created_at * 1000):012x}{number:08x}{chance.getrandbits(32):08x}",
        created_at=created_at,
        namespace="default",
        door=chance.choice(("page", "api", "python")),
        task="chat",
        provider=provider,
        model=model,
        status=status,
        request={"provider": provider, "model": model, "inputs": {"prompts": [prompt]}},
        response=None
        if status != "done"
        else {
            "data": data,
            "provider": provider,
            "model": model,
            "tokens_used": used,
            "latency_ms": total,
            "cached": False,
        },
        error=None if status == "done" else _error(status),
        partial=(text[: len(text) // 3],) if status == "cancelled" else (),
        exchanges=(
            {
                "method": "POST",
                "url": f"https://{provider}.example/v1/chat/completions",
                "headers": {"authorization": "Bearer •••", "content-type": "application/json"},
                "body": body,
                "status": 200 if status != "failed" else 429,
                "request_id": f"req_{number}",
            },
        ),
        timings=Timings(0.2, None if status == "failed" else total * 0.3, total * 0.98, total),
        prompt_tokens=None if status == "failed" else tokens[0],
        completion_tokens=None if status == "failed" else tokens[1],
        cost=None if price is None or status == "failed" else sum(tokens) * price,
        provider_request_id=f"req_{number}",
    )


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=max(words, 1))).capitalize() + "."


def _error(status: Status) -> dict[str, object]:
    message, kind, code = {
        "failed": ("the provider's rate limit is reached; try again in 20 s", "TooManyRequestsError", 429),
        "cancelled": ("the run was stopped", "CancelledError", 499),
    }[status]
    return {"success": False, "status": code, "error": {"message": message, "type": kind}}
