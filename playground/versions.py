"""The versions that a run's record names: of the playground, and of the contract that it follows."""

from importlib.metadata import version

PLAYGROUND = version("inference-playground")
CONTRACT = "0.82"
"""The version of the published OpenAPI document whose `POST /v1/inference` this is."""


def versions(model: str) -> dict[str, str]:
    """Versions for a record; `model` is what the provider says answered, empty where it does not say."""
    found = {"playground": PLAYGROUND, "contract": CONTRACT, "model": model}
    return {name: each for name, each in found.items() if each}
