"""Fresh, migrated databases of both kinds for tests: made once as a template, then copied for each test.

On PostgreSQL a copy that a test is done with is emptied and serves the next one.
"""

import asyncio
import shutil
import socket
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.ids import new_id
from parlour.store.database import database_url
from parlour.store.migrate import upgrade
from tests.emptied import emptied, shape

POSTGRES = ("127.0.0.1", 5432)


@dataclass(frozen=True, slots=True)
class Storage:
    """An empty database with the present schema."""

    kind: str
    url: URL


def postgres_is_there() -> bool:
    """Whether something listens where the tests expect PostgreSQL."""
    try:
        socket.create_connection(POSTGRES, timeout=30).close()
    except OSError:
        return False
    return True


def run_on_postgres(*statements: str, database: str = "postgres") -> None:
    """Run statements on a database, the maintenance one unless another is named, outside any transaction."""

    async def run() -> None:
        engine = create_async_engine(_postgres_url(database), isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
        await engine.dispose()

    asyncio.run(run())


class Templates:
    """Makes each kind's migrated template when it is first asked for, and copies of it."""

    def __init__(self, folder: Path, toolkits: tuple[Path, ...] = ()) -> None:
        self._folder = folder
        self._toolkits = toolkits
        self._postgres: str | None = None
        self._shape = ""
        self._ready: list[str] = []
        self._sqlite: Path | None = None

    @contextmanager
    def fresh(self, kind: str) -> Generator[Storage]:
        """A copy of the template of `kind`."""
        if kind == "sqlite":
            yield self._fresh_sqlite()
            return
        name = self._ready.pop() if self._ready else self._copied()
        try:
            yield Storage("postgres", _postgres_url(name))
        finally:
            if asyncio.run(emptied(_postgres_url(name), self._shape)):
                self._ready.append(name)
            else:
                run_on_postgres(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def empty(self) -> Generator[Storage]:
        """A database on PostgreSQL without any table, dropped afterwards."""
        name = f"parlour_{new_id().replace('-', '')}"
        run_on_postgres(f"CREATE DATABASE {name}")
        try:
            yield Storage("postgres", _postgres_url(name))
        finally:
            run_on_postgres(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop what was made on the server."""
        made = self._ready if self._postgres is None else [*self._ready, self._postgres]
        if made:
            run_on_postgres(*(f"DROP DATABASE {name} WITH (FORCE)" for name in made))

    def _fresh_sqlite(self) -> Storage:
        if self._sqlite is None:
            self._sqlite = self._folder / "template.db"
            asyncio.run(upgrade(database_url(f"sqlite:///{self._sqlite}"), self._toolkits))
        path = self._folder / f"{new_id()}.db"
        shutil.copyfile(self._sqlite, path)
        return Storage("sqlite", database_url(f"sqlite:///{path}"))

    def _copied(self) -> str:
        if self._postgres is None:
            self._postgres = f"parlour_template_{new_id().replace('-', '')}"
            run_on_postgres(f"CREATE DATABASE {self._postgres}")
            asyncio.run(upgrade(_postgres_url(self._postgres), self._toolkits))
            self._shape = asyncio.run(shape(_postgres_url(self._postgres)))
        name = f"parlour_{new_id().replace('-', '')}"
        run_on_postgres(f"CREATE DATABASE {name} TEMPLATE {self._postgres}")
        return name


def _postgres_url(name: str) -> URL:
    return database_url(f"postgresql://postgres@{POSTGRES[0]}:{POSTGRES[1]}/{name}")
