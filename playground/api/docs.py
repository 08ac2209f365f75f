"""`GET /docs`: the OpenAPI document as one page that loads nothing from anywhere."""

import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from playground.api.openapi import document
from playground.api.sample import BODY, curl

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The page, for people. Needs no API key."""
    host = request.headers.get("host", "")
    origin = f"{request.url.scheme}://{host if _HOST.fullmatch(host) else '127.0.0.1'}"
    return HTMLResponse(page(document(request.app), origin), headers={"Content-Security-Policy": POLICY})


def page(spec: dict[str, Any], origin: str) -> str:
    """The whole page; `origin` goes into the commands."""
    operations = [(path, verb, operation) for path, verbs in spec["paths"].items() for verb, operation in verbs.items()]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(spec["info"]["title"])}: HTTP API</title><style>{_css()}</style></head>
<body><div class="frame">{_contents(operations)}<main>
<h1>HTTP API</h1>
{_text(spec["info"]["description"])}
<p>Version {escape(spec["info"]["version"])} · <a href="/openapi.json">OpenAPI document</a></p>
<h3>Try it: no provider's key is needed for this one</h3>
{_code(curl(origin, "$PLAYGROUND_API_KEY", body=BODY))}
{"".join(_operation(path, verb, each, origin) for path, verb, each in operations)}
<section id="shapes"><h2>Shapes</h2>
{"".join(_shape(name, schema) for name, schema in sorted(spec["components"]["schemas"].items()))}
</section></main></div></body></html>"""


@cache
def _css() -> str:
    return files("playground.api").joinpath("docs.css").read_text("utf-8")


def _contents(operations: list[tuple[str, str, dict[str, Any]]]) -> str:
    links, group = [], ""
    for _, _, operation in operations:
        if operation["tags"][0] != group:
            group = operation["tags"][0]
            links.append(f"<strong>{escape(group)}</strong>")
        links.append(f'<a href="#{escape(operation["operationId"])}">{escape(operation["summary"])}</a>')
    return f'<nav>{"".join(links)}<strong>Reference</strong><a href="#shapes">Shapes</a></nav>'


def _operation(path: str, verb: str, operation: dict[str, Any], origin: str) -> str:
    body = _sample(operation)
    key = "" if operation.get("security") == [] else "$PLAYGROUND_API_KEY"
    return f"""<section id="{escape(operation["operationId"])}"><h2>{escape(operation["summary"])}</h2>
<div class="call"><span class="verb {verb}">{verb.upper()}</span><span>{escape(path)}</span></div>
{_text(operation.get("description", ""))}
{_code(curl(origin, key, verb.upper(), path, body))}
{_parameters(operation.get("parameters", []))}
{_body(operation)}
<h3>Responses</h3><table class="status"><tr><th>Status</th><th>Body</th><th>When</th></tr>
{"".join(_response(status, response) for status, response in sorted(operation["responses"].items()))}
</table></section>"""


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = "".join(
        _row(each["name"], each["schema"], each.get("description", ""), each.get("required", False))
        for each in parameters
    )
    return f"<h3>Parameters</h3><table>{_HEAD}{rows}</table>" if rows else ""


def _sample(operation: dict[str, Any]) -> dict[str, Any] | None:
    """What the command sends: the sample where it is a request of that kind, and nothing that would not be taken."""
    content = operation.get("requestBody", {}).get("content", {})
    wanted = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    return BODY if wanted.endswith("/RawInferenceRequest") else None


def _body(operation: dict[str, Any]) -> str:
    if "requestBody" not in operation:
        return ""
    kinds = operation["requestBody"]["content"].items()
    links = ", ".join(f"{_kind(content['schema'])} as <code>{escape(mime)}</code>" for mime, content in kinds)
    return f"<h3>Body</h3><p>{links}</p>"


def _response(status: str, response: dict[str, Any]) -> str:
    contents = response.get("content", {}).items()
    shapes = "<br>".join(
        _kind(content["schema"]) if mime == "application/json" else f"<code>{escape(mime)}</code>"
        for mime, content in contents
    )
    return f"<tr><td>{escape(status)}</td><td>{shapes}</td><td>{_inline(response['description'])}</td></tr>"


def _shape(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", [])
    fields = schema.get("properties", {}).items()
    rows = "".join(_row(field, each, each.get("description", ""), field in required) for field, each in fields)
    return (
        f'<details id="shape-{escape(name)}"><summary>{escape(name)}</summary>'
        f"{_text(schema.get('description', ''))}<table>{_HEAD}{rows}</table></details>"
    )


_HEAD = "<tr><th>Name</th><th>Type</th><th>Meaning</th></tr>"


def _row(name: str, schema: dict[str, Any], text: str, required: bool) -> str:
    must = ' <span class="must">required</span>' if required else ""
    given = schema.get("default")
    default = f" · <code>{escape(str(given))}</code> when not given" if given not in (None, "", []) else ""
    return (
        f"<tr><td><code>{escape(name)}</code>{must}</td><td>{_kind(schema)}</td><td>{_inline(text)}{default}</td></tr>"
    )


def _kind(schema: dict[str, Any]) -> str:
    """A JSON schema as one phrase."""
    match schema:
        case {"$ref": str(reference)}:
            name = escape(reference.rpartition("/")[2])
            return f'<a href="#shape-{name}">{name}</a>'
        case {"anyOf": list(choices)}:
            return " or ".join(_kind(choice) for choice in choices if choice != {"type": "null"})
        case {"enum": list(values)}:
            return " or ".join(f"<code>{escape(str(value))}</code>" for value in values)
        case {"const": value}:
            return f"<code>{escape(str(value))}</code>"
        case {"type": "array", "items": dict(items)}:
            return f"list of {_kind(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"object of {_kind(values)}"
        case _:
            return escape(str(schema.get("format", schema.get("type", "anything"))))


def _text(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in text.split("\n\n") if part.strip())


def _inline(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))


def _code(text: str) -> str:
    return f"<pre><code>{escape(text)}</code></pre>"
