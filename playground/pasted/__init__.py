"""A request that somebody pasted, as JSON, curl or Python, read back into the request it makes. Nothing is executed."""

from playground.pasted.request import Pasted, pasted

__all__ = ["Pasted", "pasted"]
