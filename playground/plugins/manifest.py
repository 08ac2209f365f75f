"""A plugin's manifest, read from its code without running it, and what is wrong with it.

Three forms are read. Module variables in `manifest.py` (`feature_extractor_name`, `version`, `features`, …); the table
`metadata` with the same words beside schemas; the words of the decorator `@plugin(…)` in the short form. Published
descriptions of the first two contradict each other: a feature is `{"feature_type": "embedding", "feature_name",
"embedding_dim", "distance_metric"}` in one and `{"type", "name", "dimensions", "distance"}` in the other, a version is
`1.0.0` in one and begins with `v` in the other. All are read; a diagnosis tells what the platform would make of it.

Values that only running the code can tell are left out, with a diagnosis where they matter. A schema may be a class of
Pydantic's: it is not read here but told by the worker when it has loaded the plugin (`Plugins.described`).
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.plugins.names import RULE, Uri, check_name, inference_name, normalised, plugin_id
from playground.plugins.words import SCHEMAS, Words, words

Severity = Literal["error", "warning"]
Kind = Literal["embedding", "rerank", "classify", "generate", "general"]
KINDS: tuple[Kind, ...] = ("embedding", "rerank", "classify", "generate", "general")
"""What a plugin may be for: `inference_type`."""
FORM = '{"feature_type": "embedding", "feature_name": "…", "embedding_dim": 384, "distance_metric": "cosine"}'

_METRICS = {"cosine": "cosine", "euclidean": "euclidean", "euclid": "euclidean", "l2": "euclidean"}
_METRICS |= {"dot": "dot", "dot_product": "dot", "ip": "dot"}
_STRICT = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing about a manifest: which word, what is wrong and what to write instead.

    An `error` keeps the plugin from being asked.
    """

    field: str
    message: str
    severity: Severity = "warning"


@dataclass(frozen=True, slots=True)
class Feature:
    """One vector a plugin makes: the name of its index, its length (None: not said), `cosine`, `euclidean` or `dot`."""

    name: str
    dim: int | None = None
    metric: str = "cosine"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plugin says of itself; `version` is normalised, `written` as it stands in the code.

    Schemas are JSON Schema, None where there is none; those named in `coded` are classes that the worker describes.
    """

    name: str
    version: str
    written: str = ""
    description: str = ""
    features: tuple[Feature, ...] = ()
    input_schema: Mapping[str, Any] | None = None
    output_schema: Mapping[str, Any] | None = None
    parameter_schema: Mapping[str, Any] | None = None
    coded: tuple[str, ...] = ()
    supported_input_types: tuple[str, ...] = ("text",)
    inference_type: Kind = "general"
    tier: str = ""
    dependencies: tuple[str, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """`my_text_embedder_1_0_0`."""
        return plugin_id(self.name, self.version)

    @property
    def inference_name(self) -> str:
        """`custom_plugin_my_text_embedder_1_0_0`."""
        return inference_name(self.id)

    @property
    def feature_uri(self) -> str:
        """`mixpeek://name@version/index`, of its first feature; without index where it names none."""
        return str(Uri(self.name, self.version, self.features[0].name if self.features else ""))

    @property
    def faults(self) -> tuple[Diagnosis, ...]:
        """The diagnoses that keep it from being asked."""
        return tuple(each for each in self.diagnoses if each.severity == "error")


def read(source: str | bytes, fallback: str = "") -> Manifest:
    """The manifest in `manifest.py`, or in a file in the short form. `fallback` is its name where it says none.

    Never raises for what stands in it: what is wrong is among `diagnoses`.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        fault = Diagnosis("manifest", f"the manifest is no Python: {getattr(error, 'msg', error)}", "error")
        return Manifest(fallback, "0.0.0", diagnoses=(fault,))
    return _Reading(words(tree), fallback).manifest()


