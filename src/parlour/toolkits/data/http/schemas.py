"""The schemas of an OpenAPI document as plain JSON Schema, with everything in them that they refer to.

OpenAPI 3.1 is JSON Schema; 3.0 has some words of its own (OpenAPI 3.0.4, 4.7.24).
"""

import re
from typing import Any
from urllib.parse import unquote

from pydantic import JsonValue

from parlour.protocol.content import Json

LONGEST_DESCRIPTION = 300
"""Characters: every request to a model carries it."""

_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_ONES = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "unevaluatedProperties"}
)
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_PLAIN = frozenset(
    {"type", "enum", "const", "format", "default", "description", "minimum", "maximum", "exclusiveMinimum"}
    | {"exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems"}
    | {"minProperties", "maxProperties", "required", "minContains", "maxContains", "dependentRequired"}
)


class Unusable(Exception):
    """Why something in a document is not made a tool of."""


def pointed(document: Json, reference: JsonValue) -> JsonValue:
    """What a reference within the document leads to. Raises Unusable."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        raise Unusable("it refers to another document")
    found: JsonValue = document
    for part in reference[2:].split("/"):
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if not isinstance(found, dict) or key not in found:
            raise Unusable(f"it refers to {reference[:100]}, which is not there")
        found = found[key]
    return found


def followed(document: Json, value: JsonValue) -> Json:
    """A part of the document, or what it refers to. Raises Unusable."""
    for _ in range(10):
        if not isinstance(value, dict):
            raise Unusable("a part of it is no object")
        if "$ref" not in value:
            return value
        value = pointed(document, value["$ref"])
    raise Unusable("its references go round in circles")


class Schemas:
    """Makes the schemas of one operation, and keeps what they refer to."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._names: dict[str, str] = {}
        self._waiting: list[str] = []

    def of(self, schema: JsonValue) -> Json | bool:
        """A schema as JSON Schema has it. Raises Unusable."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, dict):
            return {}
        if "$ref" in schema:
            return {"$ref": f"#/$defs/{self._named(schema['$ref'])}"}
        made: Json = {key: self._part(key, value) for key, value in schema.items() if _is_known(key, value)}
        _without_read_only(made, schema)
        _as_it_is_written_now(made, nullable=schema.get("nullable") is True)
        return made

    def defs(self) -> Json:
        """Everything that was referred to so far, by name. Raises Unusable."""
        made: Json = {}
        while self._waiting:
            reference = self._waiting.pop()
            made[self._names[reference]] = self.of(pointed(self._document, reference))
        return made

    def _part(self, key: str, value: Any) -> JsonValue:
        if key in _MAPS:
            return {name: self.of(each) for name, each in value.items()}
        if key in _ONES:
            return self.of(value)
        if key in _LISTS:
            return [self.of(each) for each in value]
        return value[:LONGEST_DESCRIPTION] if key == "description" else value

    def _named(self, reference: JsonValue) -> str:
        pointed(self._document, reference)
        assert isinstance(reference, str)
        if reference not in self._names:
            plain = re.sub(r"\W+", "_", unquote(reference.rpartition("/")[2]), flags=re.ASCII)[:60] or "part"
            taken = set(self._names.values())
            name = next(
                each for n in range(len(taken) + 1) if (each := plain if not n else f"{plain}_{n}") not in taken
            )
            self._names[reference] = name
            self._waiting.append(reference)
        return self._names[reference]


def _is_known(key: str, value: JsonValue) -> bool:
    """Whether a word means something in JSON Schema, and what it says is of the kind that it should be."""
    if key in _MAPS:
        return isinstance(value, dict)
    if key in _ONES:
        return isinstance(value, dict | bool)
    if key in _LISTS or key == "required":
        return isinstance(value, list)
    return key in _PLAIN and (key != "description" or isinstance(value, str))


def _without_read_only(made: Json, schema: Json) -> None:
    """Nobody sends what only the other side says."""
    properties, required = schema.get("properties"), made.get("required")
    if not isinstance(properties, dict):
        return
    told = {name for name, each in properties.items() if isinstance(each, dict) and each.get("readOnly") is True}
    kept = made["properties"]
    assert isinstance(kept, dict)
    made["properties"] = {name: each for name, each in kept.items() if name not in told}
    if isinstance(required, list):
        made["required"] = [name for name in required if name not in told]


def _as_it_is_written_now(made: Json, *, nullable: bool) -> None:
    """What OpenAPI 3.0 says in other words: `nullable`, and limits that are left out by a yes or no."""
    kind, values = made.get("type"), made.get("enum")
    if nullable and isinstance(kind, str):
        made["type"] = [kind, "null"]
    if nullable and isinstance(values, list) and None not in values:
        made["enum"] = [*values, None]
    for limit, own in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(made.get(own), bool) and made.pop(own) and limit in made:
            made[own] = made.pop(limit)
