"""Small pieces of plain English in Markdown, for the sentences that tools answer with."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

_MARKUP = re.compile(r"([\\`*_\[\]<>|~#])")
_UPON = frozenset({"floor", "landing", "terrace", "patio", "roof", "balcony", "driveway", "stairs"})
LOW_BATTERY = 35
MOST_LINES = 40


def plain(text: object) -> str:
    """Text that people wrote, so that no letter of it is taken for Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def bold(view: dict[str, Any] | None) -> str:
    """The name of a thing, bold."""
    return f"**{plain(view['name'])}**" if view else "the home"


def the(view: dict[str, Any]) -> str:
    """The name of a place in a sentence: "the **Kitchen**", but "**Juno's Room**"."""
    return bold(view) if "'s " in view["name"] or "’s " in view["name"] else f"the {bold(view)}"


def inside(view: dict[str, Any]) -> str:
    """Where something is: "in the **Kitchen**", "on the **Ground Floor**"."""
    last = str(view["name"]).casefold().split(" ")[-1]
    return f"{'on' if last in _UPON else 'in'} {the(view)}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 device", "9 devices", "no devices"."""
    return f"{number or 'no'} {noun if number == 1 else plural or plural_of(noun)}"


def a(noun: str) -> str:
    """ "a lamp", "an oven"."""
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}"


def plural_of(noun: str) -> str:
    """The plural of an English noun, by rule."""
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def joined(items: Sequence[str], last: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def lines(items: Iterable[str], total: int | None = None) -> str:
    """A Markdown list; what goes beyond a readable length is counted, not shown."""
    every = list(items)
    shown = [f"- {item}" for item in every[:MOST_LINES]]
    more = (total or len(every)) - len(shown)
    if more > 0:
        shown.append(f"- … and {more} more")
    return "\n".join(shown)


def steps(items: Iterable[object]) -> str:
    """A numbered Markdown list."""
    return "\n".join(f"{n}. {plain(item)}" for n, item in enumerate(items, 1))


def condition(view: dict[str, Any]) -> str:
    """How a thing is: "on, 60 % bright", "heating, 19.5 °C, target 20.5 °C"; "" when nothing is known."""
    said: list[str] = []
    if view.get("state") not in (None, "ok"):
        said.append(plain(view["state"]))
    unit = plain(view.get("unit", ""))
    if "value" in view:
        said.append(f"{_number(view['value'])} {unit}".strip())
    if "target" in view:
        said.append(f"target {_number(view['target'])} {unit}".strip())
    if view.get("state") == "on" and "brightness" in view:
        said.append(f"{_number(view['brightness'])} % bright")
    if "humidity" in view:
        said.append(f"{_number(view['humidity'])} % humidity")
    for key in ("now_playing", "program"):
        if key in view and view.get("state") in ("playing", "running"):
            said.append(f"“{plain(view[key])}”")
    battery = view.get("battery")
    if isinstance(battery, int | float) and battery < LOW_BATTERY:
        said.append(f"battery low ({_number(battery)} %)")
    if view.get("unheard_since"):
        said.append(f"not heard of since {plain(view['unheard_since'])[:16].replace('T', ' ')} UTC")
    return ", ".join(said)


def item(view: dict[str, Any], *, place: bool = False) -> str:
    """One line about a thing: its name, how it is, and where if asked for."""
    where = f" ({plain(view['room']['name'])})" if place and view.get("room") else ""
    how = condition(view)
    return f"{bold(view)}{where}{': ' + how if how else ''}"


def words_of(names: Iterable[object]) -> str:
    """Programs' names as words: "on_off, set_color" → "on/off, set color"."""
    return ", ".join(plain("on/off" if name == "on_off" else str(name).replace("_", " ")) for name in names)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else plain(value)
