"""Admins manage people, everybody their projects, and invitations bring somebody in once."""

import asyncio

import pytest
from sqlalchemy import select

from parlour.errors import Duplicate, Forbidden, InvalidRequest, NotFound, NotNow, Unauthenticated
from parlour.identity.household import Household
from parlour.identity.who import who_is
from parlour.protocol.content import UserRole
from parlour.protocol.people import (
    AuditQuery,
    InvitationAnswer,
    NewInvitation,
    NewProject,
    NewUser,
    ProjectChange,
    UserChange,
)
from parlour.protocol.roles import PERMISSIONS
from parlour.store.queries.audit import audit_page
from parlour.store.tables import audit
from tests.house import Lived, anybody

WORDS = "three quiet words"

MATRIX: dict[UserRole, str] = {
    "guest": "tools:read",
    "user": "projects:create tools:control tools:destructive tools:read tools:write",
    "moderator": "projects:create tools:control tools:destructive tools:read tools:write",
    "admin": "house:manage projects:create tools:control tools:destructive tools:read tools:write",
}


def test_what_each_role_may_do() -> None:
    assert {role: " ".join(sorted(words)) for role, words in PERMISSIONS.items()} == MATRIX


@pytest.mark.parametrize("role", [role for role in MATRIX if role != "admin"])
async def test_only_admins_manage_people(lived: Lived, household: Household, role: UserRole) -> None:
    admin = anybody(lived.house.admin)
    other = who_is(await household.people.change(admin, lived.ann.id, UserChange(role=role)), "")
    for deed in (
        household.people.everybody(other),
        household.people.add(other, NewUser(username="eve")),
        household.people.change(other, lived.bob.id, UserChange(role="guest")),
        household.people.remove(other, lived.bob.id),
        household.people.link(other, lived.bob.id),
        household.invitations.make(other, NewInvitation()),
        household.invitations.listed(other),
    ):
        with pytest.raises(Forbidden):
            await deed


async def test_an_admin_who_was_demoted_meanwhile_changes_nothing(lived: Lived, household: Household) -> None:
    second = await household.people.add(anybody(lived.house.admin), NewUser(username="zoe", role="admin"))
    stale = anybody(second)
    await household.people.change(anybody(lived.house.admin), second.id, UserChange(role="user"))
    with pytest.raises(Forbidden):
        await household.people.change(stale, lived.ann.id, UserChange(role="guest"))
    await household.people.change(anybody(lived.house.admin), second.id, UserChange(is_active=False))
    with pytest.raises(Unauthenticated):
        await household.projects.add(stale, NewProject(name="The boat"))


async def test_somebody_always_manages_the_house(lived: Lived, household: Household) -> None:
    admin = lived.house.admin
    for change in (UserChange(role="user"), UserChange(is_active=False)):
        with pytest.raises(NotNow, match="Somebody has to manage"):
            await household.people.change(anybody(admin), admin.id, change)
    with pytest.raises(NotNow):
        await household.people.remove(anybody(admin), admin.id)
    second = await household.people.add(anybody(admin), NewUser(username="zoe", role="admin"))
    demote = UserChange(role="user")
    outcomes = await asyncio.gather(
        household.people.change(anybody(admin), second.id, demote),
        household.people.change(anybody(second), admin.id, demote),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, NotNow | Forbidden) for outcome in outcomes) == 1


