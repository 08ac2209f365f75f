"""The plugins of this server: found, read, scanned, asked. Every door and page asks here.

    plugins = core().plugins

`all()` is every `Plugin`, broken ones too, by name and version. `find(name)` is one of them by any of its names.
`call(id, inputs, parameters)` is the dict that a plugin answered with; `described(id)` its manifest complete with the
schemas that only running it can tell; `check(id)` raises what keeps it from being asked; `health(id)` is a `Health`;
`warm(id)` starts its process, `rest(id)` ends it.
Each takes the namespace it is asked for: uploaded plugins may be of one, and one may do without a plugin of all.
What stands in the files counts: a plugin that was changed has a fresh process at its next call, one that was added is
found, one that was removed is gone.

A plugin gets `inputs` and `parameters` as they were sent; addresses in them are not fetched for it, and nothing is
promised to it of the network. It runs with the rights of the server, in a process of its own with limits: that keeps
accidents apart, and is no wall against somebody who means harm.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground.call import Stop
from playground.errors import BadRequestError, InferenceServiceUnavailableError, NotFoundError, PayloadTooLargeError
from playground.namespace import DEFAULT
from playground.plugins.cluster.link import Link
from playground.plugins.cluster.served import Served
from playground.plugins.health import Health, Journal
from playground.plugins.manifest import Diagnosis, Manifest, read
from playground.plugins.names import PREFIX
from playground.plugins.pipe import MOST, written
from playground.plugins.pool import Pool
from playground.plugins.process import Limits
from playground.plugins.scan import Finding, scan
from playground.plugins.source import Fingerprint, Source, found
from playground.plugins.uploads import Uploads
from playground.settings import Settings

Key = tuple[str, str]
"""Of a plugin: its namespace, empty for all of them, and its id."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One plugin as its files are now.

    `findings` are the scan's; those that are errors keep it from being asked unless the operator trusts it
    (`trusted`). Installed packages are trusted: whoever installs one has let its code in already. `code` is the digest
    of its files.
    """

    source: Source
    manifest: Manifest
    findings: tuple[Finding, ...] = ()
    trusted: bool = False
    fingerprint: Fingerprint = ()
    code: str = ""

    @property
    def id(self) -> str:
        """`my_text_embedder_1_0_0`; of a broken one its folder's name and what is known of its version."""
        return self.manifest.id

    @property
    def key(self) -> Key:
        """What no other plugin has."""
        return self.source.namespace, self.id

    @property
    def written(self) -> float:
        """When its manifest was written, in Unix seconds; 0 when it is gone."""
        return next((ns / 1e9 for name, ns, _ in self.fingerprint if name == str(self.source.manifest)), 0.0)

    @property
    def realtime(self) -> bool:
        """Whether it can answer requests; without `realtime.py` it is for pipelines only."""
        return self.source.entry.is_file()

    @property
    def refusal(self) -> str:
        """Why it cannot be asked, as a sentence with the next step; empty when it can."""
        if self.manifest.faults:
            return f"its manifest is wrong: {self.manifest.faults[0].message}"
        errors = [each for each in self.findings if each.severity == "error"]
        if errors and not self.trusted:
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            return (
                f"the security scan refuses it: {errors[0]}{more}; change the code, or let the operator name the "
                "plugin in `PLAYGROUND_PLUGINS_TRUSTED`"
            )
        if not self.realtime:
            return "it has no `realtime.py`, so it is for pipelines only; add one to ask it"
        return ""


