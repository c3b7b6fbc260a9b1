"""Rights that change are changed at once, in whatever somebody has open: on this node and on another."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from parlour.api.socket import SIGNED_OUT
from parlour.identity.who import Who, who_is
from parlour.journal.snapshot import snapshot
from parlour.protocol.events import ENDED as ENDED_TURNS
from parlour.protocol.people import NewProject, UserChange
from parlour.protocol.state import ProjectState, UserState
from parlour.store.queries.people import Person, person
from tests.flow.conftest import HeldModel
from tests.served import Client, Closed, Served, Serving
from tests.storage import Storage

ENDED = Closed(SIGNED_OUT.code, SIGNED_OUT.reason)


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


def admin_of(served: Served) -> Who:
    return who_is(served.app.house.admin, "")


@asynccontextmanager
async def at_home(served: Served, ann: Person) -> AsyncGenerator[Client]:
    """ann, who follows what concerns her."""
    async with served.connected(ann) as client:
        await follows(client, f"user:{ann.id}")
        yield client


async def follows(client: Client, topic: str) -> None:
    told = await client.asks("subscribe", topic=topic)
    assert told["type"] == "subscribed", told
    await client.until(lambda frame: frame["type"] == "snapshot" and frame["topic"] == topic)


async def agrees(served: Served, client: Client, topic: str) -> None:
    """What was followed frame by frame is what a newcomer gets."""
    await client.asks("heartbeat")
    async with served.app.database.read() as connection:
        assert client.states[topic] == await snapshot(connection, topic)


async def test_a_demoted_person_reads_it_in_the_open_page(serving: Serving) -> None:
    async with serving() as served:
        ann = await served.newcomer("ann")
        async with at_home(served, ann) as client:
            await served.app.household.people.change(admin_of(served), ann.id, UserChange(role="guest"))
            told = await client.seen(lambda frame: frame["type"] == "account_updated")
            assert (told["account"]["role"], told["account"]["permissions"]) == ("guest", ["tools:read"])
            await agrees(served, client, f"user:{ann.id}")


async def test_who_is_deactivated_is_signed_out_where_they_are(serving: Serving) -> None:
    async with serving() as served:
        ann = await served.newcomer("ann")
        async with served.connected(ann) as silent, at_home(served, ann) as client:
            await served.app.household.people.change(admin_of(served), ann.id, UserChange(is_active=False))
            assert await client.until_closed() == ENDED
            assert await silent.until_closed() == ENDED


async def test_a_key_that_is_revoked_ends_its_own_socket_only(serving: Serving) -> None:
    async with serving() as served:
        ann = await served.newcomer("ann")
        key = await served.key(ann)
        async with at_home(served, ann) as stays, served.at_the_socket(key) as goes:
            await goes.next()
            who = await served.app.gate.by_api_key(key)
            await served.app.gate.revoke_api_key(who, who.credential_id)
            assert await goes.until_closed() == ENDED
            await agrees(served, stays, f"user:{ann.id}")


async def test_whoever_leaves_a_project_hears_nothing_more_of_it(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served:
        ann, projects = await served.newcomer("ann"), served.app.household.projects
        boat = await projects.add(admin_of(served), NewProject(name="The boat"))
        await projects.add_member(admin_of(served), boat.id, ann.id)
        talk = await served.app.conversations.begin(who_is(ann, ""), project_id=boat.id)
        mine, here = f"user:{ann.id}", (f"project:{boat.id}", f"conversation:{talk.id}")
        async with at_home(served, ann) as client:
            for topic in here:
                await follows(client, topic)
            await projects.remove_member(admin_of(served), boat.id, ann.id)
            for topic in here:
                told = await client.seen(lambda f, t=topic: f["type"] == "error" and f["details"] == {"topic": t})
                assert (told["error_code"], told["error"]) == ("not_found", "There is nothing here to follow.")
                assert (await client.asks("subscribe", topic=topic))["error_code"] == "not_found"
            state = client.states[mine]
            assert isinstance(state, UserState)
            assert state.conversations == []
            await agrees(served, client, mine)
            refused = await client.asks("send_message", content="hello", client_message_id="1", conversation_id=talk.id)
            assert refused["error_code"] == "thread_not_found"
            await projects.add_member(admin_of(served), boat.id, ann.id)
            await client.until(lambda frame: frame["type"] == "conversation_updated")
            await agrees(served, client, mine)
            await follows(client, here[0])
            project = client.states[here[0]]
            assert isinstance(project, ProjectState)
            assert [member.name for member in project.members] == ["admin", "ann"]


async def test_a_project_that_is_deleted_is_there_again_when_it_is_brought_back(serving: Serving) -> None:
    async with serving() as served:
        ann, projects = await served.newcomer("ann"), served.app.household.projects
        hers = who_is(ann, "")
        boat = await projects.add(hers, NewProject(name="The boat"))
        await served.app.conversations.begin(hers, project_id=boat.id, title="Sails")
        async with at_home(served, ann) as client:
            for path, names in (("DELETE", ["Home"]), ("PATCH", ["Home", "The boat"])):
                key = await served.key(ann)
                await served.asks(path, f"/api/v1/projects/{boat.id}", key, {"status": "active"})
                told = await client.until(lambda frame: frame["type"] == "account_updated")
                assert [project["name"] for project in told["account"]["projects"]] == names
                await agrees(served, client, f"user:{ann.id}")


async def test_a_turn_that_runs_meanwhile_ends_and_brings_nothing_back(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served:
        ann, projects = await served.newcomer("ann"), served.app.household.projects
        boat = await projects.add(admin_of(served), NewProject(name="The boat"))
        await projects.add_member(admin_of(served), boat.id, ann.id)
        talk = await served.app.conversations.begin(who_is(ann, ""), project_id=boat.id)
        async with at_home(served, ann) as client:
            ids = await client.says("hello", talk.id)
            await projects.remove_member(admin_of(served), boat.id, ann.id)
            held.lets("A word.", None)
            turn = await served.app.talk.wait_for_turn(ids["turn_id"], 10)
            assert turn.status in ENDED_TURNS
            await agrees(served, client, f"user:{ann.id}")


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_another_node_notices_it_too(storage: Storage, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    async with Serving(storage, one)() as here, Serving(storage, other)() as there:
        ann = await here.newcomer("ann")
        async with there.connected(ann) as client:
            await here.app.household.people.change(admin_of(here), ann.id, UserChange(is_active=False))
            assert await client.until_closed() == ENDED
        async with here.app.database.read() as connection:
            assert (await person(connection, ann.id)) is not None


async def test_of_many_changes_at_once_every_word_that_is_said_is_true(serving: Serving) -> None:
    async with serving() as served:
        ann, bob = await served.newcomer("ann"), await served.newcomer("bob")
        admin, household = admin_of(served), served.app.household
        boat = await household.projects.add(admin, NewProject(name="The boat"))
        async with at_home(served, ann) as client:
            await asyncio.gather(
                *(household.people.change(admin, one.id, UserChange(role="guest")) for one in (ann, bob)),
                *(household.projects.add_member(admin, boat.id, one.id) for one in (ann, bob)),
                household.people.change(admin, ann.id, UserChange(full_name="Ann Other")),
            )
            await agrees(served, client, f"user:{ann.id}")
            await follows(client, f"project:{boat.id}")
            await agrees(served, client, f"project:{boat.id}")
