"""Frames and words of tools, read from data in TOML beside the toolkit that has them."""

from collections.abc import Mapping
from typing import Any

from parlour.tools.language import Denial, Frame, Measure, Setting, Slot, Words

Kinds = Mapping[str, list[str]]


def words_in(data: Mapping[str, Any]) -> Words:
    """The words of a subject."""
    return Words(
        classes={name: tuple(nouns) for name, nouns in data.get("classes", {}).items()},
        states={name: tuple(texts) for name, texts in data.get("states", {}).items()},
        state_classes={name: tuple(classes) for name, classes in data.get("state_classes", {}).items()},
        measures=tuple(Measure(tuple(m["words"]), tuple(m["classes"])) for m in data.get("measure", ())),
        denials=tuple(Denial(tuple(d["words"]), d["state"], tuple(d["classes"])) for d in data.get("denial", ())),
        settings=tuple(map(_setting, data.get("setting", ()))),
        choices=data.get("choices", {}),
        kinds={kind: tuple(nouns) for kind, nouns in data.get("makes", {}).items()},
        kind_of_class=data.get("kind_of_class", ""),
    )


def frame_in(data: Mapping[str, Any], kinds: Kinds) -> Frame:
    """One frame; `kinds` are names for several kinds of things that its slots may take."""
    return Frame(
        name=data["name"],
        cues=tuple(tuple(group) for group in data.get("cues", ())),
        slots=tuple(slot_in(slot, kinds) for slot in data["slots"]),
        fillers=tuple(data.get("fillers", ())),
        examples=tuple(data.get("examples", ())),
        rank=data.get("rank", 0),
        constants=data.get("constants", {}),
        action=data.get("action", ""),
        order=tuple(data.get("order", ())),
    )


def slot_in(data: Mapping[str, Any], kinds: Kinds) -> Slot:
    """One slot."""
    return Slot(
        argument=data["argument"],
        takes=tuple(kind for word in data["takes"] for kind in kinds.get(word, (word,))),
        required=data.get("required", True),
        otherwise=data.get("otherwise", ""),
        after=tuple(data.get("after", ())),
    )


def _setting(data: Mapping[str, Any]) -> Setting:
    lists = {key: tuple(data.get(key, ())) for key in ("words", "units", "more", "less", "classes")}
    return Setting(
        data["ability"],
        step=float(data.get("step", 0)),
        together=data.get("together", False),
        most=data.get("most"),
        least=data.get("least"),
        **lists,
    )
