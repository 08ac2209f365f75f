"""Scope: whose vectors, in which namespace, asked for by which door."""

from dataclasses import dataclass

from playground.record import Door


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything in a library is looked for within one of these.

    `owner` is whoever the namespaces belong to, the id of an API key say; embeddings that are made on the way are runs
    in the namespace of the same name, asked for by the door, and seen by the owner only.
    """

    owner: str
    namespace: str
    door: Door = "api"
