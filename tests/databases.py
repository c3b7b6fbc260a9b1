"""A small shop in a database of each dialect, made for a test and dropped afterwards."""

import asyncio
import socket
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

from parlour.ids import new_id
from parlour.toolkits.data.sql.settings import Dialect
from tests.rules.skips import missing
from tests.storage import POSTGRES, postgres_is_there, run_on_postgres

MARIADB = ("127.0.0.1", 3306)

SHOP = (
    "CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL, city VARCHAR(50))",
    "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, status VARCHAR(20) NOT NULL,"
    " total DECIMAL(10, 2), FOREIGN KEY (customer_id) REFERENCES customers (id))",
    "INSERT INTO customers VALUES (1, 'Brown & Sons', 'Leeds'), (2, 'Ackroyd', 'York'), (3, 'Dales | Tea', 'Leeds'),"
    " (4, 'Moor Bikes', 'Leeds')",
    "INSERT INTO orders VALUES (10, 1, 'open', 12.50), (11, 1, 'paid', 3.10), (12, 2, 'open', 8.00),"
    " (13, 3, 'open', 99.99), (14, 4, 'paid', 5.00)",
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A database with the shop in it: the settings that lead there, and the folder that a file is in."""

    dialect: Dialect
    settings: dict[str, Any]
    root: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database itself says, past everything of ours."""
        match self.dialect:
            case "sqlite":
                with closing(sqlite3.connect(self.root / self.settings["database"])) as connection:
                    return connection.execute(query).fetchall()
            case "postgresql":
                return asyncio.run(_postgres_rows(self.settings["database"], query))
            case "mysql":
                return run_on_mariadb(query, database=self.settings["database"])


@contextmanager
def shop(dialect: Dialect, root: Path, *statements: str) -> Generator[Shop]:
    """The shop in a fresh database, with what `statements` add; leaves the test out where there is no such server."""
    name = f"parlour_shop_{new_id().replace('-', '')[-12:]}"
    all_of_it = (*SHOP, *statements)
    if dialect == "sqlite":
        with closing(sqlite3.connect(root / f"{name}.db")) as connection:
            connection.executescript(";".join(all_of_it))
        yield Shop(dialect, {"dialect": dialect, "database": f"{name}.db"}, root)
    elif dialect == "postgresql":
        if not postgres_is_there():
            missing("PostgreSQL")
        run_on_postgres(f"CREATE DATABASE {name}")
        try:
            run_on_postgres(*all_of_it, database=name)
            at = {"host": POSTGRES[0], "port": POSTGRES[1], "user": "postgres"}
            yield Shop(dialect, {"dialect": dialect, "database": name, **at}, root)
        finally:
            run_on_postgres(f"DROP DATABASE {name} WITH (FORCE)")
    else:
        if not mariadb_is_there():
            missing("MariaDB")
        run_on_mariadb(f"CREATE DATABASE {name}")
        try:
            run_on_mariadb(*all_of_it, database=name)
            at = {"host": MARIADB[0], "port": MARIADB[1], "user": "root"}
            yield Shop(dialect, {"dialect": dialect, "database": name, **at}, root)
        finally:
            run_on_mariadb(f"DROP DATABASE {name}")


def mariadb_is_there() -> bool:
    """Whether something listens where the tests expect MariaDB."""
    try:
        socket.create_connection(MARIADB, timeout=30).close()
    except OSError:
        return False
    return True


def run_on_mariadb(*statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
    """Run statements; what the last of them brought."""
    found: Any = ()
    with closing(pymysql.connect(host=MARIADB[0], port=MARIADB[1], user="root", database=database)) as connection:
        for statement in statements:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                found = cursor.fetchall()
        connection.commit()
    return [*found]


async def _postgres_rows(database: str, query: str) -> list[tuple[Any, ...]]:
    # Loaded here: its module has no types.
    import asyncpg  # pyright: ignore[reportMissingTypeStubs]

    driver: Any = asyncpg
    connection = await driver.connect(host=POSTGRES[0], port=POSTGRES[1], user="postgres", database=database)
    try:
        return [tuple(row) for row in await connection.fetch(query)]
    finally:
        await connection.close()
