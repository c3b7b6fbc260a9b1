"""The words of the home's tools, read from the data beside them."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from parlour.tools.language import Frame, Language, NameSource, New, Words
from parlour.tools.language_files import frame_in, words_in

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
    "create_entity",
    "update_entity",
    "create_relationship",
)
"""The tools that can be asked for in words, in the order in which they are tried."""
_NEW = New(kind="entity_type", name="name", content="content", class_in_content="device_class")


def language_of(tool: str, names: NameSource | None) -> Language:
    """How `tool` is asked for. Raises KeyError for a tool that has no words."""
    return Language(frames=_frames(tool, "frame"), names=names, words=_words(), loose=_frames(tool, "loose"))


@cache
def _words() -> Words:
    return words_in(_read("words"))


@cache
def _frames(tool: str, table: str) -> tuple[Frame, ...]:
    if tool not in TOOLS:
        raise KeyError(tool)
    return tuple(_frame(data) for data in _read(tool).get(table, ()))


def _frame(data: Mapping[str, Any]) -> Frame:
    frame = frame_in(data, _read("words")["kinds"])
    return replace(frame, new=_NEW) if any("noun" in slot.takes for slot in frame.slots) else frame


@cache
def _read(name: str) -> dict[str, Any]:
    text = files("parlour.toolkits.home").joinpath("language", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
