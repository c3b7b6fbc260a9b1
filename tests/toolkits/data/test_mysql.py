"""What only MySQL and MariaDB do: tables that take nothing back, and what a user may see of them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parlour.tools.acting import Foreseen
from parlour.tools.outcomes import Unsure
from tests.databases import Shop, run_on_mariadb, shop
from tests.toolkits.data.conftest import Furnish, Project

LASTING = (
    "CREATE TABLE notes (id INT PRIMARY KEY, t VARCHAR(50)) ENGINE=MyISAM",
    "INSERT INTO notes VALUES (1, 'a'), (2, 'b')",
    "CREATE VIEW seen AS SELECT * FROM notes",
    "CREATE TABLE audits (id INT AUTO_INCREMENT PRIMARY KEY, t VARCHAR(50)) ENGINE=MyISAM",
    "CREATE TABLE quiet (id INT PRIMARY KEY) ENGINE=InnoDB",
    "CREATE TRIGGER audited AFTER UPDATE ON customers FOR EACH ROW INSERT INTO audits (t) VALUES (NEW.name)",
    "CREATE FUNCTION noted() RETURNS INT DETERMINISTIC MODIFIES SQL DATA"
    " BEGIN INSERT INTO audits (t) VALUES ('noted'); RETURN 1; END",
)
NOT_TRIED = [
    "UPDATE notes SET t = 'x'",
    "UPDATE seen SET t = 'x'",
    "UPDATE orders JOIN notes ON orders.id = notes.id + 9 SET notes.t = 'x'",
    "UPDATE orders, notes SET notes.t = 'x' WHERE orders.id = notes.id + 9",
    "UPDATE orders JOIN seen ON orders.id = seen.id + 9 SET seen.t = 'x'",
    "DELETE notes FROM orders JOIN notes ON orders.id = notes.id + 9",
    "DELETE FROM notes USING orders JOIN notes ON orders.id = notes.id + 9",
    "INSERT INTO seen VALUES (7, 'x')",
    "UPDATE customers SET name = 'x'",
    "UPDATE orders SET status = 'x' WHERE id = noted()",
]
EVERYTHING = "SELECT (SELECT GROUP_CONCAT(id, t) FROM notes), (SELECT COUNT(*) FROM audits)"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Shop]:
    with shop("mysql", tmp_path, *LASTING) as made:
        yield made


@pytest.fixture
async def project(furnish: Furnish, there: Shop) -> Project:
    made = await furnish()
    await made.add("shop", there.settings | {"functions": ["noted"]}, writable=True)
    return made


async def rows(there: Shop, query: str) -> list[tuple[Any, ...]]:
    return await asyncio.to_thread(there.rows, query)


async def foresee(project: Project, statement: str) -> Foreseen:
    acting = (await project.tools())["database_change"].acting
    assert acting.foresee is not None
    return await acting.foresee(project.context, statement=statement)


@pytest.mark.parametrize("statement", NOT_TRIED)
async def test_what_cannot_be_taken_back_is_not_tried(project: Project, there: Shop, statement: str) -> None:
    before = await rows(there, EVERYTHING)
    seen = await foresee(project, statement)
    assert "cannot try this beforehand" in seen.preview.note
    assert await rows(there, EVERYTHING) == before


async def test_what_changes_several_tables_names_them(project: Project) -> None:
    both = await foresee(project, "UPDATE orders JOIN notes ON orders.id = notes.id + 9 SET notes.t = 'x'")
    assert both.preview.changes[0].what == "orders, notes"
    one = await foresee(project, "DELETE n FROM orders AS o JOIN notes AS n ON o.id = n.id + 9")
    assert one.preview.changes[0].what == "notes"


async def test_who_is_not_shown_triggers_has_nothing_tried(furnish: Furnish, there: Shop) -> None:
    project = await furnish()
    name = there.settings["database"]
    user = f"'{name[-12:]}'@'127.0.0.1'"
    made = f"CREATE USER {user}"
    granted = f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name}.* TO {user}"
    await asyncio.to_thread(run_on_mariadb, made, granted)
    try:
        await project.add("shop", there.settings | {"user": name[-12:]}, writable=True)
        assert "cannot try" in (await foresee(project, "UPDATE orders SET status = 'x'")).preview.note
        assert "cannot try" in (await foresee(project, "UPDATE customers SET name = 'x'")).preview.note
        await asyncio.to_thread(run_on_mariadb, f"GRANT TRIGGER ON {name}.* TO {user}")
        assert "cannot try" not in (await foresee(project, "UPDATE orders SET status = 'x'")).preview.note
        assert "cannot try" in (await foresee(project, "UPDATE customers SET name = 'x'")).preview.note
    finally:
        await project.kit.pools.close()
        await asyncio.to_thread(run_on_mariadb, f"DROP USER {user}")


async def test_what_failed_in_the_middle_is_not_said_to_have_changed_nothing(project: Project, there: Shop) -> None:
    with pytest.raises(Unsure, match="A part of it may have been done"):
        await project.ask("database_change", statement="INSERT INTO notes VALUES (7, 'new'), (1, 'twice')")
    assert await rows(there, "SELECT t FROM notes WHERE id = 7") == [("new",)]
