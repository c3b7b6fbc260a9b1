"""Which JSON Schemas are plainly sound, told at a glance.

Whether a schema is one is asked of the schema of its dialect, which takes milliseconds: a second for the tools of one
large server, in which nobody else is served. Almost all schemas of tools need no more than the keywords here. What
holds for them here holds in every dialect from draft 6 to 2020-12; anything else is left to the long way.
"""

from collections.abc import Callable
from typing import Any, cast

DIALECTS = frozenset(
    {
        "",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-06/schema",
        "http://json-schema.org/draft-07/schema#",
        "http://json-schema.org/draft-07/schema",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    }
)
_TYPES = frozenset({"array", "boolean", "integer", "null", "number", "object", "string"})


def is_plainly_sound(schema: object) -> bool:
    """Whether it is certain that this is a schema. False says nothing."""
    if isinstance(schema, bool):
        return True
    if not isinstance(schema, dict):
        return False
    return all(_fits(key, value) for key, value in cast("dict[str, Any]", schema).items())


def _fits(key: str, value: object) -> bool:
    check = _KEYWORDS.get(key)
    return check is not None and check(value)


def _anything(value: object) -> bool:
    return True


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_names(value: object) -> bool:
    """Texts, none of them twice."""
    if not isinstance(value, list):
        return False
    names = cast("list[object]", value)
    return all(isinstance(each, str) for each in names) and len(frozenset(names)) == len(names)


def _are_choices(value: object) -> bool:
    return value != [] and _are_names(value)


def _is_type(value: object) -> bool:
    if isinstance(value, str):
        return value in _TYPES
    return _are_choices(value) and _TYPES.issuperset(cast("list[str]", value))


def _are_schemas(value: object) -> bool:
    return isinstance(value, list) and value != [] and all(map(is_plainly_sound, cast("list[object]", value)))


def _are_named_schemas(value: object) -> bool:
    return isinstance(value, dict) and all(is_plainly_sound(each) for each in cast("dict[str, object]", value).values())


def _is_dialect(value: object) -> bool:
    return isinstance(value, str) and value in DIALECTS


_KEYWORDS: dict[str, Callable[[object], bool]] = {
    "$schema": _is_dialect,
    "type": _is_type,
    "properties": _are_named_schemas,
    "$ref": _is_text,
    "$comment": _is_text,
    "$defs": _are_named_schemas,
    "definitions": _are_named_schemas,
    "required": _are_names,
    "enum": _are_choices,
    "items": is_plainly_sound,
    "additionalProperties": is_plainly_sound,
    "propertyNames": is_plainly_sound,
    "not": is_plainly_sound,
    "anyOf": _are_schemas,
    "oneOf": _are_schemas,
    "allOf": _are_schemas,
    "minLength": _is_count,
    "maxLength": _is_count,
    "minItems": _is_count,
    "maxItems": _is_count,
    "minProperties": _is_count,
    "maxProperties": _is_count,
    "minimum": _is_number,
    "maximum": _is_number,
    "exclusiveMinimum": _is_number,
    "exclusiveMaximum": _is_number,
    "uniqueItems": _is_switch,
    "title": _is_text,
    "description": _is_text,
    "format": _is_text,
    "pattern": _is_text,
    "default": _anything,
    "const": _anything,
    "examples": _is_list,
}
"""What a keyword may hold. One that is not here makes a schema less than plain, and so does any other value."""
