"""What is called plainly sound at a glance is sound by the schema of every dialect that it may be written in."""

import random
import re
from typing import Any

import pytest
from jsonschema.exceptions import SchemaError
from jsonschema.validators import validator_for

from parlour.tools.plain_schema import DIALECTS, is_plainly_sound

VALUES: list[Any] = [
    *("", "string", "object", "#/$defs/a", 0, 1, -1, 2.5, True, False, None, [], {}, ["string"], ["a", "a"], ["a", 1]),
    *(
        [{}],
        [True],
        [[]],
        {"a": {}},
        {"a": {"type": "integer"}},
        {"a": 1},
        {"type": "tuple"},
        ["null", "string"],
        [{}, 7],
    ),
]
KEYWORDS = re.findall(
    r"\S+",
    "type properties $defs definitions required enum items additionalProperties propertyNames not anyOf "
    "oneOf allOf minLength maxLength minItems maxItems minProperties maxProperties minimum maximum "
    "exclusiveMinimum exclusiveMaximum uniqueItems title description format pattern default const "
    "examples $ref $comment if then contains prefixItems dependentRequired $id $anchor readOnly "
    "multipleOf",
)


def is_sound(schema: Any, dialect: str) -> bool:
    checker = validator_for({"$schema": dialect or "https://json-schema.org/draft/2020-12/schema"})
    try:
        checker.check_schema(schema)
    except SchemaError:
        return False
    return True


def some_schema(chance: random.Random, depth: int = 0) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key in chance.sample(KEYWORDS, chance.randrange(1, 4)):
        made[key] = some_schema(chance, depth + 1) if depth < 2 and chance.random() < 0.3 else chance.choice(VALUES)
    return made


def test_whatever_is_called_sound_is_sound_in_every_dialect() -> None:
    chance = random.Random(7)
    found = [each for each in (some_schema(chance) for _ in range(8_000)) if is_plainly_sound(each)]
    assert len(found) > 200
    for dialect in DIALECTS:
        assert [each for each in found if not is_sound(each, dialect)] == []


@pytest.mark.parametrize("dialect", ["http://json-schema.org/draft-04/schema#", "https://example.org/own", 7, None])
def test_another_dialect_is_not_judged(dialect: Any) -> None:
    assert not is_plainly_sound({"$schema": dialect, "type": "object"})


def test_what_tools_are_made_of_is_plain() -> None:
    assert is_plainly_sound(
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "type": "object",
            "properties": {
                "a": {"type": ["string", "null"], "enum": ["x", "y"], "default": None},
                "b": {"$ref": "#/$defs/b"},
                "c": {"anyOf": [{"type": "integer", "minimum": 0}, {"const": 7}]},
            },
            "$defs": {"b": {"type": "array", "items": {"type": "object"}, "minItems": 1}},
            "required": ["a"],
            "additionalProperties": False,
        }
    )
