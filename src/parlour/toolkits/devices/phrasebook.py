"""The words in which devices are told what to do, read from the data beside the tool."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from parlour.tools.language import Act, Frame, Language, Named, NameSource, Words
from parlour.tools.language_files import frame_in, words_in


def language_of(names: NameSource | None, abilities: Callable[[Named], tuple[str, ...]]) -> Language:
    """How `control_devices` is asked for."""
    return Language(frames=_frames(), names=names, words=_words(), abilities=abilities)


@cache
def _words() -> Words:
    return words_in(_read("words"))


@cache
def _frames() -> tuple[Frame, ...]:
    return tuple(_frame(data) for data in _read("frames")["frame"])


def _frame(data: Mapping[str, Any]) -> Frame:
    """A frame with the slots that all of them have: what is meant, all of it, where, and how much."""
    amount = data.get("amount", "")
    named = data.get("named", not (data.get("among") or amount))
    takes = data.get("takes") or ["target", *data.get("also", ()), *(["everything"] if data.get("everything") else [])]
    where = {"argument": "", "takes": [data.get("to", "somewhere")], "required": "to" in data}
    slots: list[dict[str, Any]] = [
        {"argument": "devices", "takes": takes, "required": named},
        {"argument": "", "takes": ["all"], "required": False},
        where,
    ]
    if amount:
        slots.append({"argument": "value", "takes": ["quantity"], "required": amount == "needed"})
        slots.append({"argument": "", "takes": ["setting"], "required": False})
    act = Act(
        argument="action",
        does=tuple(data["does"]),
        among=tuple(data.get("among", ())),
        by_name=data.get("by_name", False),
        anywhere=data.get("anywhere", True),
        value="value" if amount else "",
        relative="relative" if amount else "",
        sign=data.get("sign", 0),
    )
    return replace(frame_in({**data, "slots": slots}, _read("words")["kinds"]), act=act)


@cache
def _read(name: str) -> dict[str, Any]:
    text = files("parlour.toolkits.devices").joinpath("language", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)
