"""The command: keys of the HTTP API from a terminal, also on a server that nobody can see the pages of.

python -m playground keys create ci --namespace team-a --limit 60
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import UTC, datetime

from playground.api.keys import masked, named_keys
from playground.errors import PlaygroundError
from playground.settings import Settings
from playground.store.history import History
from playground.store.keys import Key, Keys


def main(arguments: Sequence[str]) -> int:
    """Do what is asked, with the same settings as the server; the exit status, 1 where it could not be done."""
    asked = _parser().parse_args(arguments)
    try:
        settings = Settings.load()
        history = History(settings.database)
        try:
            asked.do(asked, settings, history.keys)
        finally:
            history.close()
    except (PlaygroundError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m playground", description="Inference Playground from a terminal.")
    keys = (
        parser.add_subparsers(required=True)
        .add_parser("keys", help="keys of the HTTP API")
        .add_subparsers(required=True)
    )
    create = keys.add_parser("create", help="make a key; it is written to standard output, this once")
    create.add_argument("name", help="who uses it")
    create.add_argument("--namespace", action="append", help="it may use this one; may be repeated; without it, all")
    create.add_argument("--limit", type=float, help="requests a minute; 0 is no limit; without it, everybody's")
    create.set_defaults(do=_create)
    keys.add_parser("list", help="who has keys").set_defaults(do=_list)
    revoke = keys.add_parser("revoke", help="make a key invalid")
    revoke.add_argument("which", help="its name or id")
    revoke.set_defaults(do=_revoke)
    return parser


def _create(asked: Namespace, _: Settings, keys: Keys) -> None:
    text, key = keys.create(asked.name, asked.namespace, asked.limit)
    sys.stderr.write(f"The key `{key.name}` for {_scope(key)}. It is kept as a hash and cannot be shown again:\n")
    sys.stdout.write(f"{text}\n")


def _list(_: Namespace, settings: Settings, keys: Keys) -> None:
    rows = [("NAME", "ID", "KEY", "NAMESPACES", "REQUESTS/MIN", "MADE", "LAST USED")]
    rows += [(name, "-", masked(text)[:10], "all", "-", "-", "-") for name, text in named_keys(settings).items()]
    rows += [
        (key.name, key.id, key.hint, _names(key), _limit(key), _day(key.created_at), _day(key.used_at))
        for key in keys.all()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        sys.stdout.write(f"{line.rstrip()}\n")


def _revoke(asked: Namespace, _: Settings, keys: Keys) -> None:
    sys.stderr.write(f"The key `{keys.revoke(asked.which).name}` is invalid now.\n")


def _scope(key: Key) -> str:
    return "all namespaces" if key.namespaces is None else f"the namespaces {_names(key)}"


def _names(key: Key) -> str:
    return "all" if key.namespaces is None else ", ".join(key.namespaces)


def _limit(key: Key) -> str:
    return "-" if key.limit is None else f"{key.limit:g}" if key.limit else "no limit"


def _day(moment: float | None) -> str:
    return "-" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d")
