"""The key as a bearer token: how every OpenAI-compatible server is told who asks."""

from playground.wire import Target


def headers(target: Target) -> dict[str, str]:
    """The `Authorization` header, none at all where there is no key."""
    return {"Authorization": f"Bearer {target.key}"} if target.key else {}
