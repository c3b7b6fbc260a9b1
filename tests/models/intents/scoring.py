"""Scoring the written questions: right, rightly asked, wrong."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Plan
from parlour.models.intents.understanding import Understander
from tests.models.intents.asking import spoken, understood

TOOLS = {
    "devices_in_room": "get_devices_in_room",
    "entity_details": "get_entity_details",
    "device_controls": "find_device_controls",
    "room_connections": "get_room_connections",
    "find_path": "find_path",
    "search": "search_entities",
    "similar": "find_similar_entities",
    "procedures": "get_procedures_for_device",
    "automations": "get_automations_in_room",
}


@dataclass(frozen=True)
class Question:
    """A question and every outcome that is right, as `asking.spoken` writes them (without the tool's name)."""

    text: str
    right: tuple[str, ...]
    group: str


@dataclass(frozen=True)
class Mark:
    """A question and what came of it."""

    question: Question
    got: str

    @property
    def right(self) -> bool:
        """Answered, asked or declined as it should be."""
        return self.got in self.question.right

    @property
    def wrong(self) -> bool:
        """Something was looked up that was not asked for."""
        return "(" in self.got and not self.right


def questions(file: str = "questions.toml") -> Iterator[Question]:
    """The written questions."""
    data = tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))
    data.pop("talks", None)
    for group, rows in data.items():
        for row in rows:
            if isinstance(row, str):
                right = ("command",) if group == "command" else (group, "command") if group == "decline" else (group,)
                yield Question(row, right, group)
            else:
                yield Question(row[0], tuple(_right(group, way) for way in row[1].split("|")), group)


def talks(file: str) -> list[list[tuple[str, tuple[str, ...]]]]:
    """The written talks: what is said in each turn, and every outcome that is right."""
    data = tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))
    return [[(said, tuple(right.split("|"))) for said, right in talk] for talk in data["talks"]]


def told(talk: list[str], grammar: Grammar, index: NameIndex) -> list[str]:
    """What comes of every turn of a talk."""
    understander, turns, found = Understander(grammar, index), list[Turn](), list[str]()
    for said in talk:
        outcome = understander.understand([*turns, Turn(said)])
        calls = zip(outcome.fits, outcome.arguments, strict=True) if isinstance(outcome, Plan) else ()
        turns.append(Turn(said, tuple((fit.bound.tool, dict(arguments)) for fit, arguments in calls)))
        found.append(spoken(outcome))
    return found


def _right(group: str, way: str) -> str:
    if way in ("ask", "decline", "command"):
        return way
    if group == "several":
        return " & ".join(_one(_several_tool(part), part) for part in way.split(" & "))
    return _one(
        TOOLS[group] if not (way.startswith("entity=") and group == "procedures") else "get_entity_details", way
    )


def _several_tool(part: str) -> str:
    return "get_entity_details" if part.startswith("entity=") else "get_devices_in_room"


def _one(tool: str, arguments: str) -> str:
    keys = {"entity_types", "query", "room", "entity", "device", "device_class", "state", "from_entity", "to_entity"}
    values: dict[str, list[str]] = {}
    key = ""
    for word in arguments.split():
        head, mark, tail = word.partition("=")
        if mark and head in keys:
            key = head
            values[key] = [tail]
        else:
            values[key].append(word)
    spelled = (f"{k}={' '.join(v)}" for k, v in sorted(values.items()))
    return f"{tool}({' '.join(spelled)})"


def marks(grammar: Grammar, index: NameIndex, file: str = "questions.toml") -> list[Mark]:
    """Every question asked by itself."""
    return [Mark(q, spoken(understood(q.text, grammar, index))) for q in questions(file)]