async def test_names_and_addresses_are_taken_once(lived: Lived, household: Household) -> None:
    admin = anybody(lived.house.admin)
    await household.people.add(admin, NewUser(username="Zoe", email="Zoe@House.Example"))
    for new in (NewUser(username="zOE"), NewUser(username="other", email="zoe@house.example")):
        with pytest.raises(Duplicate):
            await household.people.add(admin, new)
    outcomes = await asyncio.gather(
        *(household.people.add(admin, NewUser(username="twin")) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(outcome, Duplicate) for outcome in outcomes) == 4


async def test_who_said_something_is_not_removed_before_it_is_gone(lived: Lived, household: Household) -> None:
    await lived.conversations.begin(anybody(lived.ann))
    with pytest.raises(NotNow, match="still kept"):
        await household.people.remove(anybody(lived.house.admin), lived.ann.id)


async def test_a_project_has_an_owner_a_name_and_members(lived: Lived, household: Household) -> None:
    ann, bob = anybody(lived.ann), anybody(lived.bob)
    boat = await household.projects.add(ann, NewProject(name=" The boat ", description="Afloat."))
    assert (boat.name, boat.owner_name, boat.may_manage, boat.member_count) == ("The boat", "Ann Other", True, 1)
    with pytest.raises(Duplicate):
        await household.projects.add(ann, NewProject(name="The boat"))
    await household.projects.add(bob, NewProject(name="The boat"))
    with pytest.raises(NotFound):
        await household.projects.one(bob, boat.id)
    members = await household.projects.add_member(ann, boat.id, lived.bob.id)
    assert [member.name for member in members] == ["Ann Other", "bob"]
    assert not (await household.projects.one(bob, boat.id)).may_manage
    with pytest.raises(Forbidden):
        await household.projects.change(bob, boat.id, ProjectChange(name="Mine"))
    with pytest.raises(NotNow, match="owner"):
        await household.projects.remove_member(ann, boat.id, lived.ann.id)
    await household.projects.remove_member(bob, boat.id, lived.bob.id)
    with pytest.raises(NotFound):
        await household.projects.members(bob, boat.id)


async def test_a_project_is_put_away_deleted_and_brought_back(lived: Lived, household: Household) -> None:
    ann = anybody(lived.ann)
    boat = await household.projects.add(ann, NewProject(name="The boat"))
    talk = await lived.conversations.begin(ann, project_id=boat.id)
    await household.projects.change(ann, boat.id, ProjectChange(status="archived"))
    with pytest.raises(NotNow, match="archived"):
        await lived.conversations.begin(ann, project_id=boat.id)
    await lived.conversations.change(ann, talk.id, title="Still mine")
    await household.projects.change(ann, boat.id, ProjectChange(status="deleted"))
    with pytest.raises(NotFound):
        await lived.conversations.change(ann, talk.id, title="Gone")
    assert [one.name for one in await household.projects.listed(ann)] == ["Home"]
    assert [one.name for one in await household.projects.listed(ann, "deleted")] == ["The boat"]
    await household.projects.change(ann, boat.id, ProjectChange(status="active"))
    await lived.conversations.change(ann, talk.id, title="Back")


async def test_the_shared_project_is_everybodys(lived: Lived, household: Household) -> None:
    admin, home = anybody(lived.house.admin), lived.house.home_project_id
    for status in ("archived", "deleted"):
        with pytest.raises(NotNow):
            await household.projects.change(admin, home, ProjectChange(status=status))
    with pytest.raises(NotNow):
        await household.projects.remove_member(admin, home, lived.ann.id)
    with pytest.raises(Forbidden):
        await household.projects.change(anybody(lived.ann), home, ProjectChange(name="Ann's"))
    assert (await household.projects.change(admin, home, ProjectChange(name="Maple House"))).name == "Maple House"


async def test_an_invitation_brings_one_in_once(lived: Lived, household: Household) -> None:
    admin = anybody(lived.house.admin)
    boat = await household.projects.add(admin, NewProject(name="The boat"))
    new = NewInvitation(role="guest", email="Eve@House.Example", project_ids=[boat.id])
    made, secret = await household.invitations.make(admin, new)
    opened = await household.invitations.opened(secret)
    assert (opened.role, opened.projects, opened.invited_by) == ("guest", ["Home", "The boat"], "admin")
    outcomes = await asyncio.gather(
        *(
            household.invitations.accept(InvitationAnswer(secret=secret, username=f"eve{n}", password=WORDS))
            for n in range(3)
        ),
        return_exceptions=True,
    )
    (came,) = (outcome for outcome in outcomes if not isinstance(outcome, BaseException))
    assert all(isinstance(outcome, NotFound) for outcome in outcomes if isinstance(outcome, BaseException))
    who, session = came
    assert (who.role, await household.gate.by_session(session.secret)) == ("guest", who)
    assert (await household.people.one(admin, who.user_id)).email == "eve@house.example"
    (listed,) = await household.invitations.listed(admin)
    assert (listed.id, listed.status, listed.accepted_by) == (made.id, "accepted", who.username)
    await household.sign_ins.browser(who.username, WORDS)


async def test_an_invitation_ends_by_time_by_word_and_with_its_maker(lived: Lived, household: Household) -> None:
    admin = anybody(lived.house.admin)
    second = await household.people.add(admin, NewUser(username="zoe", role="admin"))
    old, taken_back, hers = [
        await household.invitations.make(who, NewInvitation()) for who in (admin, admin, anybody(second))
    ]
    await household.invitations.revoke(admin, taken_back[0].id)
    with pytest.raises(NotNow):
        await household.invitations.revoke(admin, taken_back[0].id)
    await household.people.change(admin, second.id, UserChange(role="user"))
    for _, secret in (taken_back, hers):
        with pytest.raises(NotFound):
            await household.invitations.opened(secret)
    await household.invitations.opened(old[1])
    lived.clock.advance(7 * 24 * 3600)
    with pytest.raises(NotFound, match="expired"):
        await household.invitations.accept(InvitationAnswer(secret=old[1], username="eve"))
    assert {one.status for one in await household.invitations.listed(admin)} == {"expired", "revoked"}


async def test_a_refused_answer_uses_no_invitation_up(lived: Lived, household: Household) -> None:
    _, secret = await household.invitations.make(anybody(lived.house.admin), NewInvitation())
    for username, password, refused in (("ann", WORDS, Duplicate), ("eve", "short", InvalidRequest)):
        with pytest.raises(refused):
            await household.invitations.accept(InvitationAnswer(secret=secret, username=username, password=password))
    await household.invitations.accept(InvitationAnswer(secret=secret, username="eve"))


async def test_what_was_done_is_remembered_and_found_again(lived: Lived, household: Household) -> None:
    admin = anybody(lived.house.admin)
    made = await household.people.add(admin, NewUser(username="eve"))
    lived.clock.advance(1)
    await household.people.change(admin, made.id, UserChange(role="guest"))
    async with lived.database.read() as connection:
        about = AuditQuery(resource_type="user", resource_id=made.id, limit=1)
        page = await audit_page(connection, lived.house.tenant_id, about)
        older = about.model_copy(update={"before": page.entries[0].id})
        rest = await audit_page(connection, lived.house.tenant_id, older)
        elsewhere = await audit_page(connection, "another tenant", AuditQuery())
        kept = len((await connection.execute(select(audit.c.id))).all())
    assert [(one.action, one.username) for one in (*page.entries, *rest.entries)] == [
        ("user_changed", "admin"),
        ("user_added", "admin"),
    ]
    assert (page.has_more, rest.has_more, elsewhere.entries) == (True, False, [])
    assert kept >= 5
