"""How an answer is wanted over OpenAI's wire, beside its words: what it ends at, and what JSON it is to be."""

from collections.abc import Sequence
from typing import Annotated, Literal

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from parlour.errors import InvalidRequest
from parlour.models.forms import JsonForm
from parlour.protocol.content import Message, TextPart, ToolCallPart

MOST_STOPS = 4
"""So many words to end at are taken, as OpenAI does."""
LONGEST_STOP = 256
"""So many characters one of them has at most: as much may be held back of an answer while it is streamed."""
LONGEST_SCHEMA = 16_384
"""So many bytes a schema has at most, written as JSON without white space: a model has to read it."""
DEEPEST_SCHEMA = 64
"""So many lists and objects may stand inside each other in it."""
_FENCE = "```"


def _as_list(stop: object) -> object:
    return [stop] if isinstance(stop, str) else stop


Stops = Annotated[list[str], BeforeValidator(_as_list)]
"""One word or several."""


class _Open(BaseModel):
    """A shape that may hold more than is looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class NamedSchema(_Open):
    """A JSON schema, and what it is called."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    description: Annotated[str, Field(max_length=1_000)] | None = None
    told: Annotated[dict[str, JsonValue] | None, Field(alias="schema")] = None
    strict: bool | None = None


class ResponseFormat(_Open):
    """What the answer is to be."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: NamedSchema | None = None


def stops_of(stop: Sequence[str] | None) -> tuple[str, ...]:
    """The words to end at; empty ones mean nothing. Raises InvalidRequest."""
    stops = tuple(dict.fromkeys(filter(None, stop or ())))
    if len(stops) > MOST_STOPS:
        raise InvalidRequest(f"An answer ends at one of at most {MOST_STOPS} words here.", param="stop")
    if any(len(word) > LONGEST_STOP or "\x00" in word for word in stops):
        raise InvalidRequest(
            f"A word to stop at has at most {LONGEST_STOP} characters, none of them NUL.", param="stop"
        )
    return stops


def form_of(wanted: ResponseFormat | None) -> JsonForm | None:
    """The JSON that an answer is to be; None for words. Raises InvalidRequest, with the `param` that does not fit."""
    if wanted is None or wanted.type == "text":
        return None
    if wanted.type == "json_object":
        return JsonForm()
    named = wanted.json_schema
    if named is None:
        raise InvalidRequest("A schema is told in `json_schema`.", param="response_format.json_schema")
    if "\x00" in (named.description or ""):
        raise _unfit("A description holds no NUL characters.", "description")
    return JsonForm(_schema(named.told), named.name, named.description or "", bool(named.strict))


def _schema(schema: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
    if schema is None:
        return None
    if _is_deeper(schema, DEEPEST_SCHEMA):
        raise _unfit(f"Not more than {DEEPEST_SCHEMA} lists and objects may stand inside each other in a schema.")
    written = orjson.dumps(schema)
    if len(written) > LONGEST_SCHEMA:
        raise _unfit(f"A schema has at most {LONGEST_SCHEMA:,} bytes here; this one has {len(written):,}.")
    if rb"\u0000" in written:
        raise _unfit("A schema holds no NUL characters.")
    return schema


def _unfit(why: str, field: str = "schema") -> InvalidRequest:
    return InvalidRequest(why, param=f"response_format.json_schema.{field}")


def _is_deeper(value: JsonValue, levels: int) -> bool:
    """Whether more than so many lists and objects stand inside each other."""
    layer: list[JsonValue] = [value]
    for _ in range(levels):
        layer = [inside for each in layer for inside in _inside(each)]
        if not layer:
            return False
    return True


def _inside(value: JsonValue) -> list[JsonValue]:
    """The lists and objects in a list or an object."""
    found = [*value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict | list)]


def last_words_of(message: Message) -> str:
    """What was said last in an answer: after the last tool, and not before."""
    calls = [number for number, part in enumerate(message.parts) if isinstance(part, ToolCallPart)]
    last = message.parts[calls[-1] + 1 :] if calls else message.parts
    return "".join(part.text for part in last if isinstance(part, TextPart))


def json_in(words: str) -> str | None:
    """The JSON object or list that an answer is, without the fence that a model may have put around it; None for none.

    Not every provider holds its model to a form.
    """
    text = words.strip()
    if text.startswith(_FENCE) and text.endswith(_FENCE) and "\n" in text:
        text = text.partition("\n")[2].removesuffix(_FENCE).strip()
    try:
        return text if isinstance(orjson.loads(text), dict | list) else None
    except orjson.JSONDecodeError:
        return None