class Plugins:
    """All of them. Any thread may ask; nothing is started before it is needed."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.plugins_dir
        self.uploads = Uploads(self.folder / ".uploads")
        self._trusted = settings.trusted_plugins
        self._limits = limits(settings)
        address = settings.get("PLAYGROUND_RAY_ADDRESS")
        self._link = Link(address) if address else None
        self._lock = threading.RLock()
        self._read: dict[Source, Plugin] = {}
        self._table: dict[Key, Plugin] = {}
        self._pools: dict[Key, tuple[Plugin, Pool | Served]] = {}
        self._journals: dict[Key, Journal] = {}

    def all(self, namespace: str = DEFAULT) -> tuple[Plugin, ...]:
        """Every plugin that a namespace sees, broken ones too, by name, newest version first."""
        disabled = self.uploads.disabled(namespace)
        with self._lock:
            self._refresh()
            seen = (each for each in self._read.values() if each.source.namespace in ("", namespace))
            return tuple(each for each in seen if each.source.namespace or each.id not in disabled)

    def find(self, name: str, namespace: str = DEFAULT) -> Plugin:
        """One by its id, also with `custom_plugin_` before it. Raises NotFoundError that lists what there is."""
        with self._lock:
            known = self._known(name, namespace)
            if known is None:
                self._refresh()
                known = self._known(name, namespace)
        if known is None:
            ids = list(dict.fromkeys(each.id for each in self.all(namespace)))
            there = ", ".join(f"`{each}`" for each in ids) or "none"
            raise NotFoundError(
                f"no plugin answers to `{name}`; there are: {there}",
                code="plugin_not_found",
                details={"resource": "plugin", "id": name, "there": ids},
            )
        return known

    def call(
        self,
        id: str,  # noqa: A002 - the word
        inputs: Mapping[str, Any],
        parameters: Mapping[str, Any] | None = None,
        stop: Stop | None = None,
        namespace: str = DEFAULT,
    ) -> dict[str, Any]:
        """What a plugin answers: a dict that JSON can hold, without NaN.

        Raises NotFoundError; InferenceServiceUnavailableError when it cannot be loaded or is refused; ProviderError
        when it raises, crashes or answers with nonsense; TimeoutError; CancelledError once `stop` is set.
        """
        try:
            message = written({"inputs": dict(inputs), "parameters": dict(parameters or {})})
        except (ValueError, TypeError, RecursionError) as error:
            raise BadRequestError(f"`inputs` and `parameters` of a plugin must be JSON: {error}") from None
        if len(message) > MOST:
            raise PayloadTooLargeError(f"a plugin takes {MOST // 2**20} MB of inputs; split the request")
        return self._pool(self.check(id, namespace)).ask(message, stop or Stop())

    def described(self, id: str, namespace: str = DEFAULT) -> Manifest:  # noqa: A002
        """The manifest with all its schemas; where they are classes its process is started. Raises as `call` does."""
        manifest = self.find(id, namespace).manifest
        if not manifest.coded:
            return manifest
        pool = self._pool(self.check(id, namespace))
        if not pool.schemas:
            pool.warm(Stop())
        return replace(manifest, **pool.schemas)

    def health(self, id: str, namespace: str = DEFAULT) -> Health:  # noqa: A002
        """How a plugin is doing. Raises NotFoundError."""
        plugin = self.find(id, namespace)
        with self._lock:
            _, pool = self._pools.get(plugin.key, (None, None))
            journal = self._journals.get(plugin.key) or Journal()
        if plugin.refusal:
            return journal.health("refused", (), "")
        return pool.health() if pool else journal.health("idle", (), "")

    def check(self, id: str, namespace: str = DEFAULT) -> Plugin:  # noqa: A002
        """The plugin, if it can be asked. Raises NotFoundError and InferenceServiceUnavailableError; starts nothing."""
        plugin = self.find(id, namespace)
        if plugin.refusal:
            raise InferenceServiceUnavailableError(
                f"plugin `{plugin.id}` cannot be asked: {plugin.refusal}",
                code="plugin_refused",
                details={"plugin": plugin.id},
                retryable=False,
            )
        return plugin

    def warm(self, id: str, namespace: str = DEFAULT) -> None:  # noqa: A002
        """Start its process, so that the first call need not wait for it. Raises as `call` does."""
        self._pool(self.check(id, namespace)).warm(Stop())

    def rest(self, id: str, namespace: str = DEFAULT) -> None:  # noqa: A002
        """End its processes; the next call starts a fresh one."""
        with self._lock:
            _, pool = self._pools.pop(self.find(id, namespace).key, (None, None))
        if pool is not None:
            pool.retire()

    def read(self, source: Source) -> Plugin:
        """A plugin as its files are now, also one that nobody is to find yet."""
        known, fingerprint = self._read.get(source), source.fingerprint()
        if known is not None and known.fingerprint == fingerprint:
            return known
        manifest = read(_text(source), source.name)
        named = bool({"*", manifest.name, manifest.id} & self._trusted)
        trusted = bool(source.module) or (named and source.permit is None)  # what came over HTTP never is
        return Plugin(source, manifest, scan(source.path), trusted, fingerprint, source.digest())

    def close(self) -> None:
        """End every process."""
        with self._lock:
            pools, self._pools = [pool for _, pool in self._pools.values()], {}
        for pool in pools:
            pool.close()
        if self._link is not None:
            self._link.close()

    def _known(self, name: str, namespace: str) -> Plugin | None:
        """From the table, if its files have not changed since; a namespace's own before those of all."""
        disabled = self.uploads.disabled(namespace)
        for id_ in (name, name.removeprefix(PREFIX)):
            plugin = self._table.get((namespace, id_)) or (None if id_ in disabled else self._table.get(("", id_)))
            if plugin and plugin.fingerprint == plugin.source.fingerprint():
                return plugin
        return None

    def _refresh(self) -> None:
        """Read what is new or changed."""
        plugins = [self.read(source) for source in (*found(self.folder), *self.uploads.sources())]
        plugins.sort(key=lambda each: [-int(part) for part in each.manifest.version.split(".")])
        plugins.sort(key=lambda each: each.manifest.name)
        self._table, self._read = {}, {}
        for plugin in plugins:
            first = self._table.setdefault(plugin.key, plugin)
            self._read[plugin.source] = plugin if first is plugin else _second(plugin, first)

    def _pool(self, plugin: Plugin) -> Pool | Served:
        """The processes of a plugin as it is now; those of what it was before retire."""
        with self._lock:
            before, pool = self._pools.get(plugin.key, (None, None))
            if pool is not None and before == plugin:
                return pool
            journal = self._journals.setdefault(plugin.key, Journal())
            asked = (plugin.id, plugin.source, plugin.manifest.coded, self._limits, journal)
            fresh = Pool(*asked) if self._link is None else Served(*asked, link=self._link)
            self._pools[plugin.key] = (plugin, fresh)
        if pool is not None:
            pool.retire()
        return fresh


def limits(settings: Settings) -> Limits:
    """What the settings let a plugin take."""
    return Limits(
        settings.number("PLAYGROUND_PLUGINS_TIMEOUT"),
        settings.number("PLAYGROUND_PLUGINS_START"),
        int(settings.number("PLAYGROUND_PLUGINS_MEMORY_MB") * 2**20),
        max(1, int(settings.number("PLAYGROUND_PLUGINS_PROCESSES"))),
    )


def _text(source: Source) -> bytes:
    try:
        return source.manifest.read_bytes()
    except OSError:
        return b""


def _second(plugin: Plugin, first: Plugin) -> Plugin:
    """A plugin whose id another one has already."""
    fault = Diagnosis("version", f"`{first.source.path.name}` has this name and version too; change one", "error")
    return replace(plugin, manifest=replace(plugin.manifest, diagnoses=(fault, *plugin.manifest.diagnoses)))
