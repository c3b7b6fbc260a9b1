"""The words of the home's tools, read from the data beside them."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from parlour.tools.language import Denial, Frame, Language, Measure, NameSource, Slot, Words

TOOLS = (
    "get_devices_in_room",
    "find_device_controls",
    "get_room_connections",
    "search_entities",
    "find_path",
    "get_entity_details",
    "find_similar_entities",
    "get_procedures_for_device",
    "get_automations_in_room",
)
"""The tools that can be asked for in words, in the order in which they are tried."""


def language_of(tool: str, names: NameSource | None) -> Language:
    """How `tool` is asked for. Raises KeyError for a tool that has no words."""
    return Language(frames=_frames(tool), names=names, words=_words())


@cache
def _words() -> Words:
    data = _read("words")
    return Words(
        classes={name: tuple(nouns) for name, nouns in data["classes"].items()},
        states={name: tuple(texts) for name, texts in data["states"].items()},
        state_classes={name: tuple(classes) for name, classes in data["state_classes"].items()},
        measures=tuple(Measure(tuple(m["words"]), tuple(m["classes"])) for m in data["measure"]),
        denials=tuple(Denial(tuple(d["words"]), d["state"], tuple(d["classes"])) for d in data["denial"]),
    )


@cache
def _frames(tool: str) -> tuple[Frame, ...]:
    if tool not in TOOLS:
        raise KeyError(tool)
    return tuple(_frame(data) for data in _read(tool)["frame"])


def _frame(data: dict[str, Any]) -> Frame:
    return Frame(
        name=data["name"],
        cues=tuple(tuple(group) for group in data["cues"]),
        slots=tuple(_slot(slot) for slot in data["slots"]),
        fillers=tuple(data.get("fillers", ())),
        examples=tuple(data.get("examples", ())),
        rank=data.get("rank", 0),
        constants=data.get("constants", {}),
        action=data.get("action", ""),
    )


def _slot(data: dict[str, Any]) -> Slot:
    kinds: dict[str, list[str]] = _read("words")["kinds"]
    return Slot(
        argument=data["argument"],
        takes=tuple(kind for word in data["takes"] for kind in kinds.get(word, (word,))),
        required=data.get("required", True),
        otherwise=data.get("otherwise", ""),
        after=tuple(data.get("after", ())),
    )


@cache
def _read(name: str) -> dict[str, Any]:
    text = files("parlour.toolkits.home").joinpath("language", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
