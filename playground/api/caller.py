"""Caller: whose request it is, and which namespaces are theirs."""

from dataclasses import dataclass

from playground.errors import ForbiddenError
from playground.namespace import DEFAULT


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of an API key. `id` is the key's fingerprint: always the same for a key, and no way back to it.

    `namespaces` are those it may use, None all. `limit` is its own number of requests a minute; None stands for
    everybody's, 0 for no limit.
    """

    id: str
    name: str
    namespaces: tuple[str, ...] | None = None
    limit: float | None = None

    @property
    def home(self) -> str:
        """The namespace of a request that names none: `default`, or its first one where it may not use that."""
        return DEFAULT if self.may(DEFAULT) or not self.namespaces else self.namespaces[0]

    def may(self, namespace: str) -> bool:
        """Whether a namespace is among its own."""
        return self.namespaces is None or namespace in self.namespaces


def may_use(caller: Caller, namespace: str) -> None:
    """Raise ForbiddenError, which names the namespace and what to do, where it is not one of the caller's."""
    if caller.may(namespace):
        return
    own = ", ".join(f"`{name}`" for name in caller.namespaces or ())
    raise ForbiddenError(
        f"the key `{caller.name}` may not use the namespace `{namespace}`; it may use {own or 'none'}: name one of "
        "these in `X-Namespace` or in the path, or use a key that was made for this one",
        code="namespace_forbidden",
        details={"resource": "namespace", "id": namespace},
    )
