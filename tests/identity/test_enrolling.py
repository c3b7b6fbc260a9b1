"""Whoever follows frame by frame what is said of who belongs knows what a newcomer reads."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from parlour.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unauthenticated
from parlour.identity.household import Household
from parlour.identity.who import who_is
from parlour.journal.feed import bounds, read
from parlour.journal.snapshot import snapshot
from parlour.protocol.frame import frame_of
from parlour.protocol.people import NewProject, NewUser, ProjectChange, UserChange
from parlour.protocol.reduce import reduce
from parlour.protocol.state import TopicState, UserState
from parlour.store.queries.people import account_of, members_of, person
from parlour.store.queries.roll import roll_of
from parlour.store.tables import projects, users
from tests.house import Lived, asked, exchange

NAMES = ("ann", "bob", "carl", "dora")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "role", "active", "name", "begin", "join", "leave", "status", "remove", "talk"]),
        st.integers(0, 9),
        st.integers(0, 9),
    ),
    max_size=25,
)


async def _step(lived: Lived, household: Household, kind: str, one: int, other: int) -> None:
    admin = who_is(lived.house.admin, "")
    async with lived.database.read() as connection:
        roll = await roll_of(connection, lived.house.tenant_id)
    people, places = sorted(roll.people), sorted(roll.projects)
    somebody, place = people[one % len(people)], places[other % len(places)]
    as_them = who_is(roll.people[somebody], "")
    match kind:
        case "add":
            await household.people.add(admin, NewUser(username=NAMES[one % len(NAMES)]))
        case "role":
            role = (["admin", "moderator", "user", "guest"] * 3)[other]
            await household.people.change(admin, somebody, UserChange.model_validate({"role": role}))
        case "active":
            await household.people.change(admin, somebody, UserChange(is_active=other % 2 == 0))
        case "name":
            await household.people.change(admin, somebody, UserChange(full_name=f"Name {other}"))
        case "begin":
            await household.projects.add(as_them, NewProject(name=f"Place {other % 3}"))
        case "join":
            await household.projects.add_member(admin, place, somebody)
        case "leave":
            await household.projects.remove_member(admin, place, somebody)
        case "status":
            status = ["active", "archived", "deleted"][one % 3]
            await household.projects.change(admin, place, ProjectChange.model_validate({"status": status}))
        case "remove":
            await household.people.remove(admin, somebody)
        case _:
            await lived.conversations.begin(as_them, project_id=place)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
async def test_what_is_said_adds_up_to_what_is_kept(
    lived: Lived, household: Household, steps: list[tuple[str, int, int]]
) -> None:
    before = await _states(lived)
    for step in steps:
        with suppress(InvalidRequest, NotFound, Forbidden, Conflict, Unauthenticated):
            await _step(lived, household, *step)
    after = await _states(lived)
    for topic, (seq, state) in before.items():
        if topic in after:
            assert await _followed(lived, topic, seq, state) == after[topic][1], topic
    async with lived.database.read() as connection:
        roll = await roll_of(connection, lived.house.tenant_id)
        for user_id in roll.people:
            assert roll.account(user_id) == await account_of(connection, user_id)
        for project_id in roll.projects:
            assert roll.members_of(project_id) == await members_of(connection, project_id)
    assert any(one.role == "admin" and one.is_active for one in roll.people.values())


async def _states(lived: Lived) -> dict[str, tuple[int, TopicState]]:
    async with lived.database.read() as connection:
        mine = [f"user:{each}" for each in await connection.scalars(select(users.c.id))]
        ours = [f"project:{each}" for each in await connection.scalars(select(projects.c.id))]
        return {
            topic: ((await bounds(connection, topic)).seq, await snapshot(connection, topic)) for topic in mine + ours
        }


async def _followed(lived: Lived, topic: str, seq: int, state: TopicState) -> TopicState:
    async with lived.database.read() as connection:
        said = await read(connection, topic, seq)
    for one in said:
        envelope = {"topic": topic, "from_seq": one.from_seq, "seq": one.seq, "timestamp": one.at}
        state = reduce(state, frame_of(orjson.loads(one.payload) | envelope))
    return state


async def test_whoever_is_gone_is_told_so_by_their_last_account(lived: Lived, household: Household) -> None:
    topic = f"user:{lived.ann.id}"
    async with lived.database.read() as connection:
        seq = (await bounds(connection, topic)).seq
    await household.people.remove(who_is(lived.house.admin, ""), lived.ann.id)
    async with lived.database.read() as connection:
        (said,) = await read(connection, topic, seq)
        assert await person(connection, lived.ann.id) is None
    assert orjson.loads(said.payload)["account"]["projects"] == []


async def test_what_waits_for_a_word_leaves_the_inbox_with_its_project_and_comes_back(
    lived: Lived, household: Household
) -> None:
    admin, ann = who_is(lived.house.admin, ""), who_is(lived.ann, "")
    topic = f"user:{lived.ann.id}"
    for name in ("The boat", "The shed"):
        place = await household.projects.add(admin, NewProject(name=name))
        await household.projects.add_member(admin, place.id, lived.ann.id)
        talk = await lived.conversations.begin(ann, project_id=place.id)
        await asked(lived, talk, await exchange(lived, talk, "Add a lamp"))
    boat = (await household.projects.listed(ann))[1].id
    sizes: list[int] = []
    for change in (household.projects.remove_member, household.projects.add_member):
        async with lived.database.read() as connection:
            seq, state = (await bounds(connection, topic)).seq, await snapshot(connection, topic)
        await change(admin, boat, lived.ann.id)
        async with lived.database.read() as connection:
            after = await snapshot(connection, topic)
        assert await _followed(lived, topic, seq, state) == after
        assert isinstance(after, UserState)
        sizes.append(len(after.inbox))
    assert sizes == [1, 2]
