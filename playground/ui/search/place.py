"""Where the page's namespaces are: in the library of this process, as those of the first API key.

So a program with that key sees what the page made, and the page what a program put in.
"""

from functools import lru_cache

from playground.api.keys import api_key
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.runs import Runs
from playground.store.keys import fingerprint
from playground.ui.core import core
from playground.ui.search.work import ask
from playground.vectors.library import Library
from playground.vectors.scope import Scope
from playground.vectors.services import Services


def library() -> Library:
    """The library as pages use it: what it embeds are runs of the pages, whatever the namespace."""
    return _library(core())


@lru_cache(maxsize=1)
def _library(runs: Runs) -> Library:
    services = runs.library.services
    return Library(runs.library.store, Services(_ask, services.find, services.providers))


def scope(namespace: str) -> Scope:
    """A namespace of the page's owner."""
    return Scope(_owner(core()), namespace, "page")


@lru_cache(maxsize=1)
def _owner(runs: Runs) -> str:
    return fingerprint(api_key(runs.settings)[0][0])


def _ask(request: RawInferenceRequest, scope: Scope) -> RawInferenceResponse:  # noqa: ARG001 - the pages' own runs
    return ask(request)
