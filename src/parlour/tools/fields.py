"""The fields of a form that a tool asks a person to fill in: what each may hold, and what is wrong with an answer."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import JsonValue

from parlour.protocol.content import Json

LONGEST_TEXT = 10_000
"""Of an answer, in characters, where the form does not want less."""
LARGEST_NUMBER = 2**53
"""What every client can count to."""
MOST_CHOICES = 100
LONGEST_CHOICE = 200
FORMATS = ("email", "uri", "date", "date-time")
"""Those that are checked; a text of any other format is a text."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LIKE: dict[str, str] = {
    "email": "an e-mail address",
    "uri": "an address such as https://example.org",
    "date": "a day such as 2026-11-20",
    "date-time": "a day and time with its zone, such as 2026-11-20T12:00:00Z",
}


class BadForm(Exception):
    """It cannot be asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text of so many characters, perhaps of a format."""

    least: int = 0
    most: int = LONGEST_TEXT
    format: str | None = None

    @property
    def schema(self) -> Json:
        """As it is shown to whoever fills it in."""
        format_: Json = {"format": self.format} if self.format else {}
        return {"type": "string", "minLength": self.least, "maxLength": self.most, **format_}

    def misfit(self, value: JsonValue) -> str:
        """What is wrong with an answer; "" for one that fits."""
        if not isinstance(value, str) or "\x00" in value:
            return "it has to be a text"
        if len(value) < self.least:
            return f"it has at least {self.least} characters"
        if len(value) > self.most:
            return f"it has at most {self.most:,} characters"
        return "" if _is_like(self.format, value) else f"it has to be {_LIKE[self.format or '']}"


