"""A request that somebody pasted, as JSON, curl or Python, read back into the request it makes. Nothing is executed."""

from playground.pasted.request import Pasted, pasted
from playground.pasted.search import Sought, sought

__all__ = ["Pasted", "Sought", "pasted", "sought"]
