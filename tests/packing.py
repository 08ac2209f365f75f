"""Archives of plugins, good ones and others, made on the spot."""

import io
import stat
import zipfile

GOOD = {
    "manifest.py": '''"""Counts letters."""

feature_extractor_name = "letter_counts"
version = "1.0.0"
description = "How often each letter stands in a text"
features = [
    {"feature_type": "embedding", "feature_name": "letters", "embedding_dim": 3, "distance_metric": "cosine"},
]
''',
    "realtime.py": """from shared.plugins.inference.serve import BaseInferenceService


class Letters(BaseInferenceService):
    async def run_inference(self, inputs, parameters):
        text = inputs.get("text", "")
        if text == "fail":
            raise ValueError("I was told to fail")
        return {"embedding": [float(text.count(letter)) for letter in "abc"]}
""",
}
"""A plugin `letter_counts_1_0_0`: `{"text": "abba"}` gives `{"embedding": [2.0, 2.0, 0.0]}`, `"fail"` raises."""


def archive(files: dict[str, str], mode: int = stat.S_IFREG | 0o644, packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", packing) as made:
        for name, text in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, packing
            made.writestr(info, text)
    return held.getvalue()


def link(data: bytes, name: str, target: str) -> bytes:
    """The archive with a symbolic link in it."""
    held = io.BytesIO(data)
    with zipfile.ZipFile(held, "a") as made:
        info = zipfile.ZipInfo(name)
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(info, target)
    return held.getvalue()


def named(name: str, version: str = "1.0.0", **files: str) -> dict[str, str]:
    """The good plugin under another name; `files` replace or add some, without their `.py`."""
    manifest = GOOD["manifest.py"].replace("letter_counts", name).replace('"1.0.0"', f'"{version}"')
    return GOOD | {"manifest.py": manifest} | {f"{stem}.py": text for stem, text in files.items()}