@dataclass(frozen=True, slots=True)
class Number:
    """A number, perhaps a whole one, within bounds."""

    is_whole: bool
    least: float | None = None
    most: float | None = None

    @property
    def schema(self) -> Json:
        """As it is shown to whoever fills it in."""
        bounds: Json = {"minimum": self.least, "maximum": self.most}
        shown: Json = {name: value for name, value in bounds.items() if value is not None}
        return {"type": "integer" if self.is_whole else "number", **shown}

    def misfit(self, value: JsonValue) -> str:
        """What is wrong with an answer; "" for one that fits."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return "it has to be a number"
        if self.is_whole and value != int(value):
            return "it has to be a whole number"
        if self.least is not None and value < self.least:
            return f"it is at least {self.least:g}"
        most = LARGEST_NUMBER if self.most is None else self.most
        return f"it is at most {most:g}" if value > most or value < -LARGEST_NUMBER else ""


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no."""

    @property
    def schema(self) -> Json:
        """As it is shown to whoever fills it in."""
        return {"type": "boolean"}

    def misfit(self, value: JsonValue) -> str:
        """What is wrong with an answer; "" for one that fits."""
        return "" if isinstance(value, bool) else "it has to be yes or no"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of these: what is answered, and how it is called."""

    among: tuple[tuple[str, str], ...]

    @property
    def schema(self) -> Json:
        """As it is shown to whoever fills it in."""
        return {"type": "string", "oneOf": _titled(self.among)}

    def misfit(self, value: JsonValue) -> str:
        """What is wrong with an answer; "" for one that fits."""
        return "" if value in [each for each, _ in self.among] else "it is none of the choices"


@dataclass(frozen=True, slots=True)
class Choices:
    """Some of these, none of them twice."""

    among: tuple[tuple[str, str], ...]
    least: int = 0
    most: int = MOST_CHOICES

    @property
    def schema(self) -> Json:
        """As it is shown to whoever fills it in."""
        return {
            "type": "array",
            "minItems": self.least,
            "maxItems": self.most,
            "items": {"anyOf": _titled(self.among)},
        }

    def misfit(self, value: JsonValue) -> str:
        """What is wrong with an answer; "" for one that fits."""
        known = {each for each, _ in self.among}
        if not isinstance(value, list) or not all(isinstance(each, str) and each in known for each in value):
            return "it has to be a list of the choices"
        if len(set(map(str, value))) < len(value):
            return "each is chosen once"
        if len(value) < self.least:
            return f"at least {self.least} are chosen"
        return f"at most {self.most} are chosen" if len(value) > self.most else ""


Kind = Text | Number | YesNo | Choice | Choices


def kind_from(schema: Json) -> Kind:
    """What a property of a flat JSON schema may hold. Raises BadForm for what no field can hold."""
    match schema:
        case {"type": "string", "enum": list(values)}:
            names = schema.get("enumNames")
            return Choice(_among(values, cast("list[Any]", names) if isinstance(names, list) else values))
        case {"type": "string", "oneOf": list(values)}:
            return Choice(_among_titled(values))
        case {"type": "string"}:
            format_ = schema.get("format")
            least, most = _count(schema, "minLength", 0), _count(schema, "maxLength", LONGEST_TEXT)
            return Text(least, most, cast("str", format_) if format_ in FORMATS else None)
        case {"type": "number" | "integer" as name}:
            return Number(name == "integer", _bound(schema, "minimum"), _bound(schema, "maximum"))
        case {"type": "boolean"}:
            return YesNo()
        case {"type": "array", "items": dict(items)}:
            least, most = _count(schema, "minItems", 0), _count(schema, "maxItems", MOST_CHOICES)
            return Choices(_among_items(items), least, most)
        case _:
            raise BadForm("it is none of text, number, yes or no, and choice")


def _among_items(items: Json) -> tuple[tuple[str, str], ...]:
    match items:
        case {"anyOf": list(values)} | {"oneOf": list(values)}:
            return _among_titled(values)
        case {"enum": list(values)}:
            return _among(values, values)
        case _:
            raise BadForm("it is a list of something else than choices")


def _among_titled(values: Sequence[JsonValue]) -> tuple[tuple[str, str], ...]:
    consts: list[JsonValue] = []
    titles: list[JsonValue] = []
    for each in values:
        if not isinstance(each, dict):
            raise BadForm("one of its choices is none")
        consts.append(each.get("const"))
        titles.append(each.get("title", each.get("const")))
    return _among(consts, titles)


def _among(values: Sequence[JsonValue], titles: Sequence[JsonValue]) -> tuple[tuple[str, str], ...]:
    if not 0 < len(values) <= MOST_CHOICES or len(titles) != len(values):
        raise BadForm(f"it has 1 to {MOST_CHOICES} choices, each with one name")
    among: dict[str, str] = {}
    for value, title in zip(values, titles, strict=True):
        if not isinstance(value, str) or not isinstance(title, str) or value in among:
            raise BadForm("its choices are no different texts")
        if not value.isprintable() or len(value) > LONGEST_CHOICE:
            raise BadForm(f"a choice is unprintable, or longer than {LONGEST_CHOICE} characters")
        among[value] = title[:LONGEST_CHOICE]
    return tuple(among.items())


def _titled(among: tuple[tuple[str, str], ...]) -> list[JsonValue]:
    return [{"const": value, "title": title} for value, title in among]


def _count(schema: Json, name: str, most: int) -> int:
    """A limit in things. One that is missing, or allows for more than we do, is ours."""
    value = schema.get(name)
    if value is None:
        return most
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadForm(f"its {name} is no number of things")
    if most and value > most:
        return most
    if value > LONGEST_TEXT:
        raise BadForm(f"its {name} is more than can be given")
    return value


def _bound(schema: Json, name: str) -> float | None:
    value = schema.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST_NUMBER:
        raise BadForm(f"its {name} is no number that can be counted to")
    return value


def _is_like(format_: str | None, text: str) -> bool:
    """Whether a text has its format."""
    try:
        match format_:
            case "email":
                return _EMAIL.fullmatch(text) is not None
            case "uri":
                parts = urlsplit(text)
                return bool(parts.scheme and (parts.netloc or parts.path)) and not re.search(r"\s", text)
            case "date":
                return _DAY.fullmatch(text) is not None and bool(date.fromisoformat(text))
            case "date-time":
                return "T" in text and datetime.fromisoformat(text).tzinfo is not None
            case _:
                return True
    except ValueError:
        return False
