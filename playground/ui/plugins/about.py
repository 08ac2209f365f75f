"""What a plugin says of itself, what is wrong with it, what the security scan found, and its code."""

import json
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from playground.plugins.manifest import Diagnosis, Manifest
from playground.plugins.registry import Plugin
from playground.plugins.scan import Finding, files
from playground.ui.fault import sentence
from playground.ui.look import quiet

_SIGNS: Mapping[str, str] = {"error": ":red[:material/error:]", "warning": ":orange[:material/warning:]"}
_MOST = 60_000
"""Characters of a file that are shown."""


def about(plugin: Plugin, manifest: Manifest) -> None:
    """Draw it."""
    left, right = st.columns([4, 5], gap="large")
    with left:
        st.markdown("### Manifest")
        st.table(_facts(plugin, manifest), border="horizontal", alt=f"What {plugin.id} says of itself")
        for name in ("input_schema", "output_schema", "parameter_schema"):
            schema = getattr(manifest, name)
            if schema is not None:
                with st.expander(f"`{name}`", icon=":material/data_object:", key=f"plugins_{name}"):
                    st.code(json.dumps(schema, indent=2, ensure_ascii=False), language="json", wrap_lines=True)
    with right:
        _draw_diagnoses(manifest.diagnoses)
        _draw_findings(plugin)
    st.markdown("### Code")
    st.markdown(quiet(f"In `{plugin.source.path}`. What is saved there counts from the next call on."))
    for file in files(plugin.source.path):
        name = _name(plugin, file)
        with st.expander(f"`{name}`", icon=":material/code:", key=f"plugins_code_{name}"):
            st.code(_text(file)[:_MOST], language="python", wrap_lines=True)


def _facts(plugin: Plugin, manifest: Manifest) -> dict[str, str]:
    written = f" (written `{manifest.written}`)" if manifest.written not in ("", manifest.version) else ""
    facts = {
        "Name": manifest.name,
        "Version": f"{manifest.version}{written}",
        "Kind": manifest.inference_type,
        "Takes": ", ".join(manifest.supported_input_types),
        "Vectors": ", ".join(f"{each.name} ({each.dim or '?'}, {each.metric})" for each in manifest.features),
        "Needs": ", ".join(manifest.dependencies),
        "Tier": manifest.tier,
        "From": f"the package `{plugin.source.module}`" if plugin.source.module else "the plugins folder",
        "Namespace": plugin.source.namespace,
    }
    return {name: value for name, value in facts.items() if value}


def _draw_diagnoses(diagnoses: tuple[Diagnosis, ...]) -> None:
    st.markdown("### Diagnoses")
    if not diagnoses:
        st.markdown(":green[:material/check_circle:] :small[Nothing is wrong with the manifest.]")
    for each in diagnoses:
        st.markdown(f"{_SIGNS[each.severity]} `{each.field}`  \n{quiet(sentence(each.message))}")


def _draw_findings(plugin: Plugin) -> None:
    st.markdown("### Security scan")
    if not plugin.findings:
        st.markdown(":green[:material/check_circle:] :small[Nothing in the code is against the rules.]")
    elif plugin.trusted:
        whose = "an installed package" if plugin.source.module else "named in `PLAYGROUND_PLUGINS_TRUSTED`"
        st.markdown(quiet(f"It is {whose}, so it may be asked in spite of these."))
    for each in plugin.findings:
        where = f"`{each.file}:{each.line}:{each.column}`"
        st.markdown(f"{_SIGNS[each.severity]} {where}  \n{quiet(sentence(f'it {each.message}'))}")
        line = _line(plugin, each)
        if line:
            st.code(line, language="python", wrap_lines=True)


def _line(plugin: Plugin, finding: Finding) -> str:
    path = plugin.source.path
    lines = _text(path if plugin.source.single else path / finding.file).splitlines()
    return lines[finding.line - 1].strip() if 0 < finding.line <= len(lines) else ""


def _name(plugin: Plugin, file: Path) -> str:
    return file.name if plugin.source.single else str(file.relative_to(plugin.source.path))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
