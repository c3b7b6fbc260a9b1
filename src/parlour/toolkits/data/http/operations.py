"""The operations of an OpenAPI document: what each is called, what it takes, and which request it comes to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from pydantic import JsonValue

from parlour.protocol.content import Json
from parlour.toolkits.data.http.requests import Asked, QueryValue
from parlour.toolkits.data.http.schemas import LONGEST_DESCRIPTION, Schemas, Unusable, followed
from parlour.toolkits.data.http.settings import Method
from parlour.tools.outcomes import BadArguments
from parlour.tools.tool import Arguments

_METHODS: dict[str, Method] = {
    "get": "GET", "head": "HEAD", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"
}  # fmt: skip
_LONGEST = 600
_PLACES = ("path", "query", "header")

Place = Literal["path", "query", "header"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that an operation takes besides a body."""

    argument: str
    """What it is called as an argument of the tool."""
    name: str
    place: Place
    style: str
    explode: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that an API can do."""

    id: str
    method: Method
    path: str
    """A template: "/orders/{id}"."""
    summary: str
    description: str
    schema: Json
    parameters: tuple[Parameter, ...]
    body: str | None
    """The argument that is sent as the body."""
    body_kind: str

    def asked(self, arguments: Arguments, set_by_admin: frozenset[str]) -> Asked:
        """The request that a call comes to; what an admin set, by names in lower case, is left to them.

        Raises BadArguments for a value that cannot stand in a path.
        """
        path, query, headers = self.path, dict[str, QueryValue](), dict[str, str]()
        for each in self.parameters:
            value = arguments.get(each.argument)
            if value is None or (each.place != "path" and each.name.lower() in set_by_admin):
                continue
            if each.place == "path":
                path = path.replace("{" + each.name + "}", _in_a_path(each, value))
            elif each.place == "header":
                headers[each.name] = _joined(value)
            else:
                query |= _in_a_query(each, value)
        if missing := re.findall(r"\{([^{}]+)\}", path):
            raise BadArguments(f"{missing[0]} is missing.")
        body = arguments.get(self.body) if self.body else None
        if body is not None:
            headers["Content-Type"] = self.body_kind
        return Asked(self.method, path, query, headers, body, frozenset(name.lower() for name in headers))


def operations_of(document: Json, methods: frozenset[Method]) -> tuple[list[Operation], list[str]]:
    """The operations with these methods, in the order of the document, and why others are left out."""
    found: list[Operation] = []
    left_out: list[str] = []
    for path, name, item, raw in _all(document):
        if _METHODS[name] not in methods:
            continue
        try:
            found.append(_operation(document, path, name, item, raw))
        except Unusable as error:
            left_out.append(f"{_METHODS[name]} {path}: {error}")
    return found, left_out


def _all(document: Json) -> Iterator[tuple[str, str, Json, Json]]:
    paths = document.get("paths")
    for path, given in paths.items() if isinstance(paths, dict) else ():
        try:
            item = followed(document, given)
        except Unusable:
            continue
        for name in _METHODS:
            raw = item.get(name)
            if path.startswith("/") and isinstance(raw, dict):
                yield path, name, item, raw


def _operation(document: Json, path: str, method: str, item: Json, raw: Json) -> Operation:
    schemas = Schemas(document)
    properties: Json = {}
    required: list[JsonValue] = []
    parameters: list[Parameter] = []
    for given in _parameters(document, item, raw):
        parameter = _parameter(given, properties)
        if parameter is None:
            continue
        parameters.append(parameter)
        properties[parameter.argument] = _described(schemas.of(given.get("schema", {})), given)
        if given.get("required") is True or parameter.place == "path":
            required.append(parameter.argument)
    body, kind = None, ""
    if "requestBody" in raw and method not in ("get", "head"):
        given = followed(document, raw["requestBody"])
        kind, schema = _content(given)
        body = "body" if "body" not in properties else "request_body"
        properties[body] = _described(schemas.of(schema), given)
        if given.get("required") is True:
            required.append(body)
    whole: Json = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    if defs := schemas.defs():
        whole["$defs"] = defs
    return Operation(
        id=_text(raw.get("operationId")) or f"{method}_{path}",
        method=_METHODS[method],
        path=path,
        summary=" ".join(_text(raw.get("summary")).split())[:100],
        description=_text(raw.get("description"))[:_LONGEST],
        schema=whole,
        parameters=tuple(parameters),
        body=body,
        body_kind=kind,
    )


def _parameters(document: Json, item: Json, raw: Json) -> list[Json]:
    """Those of the path and of the operation, which replace the former. Raises Unusable."""
    found: dict[tuple[JsonValue, ...], Json] = {}
    for each in (item.get("parameters"), raw.get("parameters")):
        for given in each if isinstance(each, list) else ():
            parameter = followed(document, given)
            found[str(parameter.get("in")), str(parameter.get("name"))] = parameter
    return [*found.values()]


def _parameter(given: Json, taken: Json) -> Parameter | None:
    """None for one that is left out. Raises Unusable where nothing can be asked without it."""
    name, place = _text(given.get("name")), given.get("in")
    if place not in _PLACES or not name:
        if given.get("required") is True:
            raise Unusable(f"it needs a parameter in a {str(place)[:20]}")
        return None
    if "content" in given:
        raise Unusable(f"its parameter {name[:60]} is written in a way of its own")
    argument = name if name not in taken else f"{place}_{name}"
    style = _text(given.get("style")) or ("form" if place == "query" else "simple")
    return Parameter(argument, name, place, style, given.get("explode", style in ("form", "deepObject")) is not False)


def _content(given: Json) -> tuple[str, JsonValue]:
    """The kind of body that is sent, and its schema: JSON where that is taken. Raises Unusable."""
    content = given.get("content")
    kinds: dict[str, Any] = content if isinstance(content, dict) else {}
    json = [kind for kind in kinds if kind.partition(";")[0].strip().endswith(("/json", "+json"))]
    form = [kind for kind in kinds if kind == "application/x-www-form-urlencoded"]
    text = [kind for kind in kinds if kind.startswith("text/") or kind.endswith("xml")]
    chosen = next(iter([*json, *form, *text]), "application/json" if "*/*" in kinds or not kinds else None)
    if chosen is None:
        raise Unusable(f"it takes {', '.join(kinds)[:100]}, which is not sent from here")
    described: Any = kinds.get(chosen) or kinds.get("*/*") or {}
    return chosen, {"type": "string"} if chosen in text else described.get("schema", {})


def _described(schema: Json | bool, given: Json) -> JsonValue:
    words = _text(given.get("description"))[:LONGEST_DESCRIPTION]
    if not words or not isinstance(schema, dict) or "$ref" in schema:
        return schema
    return {**schema, "description": words}


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _joined(value: JsonValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(_joined(each) for each in value)
        case dict():
            return ",".join(f"{name},{_joined(each)}" for name, each in value.items())
        case _:
            return str(value)


def _in_a_path(parameter: Parameter, value: JsonValue) -> str:
    """Raises BadArguments for nothing at all: what is left of the path would mean something else."""
    text = _joined(value)
    if not text.strip():
        raise BadArguments(f"{parameter.argument} is empty.")
    return quote(text, safe=",")


def _in_a_query(parameter: Parameter, value: JsonValue) -> dict[str, QueryValue]:
    if isinstance(value, dict):
        deep = parameter.style == "deepObject"
        return {(f"{parameter.name}[{name}]" if deep else name): _joined(each) for name, each in value.items()}
    if isinstance(value, list) and parameter.explode:
        return {parameter.name: [_joined(each) for each in value]}
    return {parameter.name: _joined(value)}
