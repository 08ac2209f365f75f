"""Plugins as tests write them: a folder with a manifest and a service, or one file."""

from pathlib import Path

MANIFEST = """
feature_extractor_name = "{name}"
version = "{version}"
features = [
    {{"feature_type": "embedding", "feature_name": "embedding", "embedding_dim": 3, "distance_metric": "cosine"}}
]
"""
SERVICE = """
{imports}
from shared.plugins.inference.serve import BaseInferenceService

{before}

class Service(BaseInferenceService):
    {form} run_inference(self, inputs, parameters):
        {body}
"""


def write(
    place: Path,
    name: str,
    body: str,
    *,
    imports: str = "",
    before: str = "",
    version: str = "1.0.0",
    form: str = "async def",
    manifest: str = MANIFEST,
) -> Path:
    """A plugin in a folder of its own at `place`; `body` is what `run_inference` does."""
    place.mkdir(parents=True)
    (place / "manifest.py").write_text(manifest.format(name=name, version=version))
    lines = "\n        ".join(body.strip().splitlines())
    (place / "realtime.py").write_text(SERVICE.format(imports=imports, before=before, form=form, body=lines))
    return place


GOOD = 'return {"embedding": [1.0, 2.0, float(len(inputs.get("text", "")))]}'
"""What a plugin does that nothing is wrong with."""
