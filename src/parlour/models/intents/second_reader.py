"""The second reader of commands to devices: Home Assistant's sentences, by hassil, over the names of this home.

It knows no typing errors, no talk and no conjunctions, and takes bare names for commands: so it never decides alone.
What it is for is doubt: where it reads a command otherwise, that is asked about.
"""

import importlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from parlour.models.intents.index import NameIndex

if TYPE_CHECKING:
    from hassil import Intents, RecognizeResult, TextSlotList

_MOST = 24
"""So many ways of reading one command are looked at."""


@dataclass(frozen=True, slots=True)
class SecondReading:
    """One way in which it reads a command."""

    action: str
    things: frozenset[str]
    value: float | str | None
    """A number or a colour; None for none."""
    named: bool
    """Whether it read a name, and not only what sort of thing and where: its sorts are wide, a lamp is a light."""


@dataclass(frozen=True, slots=True)
class SecondReader:
    """Reads with one language; loaded at the first command, since loading takes longer than many answers."""

    language: str = "en"

    def read(self, clause: str, index: NameIndex) -> list[SecondReading]:
        """Every way in which it understands a command, without repetition; nothing where it does not."""
        words = tuple(clause.split())
        hassil: Any = importlib.import_module("hassil")
        results: Iterable[RecognizeResult] = hassil.recognize_all(
            clause, _intents(self.language), slot_lists=_lists(words, index), language=self.language
        )
        found: list[SecondReading] = []
        for result, _ in zip(results, range(_MOST), strict=False):
            reading = _reading(result, index)
            if reading is not None and reading not in found:
                found.append(reading)
        return found


# --- what it knows -------------------------------------------------------------------------------------------------


@cache
def _data() -> dict[str, Any]:
    text = files("parlour.models.intents").joinpath("english", "home_assistant.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _intents(language: str) -> "Intents":
    """The sentences for devices; what is about lists, timers and the weather is left out."""
    hassil: Any = importlib.import_module("hassil")
    data: dict[str, Any] = importlib.import_module("home_assistant_intents").get_intents(language)
    wanted = _data()["does"]
    return hassil.Intents.from_dict({**data, "intents": {k: v for k, v in data["intents"].items() if k in wanted}})


def _lists(words: tuple[str, ...], index: NameIndex) -> "dict[str, TextSlotList]":
    """The names that stand in the words; more would only be tried in vain."""
    hassil: Any = importlib.import_module("hassil")
    rows: dict[str, list[tuple[Any, ...]]] = {"name": [], "area": [], "floor": []}
    for at in range(len(words)):
        for end in range(len(words), at, -1):
            said = " ".join(words[at:end])
            for thing in sorted(index.called(words[at:end])):
                kind, domain = index.things[thing].kind, _domain(thing, index)
                if kind in ("room", "zone"):
                    rows["area" if kind == "room" else "floor"].append((said, thing))
                elif domain:
                    rows["name"].append((said, thing, {"domain": domain}))
    return {name: hassil.TextSlotList.from_tuples(those, name=name) for name, those in rows.items()}


def _domain(thing: str, index: NameIndex) -> str | None:
    domains: Mapping[str, str] = _data()["domains"]
    return next((domains[c] for c in index.things[thing].classes if c in domains), None)


# --- what it read --------------------------------------------------------------------------------------------------


def _reading(result: "RecognizeResult", index: NameIndex) -> SecondReading | None:
    said = {name: entity.value for name, entity in result.entities.items()}
    things = frozenset(_things(said, index))
    if not things:
        return None
    domain = said.get("domain") or _domain(next(iter(things)), index) or ""
    does: Mapping[str, str] = _data()["does"][result.intent.name]
    values: Mapping[str, str] = _data()["values"]
    slot = next((name for name in values if name in said), None)
    action = (values[slot] if slot else "") or does.get(str(domain), does[""])
    return SecondReading(action, things, _value(said[slot]) if slot else None, "name" in said)


def _value(value: object) -> float | str | None:
    return float(value) if isinstance(value, int | float) else str(value)


def _things(said: Mapping[str, Any], index: NameIndex) -> Iterator[str]:
    places = [str(said[key]) for key in ("area", "floor") if key in said]
    if "name" in said:
        named = str(said["name"])
        if named in index.things and all(index.within(named, p) for p in places):
            yield named
        return
    domain, cover = said.get("domain"), _data()["covers"].get(said.get("device_class"))
    if domain is None:
        return
    for thing, named in index.things.items():
        if _domain(thing, index) != domain or (cover is not None and cover not in named.classes):
            continue
        if all(index.within(thing, p) for p in places):
            yield thing
