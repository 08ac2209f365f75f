"""A new plugin: a working one of the kind that is wanted, written into the plugins folder to be changed.

The templates are the files beside this one, plugins themselves, with `my_plugin` and `1.0.0` where the names go.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from playground.errors import AlreadyExistsError, BadRequestError, InternalServerError
from playground.plugins.names import check_name, normalised, plugin_id

Kind = Literal["embedding", "classify", "generate", "function"]
KINDS: Mapping[Kind, str] = {
    "embedding": "Texts become vectors",
    "classify": "A text gets a label",
    "generate": "A prompt gets an answer",
    "function": "One decorated function in one file",
}
"""What can be made, and what each is in words."""
_HERE = Path(__file__).parent
_NAME, _VERSION = '"my_plugin"', '"1.0.0"'


def write(folder: Path, kind: Kind, name: str, version: str) -> Path:
    """Write a plugin into the plugins folder, which is made where there is none; returns its own folder or file.

    Raises BadRequestError for a name or version that is none, AlreadyExistsError where both are taken, and
    InternalServerError when nothing can be written.
    """
    try:
        check_name(name)
        version = normalised(version)
    except ValueError as error:
        raise BadRequestError(str(error), code="plugin_name") from None
    made = folder / plugin_id(name, version)
    source = _HERE / kind
    if kind == "function":
        made, source = made.with_suffix(".py"), source.with_suffix(".py")
    if made.exists():
        raise AlreadyExistsError(
            f"there is a plugin `{made.name}` already; choose another name or version",
            details={"resource": "plugin", "id": plugin_id(name, version)},
        )
    try:
        _copy(source, made, {_NAME: f'"{name}"', _VERSION: f'"{version}"'})
    except OSError as error:
        raise InternalServerError(
            f"the plugin could not be written to `{made}` ({error.strerror}); check the rights of the plugins folder, "
            "or name another in `PLAYGROUND_PLUGINS_DIR`"
        ) from error
    return made


def _copy(source: Path, made: Path, words: Mapping[str, str]) -> None:
    if source.is_file():
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(_renamed(source.read_text("utf-8"), words), "utf-8")
        return
    for file in sorted(source.glob("*.py")):
        _copy(file, made / file.name, words)


def _renamed(text: str, words: Mapping[str, str]) -> str:
    for old, new in words.items():
        text = text.replace(old, new)
    return text.replace("  # noqa: ARG001", "").replace("  # noqa: ARG002", "")