class _Reading:
    """One manifest on its way from words to values; what is wrong is noted on the way."""

    def __init__(self, found: Words, fallback: str) -> None:
        self._words = found.said
        self._coded = tuple(found.coded)
        self._unread = found.unread
        self._fallback = fallback
        self._diagnoses: list[Diagnosis] = []

    def manifest(self) -> Manifest:
        features = self._features()
        return Manifest(
            name=self._name(),
            version=self._version(),
            written=str(self._words.get("version", "")),
            description=self._text("description"),
            features=features,
            **{name: self._schema(name) for name in SCHEMAS},
            coded=self._coded,
            supported_input_types=tuple(map(str.lower, self._texts("supported_input_types"))) or ("text",),
            inference_type=self._kind(features),
            tier=str(self._words.get("tier", "")),
            dependencies=self._texts("dependencies"),
            diagnoses=tuple(self._diagnoses),
            words={name: each for name, each in self._words.items() if not name.startswith("_")},
        )

    def _note(self, field: str, message: str, severity: Severity = "warning") -> None:
        self._diagnoses.append(Diagnosis(field, message, severity))

    def _name(self) -> str:
        for word in ("feature_extractor_name", "name"):
            name = self._words.get(word)
            if isinstance(name, str):
                try:
                    return check_name(name)
                except ValueError as error:
                    self._note(word, str(error), "error")
                    return self._fallback
        self._missing("feature_extractor_name", f"a text: {RULE}")
        return self._fallback

    def _version(self) -> str:
        version = self._words.get("version")
        if version is None:
            self._missing("version", 'a text such as `"1.0.0"`')
            return "0.0.0"
        try:
            found = normalised(str(version))
        except ValueError as error:
            self._note("version", str(error), "error")
            return "0.0.0"
        if not isinstance(version, str) or not _STRICT.fullmatch(version):
            self._note(
                "version",
                f"`{version}` is read as `{found}`; the platform's upload wants `{found}`, its command line tool one "
                "that begins with `v`",
            )
        return found

    def _missing(self, word: str, form: str) -> None:
        if word in self._unread:
            self._note(
                word, f"`{word}` is computed; write it as {form}, so that it is known without running it", "error"
            )
        else:
            self._note(word, f"`{word}` is missing; give it as {form}", "error")

    def _text(self, word: str) -> str:
        text = self._words.get(word, "")
        return text.strip() if isinstance(text, str) else ""

    def _texts(self, word: str) -> tuple[str, ...]:
        found = self._words.get(word) or ()
        if isinstance(found, list) and all(isinstance(each, str) for each in found):
            return tuple(found)
        if found:
            self._note(word, f"`{word}` must be a list of texts; it is left out")
        return ()

    def _schema(self, word: str) -> Mapping[str, Any] | None:
        """As JSON Schema; a table of properties alone is one of an object."""
        found = self._words.get(word)
        if found is None or word in self._coded:
            return None
        if not isinstance(found, dict):
            self._note(word, f"`{word}` must be a JSON Schema or a class of Pydantic's; it is left out")
            return None
        if found and not {"type", "properties", "$ref", "anyOf", "oneOf", "allOf"} & _keywords(found):
            return {"type": "object", "properties": found}
        return found

    def _kind(self, features: tuple[Feature, ...]) -> Kind:
        said = self._words.get("inference_type")
        for kind in KINDS:
            if said == kind:
                return kind
        if said is not None:
            self._note("inference_type", f"`{said}` is no inference type; there are {', '.join(KINDS)}")
        return "embedding" if features else "general"

    def _features(self) -> tuple[Feature, ...]:
        given = self._words.get("features")
        if given is None and "dim" in self._words:  # the short form, with one vector
            given = [{"feature_type": "embedding", "feature_name": "embedding", "embedding_dim": self._words["dim"]}]
        if given is None:
            return ()
        if not isinstance(given, list):
            self._note("features", f"`features` must be a list of `{FORM}`; it is left out")
            return ()
        found = [self._feature(each, f"features[{place}]") for place, each in enumerate(given)]
        return tuple(each for each in found if each is not None)

    def _feature(self, given: Any, place: str) -> Feature | None:
        if isinstance(given, str):
            given = {"feature_type": "embedding", "feature_name": given}
        if not isinstance(given, dict):
            self._note(place, f"a feature must be `{FORM}`; it is left out")
            return None
        older = [word for word in ("name", "type", "dimensions", "dim", "distance", "metric") if word in given]
        if older and "feature_name" not in given:
            self._note(
                place,
                f"{', '.join(f'`{word}`' for word in older)}: read, but the platform makes no index of it and does not "
                f"say so; write `{FORM}`",
            )
        kind = given.get("feature_type", given.get("type", "embedding"))
        if kind not in ("embedding", "vector", "dense"):
            return None
        name = given.get("feature_name", given.get("name"))
        if not isinstance(name, str) or not name:
            self._note(place, "`feature_name` is missing: it names the vector's index; the feature is left out")
            return None
        return Feature(name, self._dim(given, place), self._metric(given, place))

    def _dim(self, given: Mapping[str, Any], place: str) -> int | None:
        dim = next((given[word] for word in ("embedding_dim", "dimensions", "dim") if word in given), None)
        if isinstance(dim, int) and not isinstance(dim, bool) and dim > 0:
            return dim
        self._note(place, "`embedding_dim` must be the length of the vector, a whole number above 0")
        return None

    def _metric(self, given: Mapping[str, Any], place: str) -> str:
        metric = next((given[word] for word in ("distance_metric", "distance", "metric") if word in given), "cosine")
        if (found := _METRICS.get(str(metric).lower())) is not None:
            return found
        self._note(place, f"`{metric}` is no distance; `cosine` is taken; there are cosine, euclidean, dot")
        return "cosine"


def _keywords(schema: Mapping[str, Any]) -> set[str]:
    """The words of a schema itself: a property may be called `type` too, and is then described by a table."""
    return {word for word, each in schema.items() if not (word == "type" and isinstance(each, dict))}
