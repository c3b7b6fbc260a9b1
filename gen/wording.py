"""A JSON schema in words that a reader of JSON knows, limits included."""

from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]
Link = Callable[[str], str]
"""From the name of a shape to how the page leads to it."""

PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}
ANY_LENGTH = 1_048_576
"""Where the house says how long something may be, the wire only keeps out what is absurd."""

PATTERNS = {
    "": "",
    r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$": "one line",
    r"^[^\x00]*$": "",
    r"^(conversation|user|project):[0-9a-f-]{36}$": "`user:<id>` and the like",
    r"^[a-z0-9][a-z0-9-]{0,38}$": "up to 39 small letters, digits and hyphens",
    r"^[\x21-\x7e]*$": "printable ASCII without blanks",
}
"""What a pattern means to a person; one that is not here is shown as it is."""


def worded(schema: Schema, link: Link) -> str:
    """The type and limits of `schema`, as `link` leads to its shapes."""
    if "$ref" in schema:
        return _shape(str(schema["$ref"]).rpartition("/")[2], link)
    choices = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if choices:
        return ", ".join(f"`{choice}`" for choice in choices)
    either = schema.get("anyOf") or schema.get("oneOf")
    if either:
        return " or ".join(dict.fromkeys(worded(part, link) for part in either))
    if schema.get("type") == "array":
        size = _extent(schema, "Items")
        return f"list of {size + ' ' if size else ''}{worded(schema['items'], link)}"
    if schema.get("type") == "object":
        return _mapping(schema, link)
    return _plain(schema)


def _shape(name: str, link: Link) -> str:
    return "any JSON" if name == "JsonValue" else link(name)


def _mapping(schema: Schema, link: Link) -> str:
    values: Schema | bool = schema.get("additionalProperties", True)
    inner = "any JSON" if isinstance(values, bool) else worded(values, link)
    return "object" if inner == "any JSON" else f"object of {inner}"


def _plain(schema: Schema) -> str:
    kind = schema.get("type")
    if kind is None:
        return "any JSON"
    limits = ", ".join(filter(None, (_range(schema), _length(schema), _look(schema))))
    return f"{PLAIN[kind]} ({limits})" if limits else PLAIN[kind]


def _range(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None:
        return ""
    return f"at least {least:,}" if most is None else f"{least:,} to {most:,}"


def _length(schema: Schema) -> str:
    length = _extent(schema, "Length") if schema.get("maxLength") != ANY_LENGTH else ""
    return f"{length} characters" if length else ""


def _look(schema: Schema) -> str:
    pattern = schema.get("pattern", "")
    return PATTERNS.get(pattern, f"matching `{pattern}`").replace("|", "\\|")


def _extent(schema: Schema, what: str) -> str:
    least, most = schema.get(f"min{what}"), schema.get(f"max{what}")
    if least and most:
        return f"{least:,} to {most:,}"
    return f"at most {most:,}" if most else f"at least {least:,}" if least else ""
