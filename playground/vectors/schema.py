"""The tables of the vectors' store, but for those of documents, which each namespace has its own of."""

from playground.errors import InternalServerError
from playground.store.place import Connection, Migration

OLDEST = (0, 8)
"""pgvector's version from which a filtered search goes on until it has found enough."""
_SETTINGS = {
    "jit": "off",  # compiling takes longer than any of our queries
    "plan_cache_mode": "force_custom_plan",  # the best plan depends on the filter
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.max_scan_tuples": "100000",
    "hnsw.scan_mem_multiplier": "8",
    "hnsw.ef_search": "200",
}
PREPARE = ", ".join(
    [
        """SELECT set_config('search_path', concat_ws(', ', current_setting('search_path'), (
            SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
            WHERE extname = 'vector')), false)""",
        *(f"set_config('{name}', '{value}', false)" for name, value in _SETTINGS.items()),
    ]
)
"""How to search, and where the extension is, if it is not to be made yet beside our tables."""
_MISSING = (
    "the PostgreSQL server of `PLAYGROUND_DATABASE_URL` has no pgvector, which vectors need; install it on the server "
    "(Debian and Ubuntu: `postgresql-<version>-pgvector` from apt.postgresql.org; containers: the image "
    "`pgvector/pgvector`), then `CREATE EXTENSION vector;` in the database, and try again"
)
_OLD = (
    "the PostgreSQL server of `PLAYGROUND_DATABASE_URL` has pgvector {version}, and vectors need 0.8 or newer; update "
    "the package on the server, then `ALTER EXTENSION vector UPDATE;` in the database, and try again"
)

# JSON stands in `indexes`, `services`, `config`, `answer` and `body`. A namespace's documents are in
# `documents_<number>`, where a document's `changed` is the namespace's `changes` when it was written; `gone` has what
# was deleted, as far back as `floor`, for those who hold documents in memory; `graphs` how far the HNSW index of a
# column reaches, on a server.
_TABLES = (
    """CREATE TABLE namespaces (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        owner TEXT NOT NULL,
        id TEXT NOT NULL,
        mode TEXT NOT NULL,
        open INTEGER NOT NULL,
        indexes TEXT NOT NULL,
        services TEXT NOT NULL,
        config TEXT NOT NULL,
        created REAL NOT NULL,
        changes INTEGER NOT NULL,
        floor INTEGER NOT NULL,
        UNIQUE (owner, id))""",
    """CREATE TABLE keys (
        namespace INTEGER NOT NULL,
        key TEXT NOT NULL,
        digest TEXT NOT NULL,
        answer TEXT NOT NULL,
        made REAL NOT NULL,
        PRIMARY KEY (namespace, key))""",
    "CREATE INDEX keys_by_time ON keys (made)",
    """CREATE TABLE kept (
        number INTEGER PRIMARY KEY,
        namespace INTEGER NOT NULL,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (namespace, kind, id))""",
    "CREATE TABLE gone (namespace INTEGER NOT NULL, changed INTEGER NOT NULL, id TEXT NOT NULL)",
    "CREATE INDEX gone_by_change ON gone (namespace, changed)",
    """CREATE TABLE graphs (
        namespace INTEGER NOT NULL,
        name TEXT NOT NULL,
        reach INTEGER NOT NULL,
        PRIMARY KEY (namespace, name))""",
)


def _first(connection: Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)


def _extension(connection: Connection) -> None:
    """Have pgvector in the database. Raises InternalServerError saying how to get it."""
    found = connection.execute(
        "SELECT coalesce(installed_version, default_version) FROM pg_available_extensions WHERE name = 'vector'"
    ).fetchone()
    if found is None:
        raise InternalServerError(_MISSING, code="extension_missing")
    if tuple(map(int, found[0].split("."))) < OLDEST:
        raise InternalServerError(_OLD.format(version=found[0]), code="extension_old")
    connection.execute("CREATE EXTENSION IF NOT EXISTS vector")


EMBEDDED: tuple[Migration, ...] = (_first,)
SERVED: tuple[Migration, ...] = (_extension, _first)
