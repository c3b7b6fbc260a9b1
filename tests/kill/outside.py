"""What lies outside of a house that is killed, and is changed by its tools: each can tell what was done to it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Protocol

from parlour.app import App
from parlour.identity.who import Who
from parlour.models.scripted import Step, call
from parlour.protocol.content import Json
from parlour.protocol.datasources import NewDatasource
from tests.acting import World


class Outside(Protocol):
    """Something outside."""

    @property
    def step(self) -> Step:
        """What a model says to change it."""
        ...

    @property
    def changes(self) -> list[str]:
        """Everything that was done to it, in order."""
        ...

    async def join(self, app: App, who: Who) -> None:
        """Let the house know of it, where it does not yet."""
        ...


class Pantry:
    """A database in which each jar that is added is one more, so that two would show."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "datasources" / "pantry.db"

    @property
    def step(self) -> Step:
        return call("database_change", statement="UPDATE pantry SET jars = jars + 1")

    @property
    def changes(self) -> list[str]:
        with closing(sqlite3.connect(self._file)) as pantry:
            return ["one more jar"] * pantry.execute("SELECT jars FROM pantry").fetchone()[0]

    async def join(self, app: App, who: Who) -> None:
        caller = who.in_project(app.house.home_project_id)
        if await app.data.desk.kept(caller.project_id):
            return
        self._file.parent.mkdir()
        with closing(sqlite3.connect(self._file)) as pantry:
            pantry.executescript("CREATE TABLE pantry (jars INTEGER); INSERT INTO pantry VALUES (0)")
        settings: Json = {"dialect": "sqlite", "database": self._file.name}
        await app.data.desk.add(caller, NewDatasource(name="pantry", kind="sql", settings=settings, writable=True))


class Buttons:
    """An API with buttons to press. It outlives the house, and every press is one more change of the world."""

    def __init__(self, address: str, world: World) -> None:
        self._address = address
        self._world = world

    @property
    def step(self) -> Step:
        return call("http_request", method="POST", path="/press", body={"button": "red"})

    @property
    def changes(self) -> list[str]:
        return self._world.changes

    async def join(self, app: App, who: Who) -> None:
        caller = who.in_project(app.house.home_project_id)
        if await app.data.desk.kept(caller.project_id):
            return
        settings: Json = {"base_url": self._address, "methods": ["GET", "POST"]}
        await app.data.desk.add(caller, NewDatasource(name="api", kind="http", settings=settings, writable=True))
