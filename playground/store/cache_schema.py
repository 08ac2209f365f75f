"""The tables of the cache, as the list of steps that made them; SQLite and PostgreSQL both understand them."""

from playground.store.place import Connection, Migration

# `journal` tells other servers on the same store what changed, by growing numbers (its last row is never deleted); it
# points into the other tables.
# `entries` is narrow, so that lists and searches scan little; whole answers stand in `answers`, under the entry that
# brought them. Ids are random 63-bit numbers, times Unix seconds, durations milliseconds.
TABLES = (
    """CREATE TABLE books (
        book INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        embedder TEXT NOT NULL,
        UNIQUE (namespace, name, embedder))""",
    """CREATE TABLE entries (
        entry BIGINT PRIMARY KEY,
        book INTEGER NOT NULL,
        scope TEXT NOT NULL,
        prompt TEXT NOT NULL,
        vector BLOB,
        grp BIGINT,
        created REAL NOT NULL,
        expires REAL,
        provider TEXT NOT NULL,
        model TEXT NOT NULL,
        excerpt TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        hits INTEGER NOT NULL)""",
    "CREATE INDEX entries_by_time ON entries (book, created, entry)",
    "CREATE INDEX entries_by_group ON entries (grp)",
    "CREATE TABLE answers (entry BIGINT PRIMARY KEY, payload BLOB NOT NULL)",
    """CREATE TABLE labels (
        number INTEGER PRIMARY KEY,
        label BIGINT NOT NULL UNIQUE,
        book INTEGER NOT NULL,
        grp BIGINT NOT NULL,
        correct INTEGER NOT NULL,
        payload TEXT NOT NULL)""",
    "CREATE INDEX labels_by_book ON labels (book, number)",
    "CREATE INDEX labels_by_group ON labels (grp)",
    "CREATE TABLE states (book INTEGER, kind TEXT, payload TEXT NOT NULL, PRIMARY KEY (book, kind))",
    """CREATE TABLE journal (
        number INTEGER PRIMARY KEY,
        book INTEGER NOT NULL,
        kind TEXT NOT NULL,
        id BIGINT NOT NULL)""",
    """CREATE TABLE pending (
        decision BIGINT PRIMARY KEY,
        book INTEGER NOT NULL,
        entry BIGINT NOT NULL,
        run TEXT NOT NULL,
        payload TEXT NOT NULL,
        made REAL NOT NULL)""",
    """CREATE TABLE evidence (
        decision BIGINT NOT NULL,
        grp BIGINT NOT NULL,
        judge TEXT NOT NULL,
        book INTEGER NOT NULL,
        entry BIGINT NOT NULL,
        made REAL NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (decision, grp, judge))""",
    "CREATE INDEX evidence_by_group ON evidence (grp)",
    """CREATE TABLE tallies (
        book INTEGER,
        hour INTEGER,
        status TEXT,
        requests INTEGER NOT NULL,
        tokens INTEGER NOT NULL,
        cost REAL NOT NULL,
        ms REAL NOT NULL,
        PRIMARY KEY (book, hour, status))""",
    "CREATE TABLE watches (book INTEGER, hour INTEGER, payload TEXT NOT NULL, PRIMARY KEY (book, hour))",
    "CREATE TABLE rules (namespace TEXT PRIMARY KEY, payload TEXT NOT NULL)",
)


def _first(connection: Connection) -> None:
    for statement in TABLES:
        connection.execute(statement)


def _by_entry(connection: Connection) -> None:
    """An entry is forgotten without looking through all that was ever compared."""
    connection.execute("CREATE INDEX pending_by_entry ON pending (entry)")
    connection.execute("CREATE INDEX evidence_by_entry ON evidence (entry)")


MIGRATIONS: tuple[Migration, ...] = (_first, _by_entry)
