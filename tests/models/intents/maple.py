"""The names of the demo house, read from its data, with ids that can be read."""

import tomllib
from importlib.resources import files
from typing import Any

from parlour.models.intents.frames import Grammar, grammar_of
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import english
from parlour.toolkits.home.names import classes_of
from parlour.tools.language import NameChanges, Named
from tests.models.intents.asking import acting_tools_of, tools_of
from tests.models.intents.house import HouseNames, slug


def maple() -> tuple[Grammar, NameIndex]:
    """The grammar of the home's tools and the index of the demo house."""
    index = NameIndex(english().spoken)
    index.apply(NameChanges(1, _things(), (), True))
    return grammar_of(tools_of(HouseNames()), english()), index


def acting_maple() -> tuple[Grammar, NameIndex]:
    """The same house, with tools that act."""
    _, index = maple()
    return grammar_of(acting_tools_of(HouseNames()), english()), index


def _things() -> list[Named]:
    rows = [row for file in ("house", "devices", "knowledge", "routines") for row in _rows(file)]
    ids = {row["key"]: slug(row["name"].replace("'", "")) for _, row in rows}
    return [_named(kind, row, ids) for kind, row in rows]


def _rows(file: str) -> list[tuple[str, dict[str, Any]]]:
    text = files("parlour.toolkits.home").joinpath("demo", f"{file}.toml").read_text("utf-8")
    return [(kind, row) for kind, rows in tomllib.loads(text).items() for row in rows if "name" in row]


def _named(kind: str, row: dict[str, Any], ids: dict[str, str]) -> Named:
    places = sorted(ids[key] for key in row.get("located_in", row.get("part_of", [])))
    return Named(
        id=ids[row["key"]],
        kind=kind,
        names=(row["name"], *row.get("aliases", ())),
        classes=classes_of(kind, row.get("device_class"), row.get("kind")),
        place=places[0] if places else None,
        services=tuple(row["services"]) if "services" in row else None,
    )
