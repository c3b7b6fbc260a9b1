"""Tools whose arguments are described by a schema that came from elsewhere."""

from typing import Any

import pytest

from parlour.ids import new_id
from parlour.protocol.content import Json, Preview
from parlour.tools.acting import Foreseen, Found
from parlour.tools.caller import Caller
from parlour.tools.outcomes import BadArguments, Failed, RequestedCall
from parlour.tools.running import canonical
from parlour.tools.schema_tool import LARGEST_SCHEMA, schema_tool
from parlour.tools.tool import Acting, Arguments, Tool, ToolContext

CONTEXT = ToolContext(Caller(new_id(), new_id(), new_id(), frozenset()), "conversation", "turn", "call")
PET: Json = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "filter[age]": {"type": "integer", "minimum": 0}, "class": {}},
    "required": ["name"],
    "additionalProperties": False,
}


async def echo(_: ToolContext, arguments: Arguments) -> Any:
    return arguments


def tool(schema: Json, **more: Any) -> Tool:
    return schema_tool("add_pet", "Adds a pet.", schema, echo, effect="write", **more)


async def called(made: Tool, arguments: Json) -> Any:
    """What comes of a call, made as the executor makes it."""
    kept, values = canonical(made, RequestedCall("call", made.name, arguments))
    assert kept == arguments
    return await made.function(CONTEXT, **values)


async def test_arguments_of_any_name_arrive_as_they_came() -> None:
    given: Json = {"name": "Rex", "filter[age]": 3, "class": {"self": [1, None]}}
    assert await called(tool(PET), given) == given


async def test_it_is_told_apart_from_the_house_and_needs_the_permission_of_its_effect() -> None:
    made = tool(PET)
    assert (made.open_world, made.permission, made.parameters["properties"]) == (True, "tools:write", PET["properties"])
    assert (await called(tool({}), {}), tool({}).parameters) == ({}, {"type": "object", "properties": {}})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "arguments: 'name' is a required property"),
        ({"name": 1}, "name: 1 is not of type 'string'"),
        ({"name": "x", "filter[age]": -1}, "filter[age]: -1 is less than the minimum of 0"),
        ({"name": "x", "other": 1}, "arguments: Additional properties are not allowed ('other' was unexpected)"),
        ({"name": 1, "filter[age]": "x"}, "name: 1 is not of type 'string'; filter[age]: 'x' is not of type 'integer'"),
    ],
)
def test_each_misfit_is_named(arguments: Json, words: str) -> None:
    with pytest.raises(BadArguments) as told:
        tool(PET).validated(arguments)
    assert told.value.message == f"The arguments of add_pet do not fit: {words}."


def test_a_long_value_is_not_repeated_in_full_nor_many_misfits() -> None:
    schema: Json = {"properties": {str(number): {"type": "integer"} for number in range(50)}}
    with pytest.raises(BadArguments) as told:
        tool(schema).validated({str(number): "x" * 10_000 for number in range(50)})
    assert len(told.value.message) < 1_500


def test_references_within_it_are_followed() -> None:
    made = tool({"properties": {"pet": {"$ref": "#/$defs/Pet"}}, "$defs": {"Pet": PET}})
    made.validated({"pet": {"name": "Rex"}})
    with pytest.raises(BadArguments, match=r"pet\.name: 1 is not"):
        made.validated({"pet": {"name": 1}})


def test_the_dialect_that_it_names_is_the_one_it_is_read_in() -> None:
    older = "http://json-schema.org/draft-07/schema#"
    schema: Json = {"$schema": older, "properties": {"pair": {"items": [{"type": "string"}, {"type": "integer"}]}}}
    tool(schema).validated({"pair": ["a", 1]})
    with pytest.raises(BadArguments, match=r"pair\.1"):
        tool(schema).validated({"pair": ["a", "b"]})


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "not one of an object"),
        ({"type": ["object"]}, "not one of an object"),
        ({"properties": {"a": {"type": "nonsense"}}}, "its schema is none: 'nonsense' is not valid"),
        ({"properties": {"a": {"$ref": "http://127.0.0.1/secret.json"}}}, "refers to another document"),
        ({"allOf": [{"$dynamicRef": "file:///etc/passwd"}]}, "refers to another document"),
        ({"description": "x" * LARGEST_SCHEMA}, "bytes, more than 65,536"),
        ({"properties": 1}, "its schema is none"),
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_at_once(schema: Json, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tool(schema)


@pytest.mark.parametrize("name", ["", "two words", "x" * 65, "käse", "a\n"])
def test_a_name_that_no_model_takes_is_refused_at_once(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name"):
        schema_tool(name, "", {}, echo, effect="read")


def test_regular_expressions_of_others_are_not_run() -> None:
    endless = "^(a+)+$"
    schema: Json = {
        "properties": {"x": {"type": "string", "pattern": endless}},
        "patternProperties": {endless: {"type": "string"}},
        "additionalProperties": False,
        "unevaluatedProperties": False,
    }
    poison = "a" * 60 + "!"
    tool(schema).validated({"x": poison, poison: "x"})


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#/properties/a"}}},
        {"properties": {"a": {"$ref": "#/nowhere"}}},
        {
            "properties": {"a": {"$ref": "#/$defs/d0"}},
            "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": {}},
        },
        {"properties": {"a": {"$id": "http://127.0.0.1:9/x", "$ref": "#/nowhere"}}},
    ],
    ids=["circle", "nowhere", "doubling", "other base"],
)
def test_references_without_an_end_come_to_one(schema: Json) -> None:
    with pytest.raises(Failed, match="cannot be checked"):
        tool(schema).validated({"a": 1})


async def test_what_it_foresees_and_reads_back_takes_the_arguments_as_one_object() -> None:
    async def foresee(_: ToolContext, arguments: Arguments) -> Foreseen:
        return Foreseen(Preview(changes=[]), label=str(arguments["name"]))

    async def read_back(_: ToolContext, arguments: Arguments) -> Found:
        return Found(done=True, result=arguments)

    made = tool(PET, acting=Acting(foresee=foresee, read_back=read_back))
    _, values = canonical(made, RequestedCall("call", made.name, {"name": "Rex"}))
    assert made.acting.foresee is not None
    assert made.acting.read_back is not None
    assert (await made.acting.foresee(CONTEXT, **values)).label == "Rex"
    assert (await made.acting.read_back(CONTEXT, **values)).result == {"name": "Rex"}
