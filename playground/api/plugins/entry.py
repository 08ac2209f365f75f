"""What a namespace has: plugins that can be asked, broken ones, and uploaded ones that are not deployed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from playground.api.plugins.shapes import Validation
from playground.errors import NotFoundError
from playground.plugins.registry import Plugin, Plugins
from playground.plugins.uploads import EVERYWHERE, Upload


@dataclass(frozen=True, slots=True)
class Entry:
    """One plugin as a namespace has it; `upload` is what is known of one that came over HTTP."""

    plugin: Plugin
    upload: Upload | None = None

    @property
    def id(self) -> str:
        """`my_text_embedder_1_0_0`."""
        return self.plugin.id

    @property
    def errors(self) -> list[str]:
        """What is wrong with it, as far as can be told without running it."""
        refused = [] if self.plugin.trusted else [each for each in self.plugin.findings if each.severity == "error"]
        return [*(each.message for each in self.plugin.manifest.faults), *map(str, refused)]

    @property
    def validation(self) -> Validation:
        """Whether anything is wrong with it."""
        return "failed" if self.errors else "passed"

    @property
    def deployed(self) -> bool:
        """Whether requests reach it."""
        return not self.errors and (self.upload is None or self.upload.deployed_at is not None)

    @property
    def why_not(self) -> str:
        """Why requests do not reach it, with the next step."""
        if self.errors:
            return f"plugin `{self.id}` cannot be asked: {self.plugin.refusal}"
        return f"plugin `{self.id}` is not deployed; `POST …/plugins/{self.id}/deploy` deploys it"

    @property
    def created_at(self) -> datetime:
        """When it was uploaded, or its manifest was written."""
        return moment(self.upload.created_at if self.upload else self.plugin.written)

    @property
    def deployed_at(self) -> datetime | None:
        """When it was deployed; one in the plugins folder has been as long as it is there."""
        if not self.deployed:
            return None
        at = None if self.upload is None else self.upload.deployed_at
        return self.created_at if at is None else moment(at)


def entries(plugins: Plugins, namespace: str) -> list[Entry]:
    """Everything that a namespace has, by name, newest version first; those that are not deployed last.

    `EVERYWHERE` has what is there for all.
    """
    uploads = {(scope, each.plugin_id): each for scope in (namespace, EVERYWHERE) for each in plugins.uploads.of(scope)}
    there = [Entry(plugin, uploads.pop(plugin.key, None)) for plugin in plugins.all(namespace)]
    resting = [each for each in uploads.values() if each.deployed_at is None]
    return there + [Entry(plugins.read(each.source), each) for each in resting]


def entry(plugins: Plugins, plugin_id: str, namespace: str) -> Entry:
    """One of them by its id. Raises NotFoundError."""
    found = [each for each in entries(plugins, namespace) if each.id == plugin_id]
    if not found:
        where = f"in the namespace `{namespace}`" if namespace else "that is there for all namespaces"
        raise NotFoundError(
            f"there is no plugin `{plugin_id}` {where}",
            code="plugin_not_found",
            details={"resource": "plugin", "id": plugin_id},
        )
    return found[0]


def moment(seconds: float) -> datetime:
    """Unix seconds as a date with its zone."""
    return datetime.fromtimestamp(seconds, UTC)
