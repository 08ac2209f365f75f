"""The tables of the run history, as the list of steps that made them."""

from playground.store.place import Connection, Migration

# `runs` is narrow so that filters scan little; what is read for one run alone stands in `payloads`, what is searched
# in `texts`. `rollup` is kept in the transaction that writes the run. Times are Unix seconds, durations milliseconds.
_FIRST = (
    """CREATE TABLE runs (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        namespace TEXT NOT NULL,
        created_at REAL NOT NULL,
        door TEXT NOT NULL,
        task TEXT,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        status TEXT NOT NULL,
        cached INTEGER NOT NULL,
        started REAL NOT NULL,
        first_token REAL,
        last_token REAL,
        total REAL NOT NULL,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        reasoning_tokens INTEGER,
        cost REAL,
        provider_request_id TEXT,
        question TEXT NOT NULL,
        answer TEXT NOT NULL)""",
    "CREATE INDEX runs_by_time ON runs (namespace, created_at, id)",
    "CREATE TABLE payloads (run INTEGER PRIMARY KEY REFERENCES runs, payload BLOB NOT NULL)",
    "CREATE TABLE texts (run INTEGER PRIMARY KEY REFERENCES runs, text TEXT NOT NULL)",
    """CREATE TABLE rollup (
        namespace TEXT NOT NULL,
        hour INTEGER NOT NULL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        task TEXT NOT NULL,
        runs INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        cancelled INTEGER NOT NULL,
        cached INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        cost REAL NOT NULL,
        unpriced INTEGER NOT NULL,
        latency BLOB NOT NULL,
        ttft BLOB NOT NULL,
        PRIMARY KEY (namespace, hour, provider, model, task)) WITHOUT ROWID""",
)


def _first(connection: Connection) -> None:
    for statement in _FIRST:
        connection.execute(statement)


def _labels(connection: Connection) -> None:
    """What pages know of a run's inputs and its request does not hold, by the run's id; a run may not be there yet."""
    connection.execute("CREATE TABLE labels (run TEXT PRIMARY KEY, payload BLOB NOT NULL) WITHOUT ROWID")


# `line` is the row of values; `panes` and `lines` of `sets` are counts. A run may not be in the history yet, or not
# any more.
_SETS = (
    """CREATE TABLE sets (
        id TEXT PRIMARY KEY,
        namespace TEXT NOT NULL,
        created_at REAL NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        panes INTEGER NOT NULL,
        lines INTEGER NOT NULL,
        payload BLOB NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX sets_by_time ON sets (namespace, kind, created_at, id)",
    """CREATE TABLE set_runs (
        part_of TEXT NOT NULL,
        line INTEGER NOT NULL,
        pane TEXT NOT NULL,
        repeat INTEGER NOT NULL,
        run TEXT NOT NULL,
        PRIMARY KEY (part_of, line, pane, repeat)) WITHOUT ROWID""",
)


def _sets(connection: Connection) -> None:
    """Runs that were asked for together, and where each stands."""
    for statement in _SETS:
        connection.execute(statement)


# `payload` is JSON: a setup, the ids of runs.
_SHOWING = (
    """CREATE TABLE presets (
        namespace TEXT NOT NULL,
        task TEXT NOT NULL,
        name TEXT NOT NULL,
        kept_at REAL NOT NULL,
        payload BLOB NOT NULL,
        PRIMARY KEY (namespace, task, name)) WITHOUT ROWID""",
    """CREATE TABLE decks (
        id TEXT PRIMARY KEY,
        namespace TEXT NOT NULL,
        title TEXT NOT NULL,
        created_at REAL NOT NULL,
        payload BLOB NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX decks_by_time ON decks (namespace, created_at, id)",
)


def _showing(connection: Connection) -> None:
    """Setups that have a name, and runs in an order."""
    for statement in _SHOWING:
        connection.execute(statement)


# `first_run` and `second_run` are the two in the order of their ids: a pair is voted on once, whatever side each had.
_VOTES = """CREATE TABLE votes (
    namespace TEXT NOT NULL,
    cast_at REAL NOT NULL,
    part_of TEXT NOT NULL,
    left_run TEXT NOT NULL,
    right_run TEXT NOT NULL,
    left_model TEXT NOT NULL,
    right_model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    first_run TEXT NOT NULL,
    second_run TEXT NOT NULL,
    PRIMARY KEY (namespace, first_run, second_run)) WITHOUT ROWID"""


def _votes(connection: Connection) -> None:
    """Which of two answers was preferred."""
    connection.execute(_VOTES)


# `digest` is hex, `namespaces` a JSON list or NULL for all, `rate` requests a minute or NULL for everybody's.
_KEYS = """CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    digest TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    namespaces TEXT,
    rate REAL,
    created_at REAL NOT NULL,
    used_at REAL) WITHOUT ROWID"""


def _keys(connection: Connection) -> None:
    """Who may use the HTTP API, beside the keys of the settings."""
    connection.execute(_KEYS)


# `items` and `cut` are counts, `ms` milliseconds; a chunk without `dimensions` has no vectors yet. `what` in
# `batch_data` is `texts` or `vectors`: apart from the chunks, so that these are counted without reading them.
_BATCHES = (
    """CREATE TABLE batches (
        id TEXT PRIMARY KEY,
        namespace TEXT NOT NULL,
        created_at REAL NOT NULL,
        title TEXT NOT NULL,
        digest TEXT NOT NULL,
        owner TEXT NOT NULL,
        ending TEXT NOT NULL,
        payload BLOB NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX batches_by_time ON batches (namespace, created_at, id)",
    """CREATE TABLE batch_chunks (
        part_of TEXT NOT NULL,
        number INTEGER NOT NULL,
        items INTEGER NOT NULL,
        dimensions INTEGER,
        tokens INTEGER,
        cut INTEGER,
        cost REAL,
        ms REAL,
        PRIMARY KEY (part_of, number)) WITHOUT ROWID""",
    """CREATE TABLE batch_data (
        part_of TEXT NOT NULL,
        number INTEGER NOT NULL,
        what TEXT NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (part_of, number, what))""",
)


def _batches(connection: Connection) -> None:
    """Many texts in chunks, and the vectors of those that are done."""
    for statement in _BATCHES:
        connection.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (_first, _labels, _sets, _showing, _votes, _keys, _batches)
