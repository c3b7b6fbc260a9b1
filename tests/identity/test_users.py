"""The first start makes a house; later ones find it; people are added by name."""

import asyncio

import pytest
from sqlalchemy import func, select

from parlour.errors import Duplicate, InvalidRequest, NotFound
from parlour.identity.users import add_user, ensure_house, house, person_called
from parlour.journal.unit import Writer
from parlour.store.database import Database
from parlour.store.queries.people import members_of, projects_of
from parlour.store.tables import audit, tenants, users
from tests.conftest import ManualClock
from tests.house import Lived


async def test_the_first_start_makes_admin_and_the_shared_project(
    database: Database, writer: Writer, clock: ManualClock
) -> None:
    made = await ensure_house(database, writer, clock)
    assert (made.admin.username, made.admin.role, made.admin.signed_in_at) == ("admin", "admin", None)
    async with database.read() as connection:
        projects = await projects_of(connection, made.admin_id)
    assert [(p.id, p.name, p.is_home) for p in projects] == [(made.home_project_id, "Home", True)]


async def test_a_later_start_finds_the_same_house(database: Database, writer: Writer, clock: ManualClock) -> None:
    made = await ensure_house(database, writer, clock)
    assert await ensure_house(database, writer, clock) == made


async def test_two_first_starts_at_once_make_one_house(database: Database, writer: Writer, clock: ManualClock) -> None:
    one, other = await asyncio.gather(*(ensure_house(database, writer, clock) for _ in range(2)))
    assert one == other
    async with database.read() as connection:
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar() for table in (tenants, users)
        ]
    assert counts == [1, 1]


async def test_before_the_first_start_there_is_no_house_and_nobody_can_be_added(
    database: Database, writer: Writer, clock: ManualClock
) -> None:
    assert await house(database) is None
    with pytest.raises(NotFound, match="parlour serve"):
        await add_user(database, writer, clock, username="ann")


async def test_whoever_is_added_is_a_member_of_the_shared_project(lived: Lived) -> None:
    async with lived.database.read() as connection:
        members = await members_of(connection, lived.house.home_project_id)
    assert [(m.name, m.role) for m in members] == [("admin", "admin"), ("Ann Other", "user"), ("bob", "user")]


async def test_a_name_is_taken_once_whatever_its_case(lived: Lived) -> None:
    with pytest.raises(Duplicate, match="ann"):
        await add_user(lived.database, lived.writer, lived.clock, username="Ann")


@pytest.mark.parametrize("name", ["", " ", "-ann", "ann smith", "ann\x00", "a" * 64, "änn"])
async def test_a_name_that_cannot_be_one_is_refused(lived: Lived, name: str) -> None:
    with pytest.raises(InvalidRequest, match="A name has"):
        await add_user(lived.database, lived.writer, lived.clock, username=name)


async def test_people_are_found_by_name(lived: Lived) -> None:
    assert await person_called(lived.database, "ANN") == lived.ann
    with pytest.raises(NotFound, match="Nobody here is called eve"):
        await person_called(lived.database, "eve")


async def test_it_is_remembered_who_was_added(lived: Lived) -> None:
    async with lived.database.read() as connection:
        rows = (await connection.execute(select(audit).order_by(audit.c.id))).mappings().all()
    assert [(r["action"], r["resource_id"]) for r in rows] == [
        ("house_made", None),
        ("user_added", lived.ann.id),
        ("user_added", lived.bob.id),
    ]
