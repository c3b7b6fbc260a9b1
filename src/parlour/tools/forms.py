"""A form that a tool asks a person to fill in before it goes on: held to sensible sizes, and what is answered to it.

A form is JSON on its way: `message` in the tool's words, `schema` of an object without nesting, and `asker`, who
wants to know, where that is somebody outside of this house.
"""

from dataclasses import dataclass

import orjson
from pydantic import JsonValue

from parlour.protocol.content import Json
from parlour.tools.fields import BadForm, Kind, Number, kind_from

MOST_ROUNDS = 5
"""So often may one call ask for more."""
MOST_FIELDS = 20
LONGEST_NAME = 100
LONGEST_TITLE = 200
LONGEST_DESCRIPTION = 1_000
LONGEST_MESSAGE = 2_000
LONGEST_ASKER = 200
LARGEST_STATE = 32 * 1024
"""Of what a tool wants back, in characters."""
LARGEST_ANSWERS = 16 * 1024
"""Of all answers together, in bytes of JSON."""


class BadAnswers(Exception):
    """The answers do not fit the form; the message names the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked for."""

    name: str
    title: str
    description: str
    kind: Kind
    is_required: bool
    default: JsonValue = None
    """What stands there already; None where nothing does."""

    @property
    def schema(self) -> Json:
        """As it is shown to whoever fills it in."""
        more: Json = {"description": self.description} if self.description else {}
        if self.default is not None:
            more["default"] = self.default
        return {"title": self.title, **more, **self.kind.schema}


def form_of(message: str, schema: Json, asker: str = "") -> Json:
    """A form as it is kept and shown: nothing in it but what a form has. Words are cut to their longest.

    Raises BadForm for what is no flat schema of an object, or has too much in it.
    """
    fields = _fields(schema)
    properties: Json = {each.name: each.schema for each in fields}
    required: list[JsonValue] = [each.name for each in fields if each.is_required]
    form: Json = {"asker": asker[:LONGEST_ASKER]} if asker else {}
    shown: Json = {"type": "object", "properties": properties, "required": required}
    return {**form, "message": message[:LONGEST_MESSAGE], "schema": shown}


def fitting(form: Json, answers: Json) -> Json:
    """The answers to a form, in its order. Raises BadAnswers for what does not fit."""
    schema = form.get("schema")
    fields = _fields(schema if isinstance(schema, dict) else {})
    unknown = sorted(answers.keys() - {each.name for each in fields})
    if unknown:
        raise BadAnswers(f"“{unknown[0][:LONGEST_NAME]}” is not asked for.")
    fit: Json = {}
    for field in fields:
        if field.name not in answers:
            if field.is_required:
                raise BadAnswers(f"“{field.name}” is missing.")
            continue
        value = answers[field.name]
        misfit = field.kind.misfit(value)
        if misfit:
            raise BadAnswers(f"“{field.name}” does not fit: {misfit}.")
        fit[field.name] = _canonical(field.kind, value)
    if len(orjson.dumps(fit)) > LARGEST_ANSWERS:
        raise BadAnswers(f"All answers together have at most {LARGEST_ANSWERS:,} bytes.")
    return fit


def _canonical(kind: Kind, value: JsonValue) -> JsonValue:
    return int(value) if isinstance(kind, Number) and kind.is_whole and isinstance(value, float) else value


def _fields(schema: Json) -> list[Field]:
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if schema.get("type") != "object" or not isinstance(properties, dict) or not isinstance(required, list):
        raise BadForm("it is no schema of an object")
    if len(properties) > MOST_FIELDS:
        raise BadForm(f"it asks for more than {MOST_FIELDS} things at once")
    return [_field(name, each, is_required=name in required) for name, each in properties.items()]


def _field(name: str, schema: JsonValue, *, is_required: bool) -> Field:
    if not (name and name.isprintable() and len(name) <= LONGEST_NAME) or not isinstance(schema, dict):
        raise BadForm(f"a name of what it asks for is empty, unprintable, or longer than {LONGEST_NAME} characters")
    try:
        kind = kind_from(schema)
    except BadForm as bad:
        raise BadForm(f"“{name}” cannot be asked for: {bad}") from bad
    title, said, default = schema.get("title"), schema.get("description"), schema.get("default")
    return Field(
        name=name,
        title=title[:LONGEST_TITLE] if isinstance(title, str) and title.strip() else name,
        description=said[:LONGEST_DESCRIPTION] if isinstance(said, str) else "",
        kind=kind,
        is_required=is_required,
        default=None if default is None or kind.misfit(default) else _canonical(kind, default),
    )
