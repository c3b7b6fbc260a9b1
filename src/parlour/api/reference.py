"""The page at `/docs`: the OpenAPI document as plain HTML. No script, nothing fetched, so it works offline."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

_STYLE = """
body { font: 15px/1.6 system-ui, sans-serif; max-width: 760px; margin: 48px auto; padding: 0 20px;
  color: #2b2723; background: #faf8f4; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin-top: 44px; text-transform: capitalize; }
section { border-top: 1px solid #e4ded4; padding: 14px 0; }
code, pre { font: 13px/1.5 ui-monospace, monospace; }
.method { color: #a34a1f; } p { margin: 4px 0; } table { border-collapse: collapse; }
td { padding: 1px 18px 1px 0; vertical-align: top; } summary { cursor: pointer; color: #6d655b; }
pre { overflow-x: auto; background: #f1ede5; padding: 10px; }
@media (prefers-color-scheme: dark) {
  body { color: #e6e0d6; background: #1d1a17; } section { border-color: #38332d; }
  .method { color: #e08b5c; } summary { color: #a39a8d; } pre { background: #26221e; }
}
"""

REFERENCE_POLICY = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()}'"
)
"""Allows the page its own style and nothing else."""

Document = Mapping[str, Any]


def reference_page(document: Document) -> str:
    """The page for an OpenAPI document."""
    title = f"{document['info']['title']} {document['info']['version']}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><style>' + _STYLE + "</style>"
        f"<h1>{escape(title)}</h1><p>{_words(document['info'].get('description', ''))}</p>"
        "<p>Programs send <code>Authorization: Bearer</code> and a token from <code>parlour token create</code>. "
        'The same as a document for programs: <a href="/openapi.json">openapi.json</a>.</p>'
        + "".join(_groups(document))
        + "</html>"
    )


def _groups(document: Document) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups.setdefault(operation.get("tags", ["other"])[0], []).append(
                _operation(document, method.upper(), path, operation)
            )
    for name, sections in groups.items():
        yield f"<h2>{escape(name)}</h2>" + "".join(sections)


def _operation(document: Document, method: str, path: str, operation: Document) -> str:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return (
        f'<section><p><code><span class="method">{method}</span> {escape(path)}</code></p>'
        f"<p>{_words(operation.get('description', ''))}</p>"
        + _parameters(operation.get("parameters", []))
        + (_schema("sent", document, body) if body else "")
        + "".join(_answers(document, operation["responses"]))
        + "</section>"
    )


def _parameters(parameters: list[Document]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}</td>"
        f"<td>{_words(p.get('description', ''))}</td></tr>"
        for p in parameters
        if p["in"] != "path"
    )
    return f"<table>{rows}</table>" if rows else ""


def _answers(document: Document, responses: Document) -> Iterator[str]:
    for status, response in responses.items():
        schema = response.get("content", {}).get("application/json", {}).get("schema")
        if schema and status.startswith("2"):
            yield _schema(f"answered with {status}", document, schema)
        elif status == "204":
            yield "<p>Answered with 204 and no body.</p>"


def _schema(name: str, document: Document, schema: Document) -> str:
    target = str(schema.get("$ref", "")).rpartition("/")[2]
    shown = document["components"]["schemas"][target] if target else schema
    text = json.dumps(shown, indent=2, ensure_ascii=False)
    return f"<details><summary>{escape(name)} {escape(target)}</summary><pre>{escape(text)}</pre></details>"


def _words(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if n % 2 else piece for n, piece in enumerate(pieces))
