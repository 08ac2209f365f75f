"""Report: runs as one HTML file that needs nobody: no script, nothing fetched, every text escaped, secrets as dots.

A policy in the file itself forbids scripts and other hosts, so that not even a mistake here could run anything.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from string import Template
from typing import Any

from playground.record import RunRecord
from playground.report.exhibit import Exhibit, File, section
from playground.report.markup import Html, inside, table, tag
from playground.report.words import cache_word, moment, question, status, tokens
from playground.seal import seal
from playground.units import dollars, seconds
from playground.versions import PLAYGROUND

__all__ = ["Exhibit", "File", "report"]

Mask = Callable[[str], str]
_PAGE = Template(Path(__file__).with_name("page.html").read_text("utf-8"))


def report(exhibits: Sequence[Exhibit], title: str, *, mask: Mask, made: float) -> bytes:
    """The file, UTF-8. `mask` takes known secrets out of a text, `made` is when this is, Unix seconds."""
    shown = [_masked_exhibit(each, mask) for each in exhibits]
    runs = [each.run for each in shown]
    several = len(shown) > 1
    count = f"{len(shown):,} runs" if several else "One run"
    body = inside(
        [
            tag("h1", mask(title)),
            tag("p", f"{count}, as recorded. This file was made on {moment(made)}.", class_="quiet"),
            _overview(runs) if several else "",
            *(
                section(each, number, seal(whole.run))
                for number, (each, whole) in enumerate(zip(shown, exhibits, strict=True), 1)
            ),
            tag("footer", tag("p", f"Inference Playground {PLAYGROUND}", class_="quiet")),
        ]
    )
    return _PAGE.substitute(title=inside([mask(title)]), body=body).encode("utf-8", "replace")


def _overview(runs: Sequence[RunRecord]) -> Html:
    """All runs, one per line, each with the way to its section."""
    rows = [
        (
            str(number),
            tag("a", question(run) or "(no question)", href=f"#run-{number}"),
            f"{run.provider} / {run.model}",
            status(run),
            "" if run.timings.ttft is None else seconds(run.timings.ttft),
            seconds(run.timings.total),
            tokens(run),
            "unknown" if run.cost is None else dollars(run.cost),
            cache_word(run),
        )
        for number, run in enumerate(runs, 1)
    ]
    head = ("", "Asked", "Model", "Ended", "First token", "Total", "Tokens", "Cost", "Cache")
    return table(rows, head, "runs")


def _masked_exhibit(exhibit: Exhibit, mask: Mask) -> Exhibit:
    """The same without known secrets, wherever a person or a provider has put one."""
    run = exhibit.run
    values = {name: _masked(getattr(run, name), mask) for name in RunRecord.__dataclass_fields__ if name != "timings"}
    files = tuple(replace(file, name=mask(file.name), note=mask(file.note)) for file in exhibit.files)
    receipts = tuple(_masked(each, mask) for each in exhibit.receipts)
    return Exhibit(RunRecord(**values, timings=run.timings), files, receipts)


def _masked(value: Any, mask: Mask) -> Any:
    match value:
        case str():
            return mask(value)
        case Mapping():
            return {mask(str(name)): _masked(each, mask) for name, each in value.items()}
        case list() | tuple():
            return type(value)(_masked(each, mask) for each in value)
    return value
