"""The core as pages reach it: the process-wide one, and the namespace in which pages start and find runs."""

from playground.runs import Runs, shared

NAMESPACE = "default"
"""Pages see the runs of this namespace, the one that programs use when they name none."""


def core() -> Runs:
    """The process-wide core; opened on first use, so that a page needs no server around it."""
    return shared()
