"""The run that a page's address names, so that a refresh, a link and a second viewer find it again."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.run import Run
from playground.ui.watch import find


def linked(last: str | None, name: str = "run") -> tuple[str, Mapping[str, Any]] | PlaygroundError | None:
    """The id in `?<name>=` and that run's request, or why it cannot be had; None when it is `last`, which is shown.

    A page that comes back without the parameter (another page was visited) gets it again.
    """
    wanted = st.query_params.get(name)
    if wanted is None and last is not None:
        st.query_params[name] = last
    if wanted is None or wanted == last:
        return None
    run = find(wanted)
    if isinstance(run, PlaygroundError):
        return run
    return wanted, run.request.model_dump() if isinstance(run, Run) else run.request


def settle() -> None:
    """Let the window's address say what this page was opened with.

    A link from a page to itself tells the script its parameters and leaves the address as it was (Streamlit 1.67), so
    that the next click would be one on what was open before.
    """
    st.query_params.from_dict(st.query_params.to_dict())
