"""Inspection: the files of a plan that are here already, opened without fetching any other."""

from dataclasses import replace

from playground import sandbox
from playground.call import Media, Stop
from playground.errors import PlaygroundError
from playground.loading import with_files
from playground.preflight import Problem
from playground.probe import probe
from playground.resolve import Plan


def inspected(plan: Plan) -> tuple[Plan, float | None, tuple[Problem, ...]]:
    """The plan with what its files really are, the seconds of its sound where it has one, and what is wrong with them.

    A file that would be fetched here is left as an address, and a problem that stops nothing says so.
    """
    problems: list[Problem] = []
    media, seconds = dict(plan.media), None
    for place, file in plan.media.items():
        if not file.data:
            if not plan.provider.fetches(plan.model, file):
                message = f"`inputs.{place}` is fetched when it is sent; its type and size are not known before"
                problems.append(Problem("not_fetched", message, stops=False))
            continue
        try:
            media[place] = probe(file, place, Stop())
            seconds = _seconds(file) if plan.task == "transcription" else None
        except PlaygroundError as error:
            problems.append(Problem(error.code or error.type, error.message))
    return with_files(replace(plan, media=media), plan.media), seconds, tuple(problems)


def _seconds(file: Media) -> float | None:
    facts, _ = sandbox.shared().ask("inspect", file.data, mime=file.mime)
    seconds = facts.get("seconds")
    return float(seconds) if seconds else None
