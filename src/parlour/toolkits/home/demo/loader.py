"""Loads the demo house into a home that is still empty."""

import tomllib
import uuid
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import select

from parlour.clock import Clock
from parlour.ids import new_id
from parlour.journal.unit import Writer
from parlour.store.database import Reads
from parlour.toolkits.home.changes import HomeChanges, NewEdge, NewEntity
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.kinds import RELATIONSHIP_TYPES
from parlour.toolkits.home.tables import entities, versions

SOURCE = "demo"
"""Where its things are said to be from."""
FILES = ("house", "devices", "routines", "knowledge")


async def load_demo(writer: Writer, database: Reads, tenant_id: str, project_id: str, clock: Clock) -> int:
    """Put the demo house into the home of a project, unless anything is or ever was in it; how many things came."""
    home = Home(tenant_id, project_id)
    async with database.read() as connection:
        for table in (entities, versions):
            if (await connection.execute(select(table.c.version).where(home.owns(table)).limit(1))).first():
                return 0
    things, edges = demo_house()
    unit_id = str(uuid.uuid5(uuid.UUID(project_id), "the demo house"))
    await writer.commit(HomeChanges(home, clock, source=SOURCE).at_once(things, edges, unit_id))
    return len(things)


def demo_house() -> tuple[list[NewEntity], list[NewEdge]]:
    """The things and edges of the demo house, with fresh ids."""
    tables = _tables()
    ids = {entry["key"]: new_id() for kind, entry in tables if kind != "stairs"}
    things: list[NewEntity] = []
    edges: list[NewEdge] = []
    for kind, entry in tables:
        if kind == "stairs":
            start, end = ids[entry["from"]], ids[entry["to"]]
            edges.append(NewEdge(start, "connects_to", end, {"via": entry["via"]}))
            continue
        own = ids[entry["key"]]
        for relationship in RELATIONSHIP_TYPES:
            edges += [NewEdge(own, relationship, ids[end]) for end in entry.get(relationship, ())]
        apart = {"key", "name", "aliases", *RELATIONSHIP_TYPES}
        content = {key: value for key, value in entry.items() if key not in apart}
        if kind == "automation" or "services" in entry:
            content["driver"] = "simulated"
        things.append(NewEntity(kind, entry["name"], tuple(entry.get("aliases", ())), content, own))
    return things, edges


@cache
def _tables() -> list[tuple[str, dict[str, Any]]]:
    return [table for name in FILES for table in _read(name)]


def _read(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    text = files("parlour.toolkits.home.demo").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    for kind, entries in tomllib.loads(text).items():
        for entry in entries:
            yield kind, entry
