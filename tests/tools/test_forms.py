"""Forms that tools ask for: what may be asked, what is kept of it, and which answers fit."""

from typing import Any

import pytest

from parlour.protocol.content import Json
from parlour.tools.fields import LARGEST_NUMBER, MOST_CHOICES, BadForm
from parlour.tools.forms import (
    LARGEST_ANSWERS,
    LONGEST_DESCRIPTION,
    LONGEST_MESSAGE,
    LONGEST_TITLE,
    MOST_FIELDS,
    BadAnswers,
    fitting,
    form_of,
)


def form(required: list[Any] | None = None, **properties: Any) -> Json:
    return form_of("Tell me", {"type": "object", "properties": properties, "required": required or []})


def kept(**field: Any) -> Any:
    """What is kept of one field."""
    schema: Any = form(it=field)["schema"]
    return schema["properties"]["it"]


RGB = [{"const": "r", "title": "Red"}, {"const": "g", "title": "Green"}, {"const": "b", "title": "Blue"}]


@pytest.mark.parametrize(
    ("field", "fits", "does_not"),
    [
        ({"type": "string"}, ["", "Ann", "名前"], [7, None, True, ["a"], "a\x00b", "x" * 10_001]),
        ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "🙂🙂🙂"], ["a", "abcd"]),
        ({"type": "string", "format": "email"}, ["ann@example.org"], ["ann", "a b@c", "@"]),
        ({"type": "string", "format": "uri"}, ["https://example.org/a", "mailto:a@b"], ["example", "http://a b"]),
        ({"type": "string", "format": "date"}, ["2026-02-28"], ["2026-02-30", "20260228", "tomorrow"]),
        (
            {"type": "string", "format": "date-time"},
            ["2026-02-28T10:00:00Z", "2026-02-28T10:00:00+01:00"],
            ["2026-02-28", "2026-02-28T10:00:00", "now"],
        ),
        ({"type": "string", "format": "colour"}, ["red"], []),
        ({"type": "integer", "minimum": 1, "maximum": 9}, [1, 9, 3.0], [0, 10, 1.5, "1", True, None]),
        ({"type": "number", "minimum": 0.5}, [0.5, 7, 1e9], [0.4, float("nan"), float("inf"), "1", 2**60]),
        ({"type": "number"}, [-5], [-(2**60)]),
        ({"type": "boolean"}, [True, False], [1, "true", None]),
        ({"type": "string", "enum": ["r", "g"]}, ["r"], ["b", "Red", ["r"], None, 1]),
        ({"type": "string", "oneOf": RGB}, ["b"], ["Blue"]),
        (
            {"type": "array", "minItems": 1, "maxItems": 2, "items": {"anyOf": RGB}},
            [["r"], ["g", "b"]],
            [[], ["r", "g", "b"], ["r", "r"], ["x"], "r", [1], [["r"]]],
        ),
        ({"type": "array", "items": {"type": "string", "enum": ["r"]}}, [[], ["r"]], [["b"]]),
    ],
)
def test_each_kind_of_field_takes_what_fits_and_names_itself_where_something_does_not(
    field: Any, fits: list[Any], does_not: list[Any]
) -> None:
    asked = form(it=field)
    for value in fits:
        assert fitting(asked, {"it": value}) == {"it": value}
    for value in does_not:
        with pytest.raises(BadAnswers, match="“it” does not fit: "):
            fitting(asked, {"it": value})


def test_what_is_required_is_missed_by_name_and_what_is_not_asked_for_is_refused() -> None:
    asked = form(["a"], a={"type": "string"}, b={"type": "boolean"})
    assert fitting(asked, {"a": "x"}) == {"a": "x"}
    with pytest.raises(BadAnswers, match="“a” is missing"):
        fitting(asked, {"b": True})
    with pytest.raises(BadAnswers, match="“c” is not asked for"):
        fitting(asked, {"a": "x", "c": 1})


def test_all_answers_together_have_an_end() -> None:
    asked = form(a={"type": "string"}, b={"type": "string"})
    with pytest.raises(BadAnswers, match=f"at most {LARGEST_ANSWERS:,} bytes"):
        fitting(asked, {"a": "x" * 9_000, "b": "y" * 9_000})


def test_a_form_is_kept_in_one_shape_whatever_it_came_in() -> None:
    choices = [{"const": "r", "title": "Red"}, {"const": "g", "title": "Green"}]
    for field in (
        {"type": "string", "enum": ["r", "g"], "enumNames": ["Red", "Green"]},
        {"type": "string", "oneOf": choices},
    ):
        assert kept(**field) == {"title": "it", "type": "string", "oneOf": choices}
    several = {"title": "it", "type": "array", "minItems": 0, "maxItems": MOST_CHOICES, "items": {"anyOf": choices}}
    assert kept(type="array", items={"oneOf": choices}) == several
    assert kept(type="string", pattern="(a+)+$", onload="x", format="colour") == {
        "title": "it",
        "type": "string",
        "minLength": 0,
        "maxLength": 10_000,
    }
    asked = form(["it"], it={"type": "integer", "minimum": 1, "title": "How many", "default": 3})
    assert form_of("Tell me", asked["schema"]) == asked  # pyright: ignore[reportArgumentType]


def test_a_default_that_does_not_fit_is_none() -> None:
    assert kept(type="integer", default=3)["default"] == 3
    assert "default" not in kept(type="integer", maximum=2, default=3)
    assert "default" not in kept(type="string", enum=["a"], default="b")


def test_words_are_cut_to_their_longest() -> None:
    asked: Any = form_of("m" * 9_999, {"type": "object", "properties": {}}, "“Files”, an MCP server")
    assert (len(asked["message"]), asked["asker"]) == (LONGEST_MESSAGE, "“Files”, an MCP server")
    field = kept(type="boolean", title="t" * 9_999, description="d" * 9_999)
    assert (len(field["title"]), len(field["description"])) == (LONGEST_TITLE, LONGEST_DESCRIPTION)
    assert "title" in kept(type="boolean", title=" ")


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "array"},
        {"type": "object", "properties": []},
        {"type": "object", "properties": {"a": 1}},
        {"type": "object", "properties": {"": {"type": "string"}}},
        {"type": "object", "properties": {"a\u202e": {"type": "string"}}},
        {"type": "object", "properties": {"x" * 101: {"type": "string"}}},
        {"type": "object", "properties": {f"a{n}": {"type": "string"} for n in range(MOST_FIELDS + 1)}},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}},
        {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "object"}}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": []}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": ["x", "x"]}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": [1]}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": ["x\u202e"]}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": ["x"], "enumNames": ["a", "b"]}}},
        {"type": "object", "properties": {"a": {"type": "string", "enum": [f"{n}" for n in range(101)]}}},
        {"type": "object", "properties": {"a": {"type": "string", "oneOf": ["x"]}}},
        {"type": "object", "properties": {"a": {"type": "string", "minLength": -1}}},
        {"type": "object", "properties": {"a": {"type": "string", "minLength": 20_000}}},
        {"type": "object", "properties": {"a": {"type": "string", "maxLength": True}}},
        {"type": "object", "properties": {"a": {"type": "number", "minimum": "low"}}},
        {"type": "object", "properties": {"a": {"type": "number", "maximum": LARGEST_NUMBER * 2}}},
    ],
)
def test_what_no_form_can_ask_is_refused(schema: Any) -> None:
    with pytest.raises(BadForm):
        form_of("Tell me", schema)
