"""From one roll of a tenant to the next: the unit that writes what differs, and says it to everybody it concerns.

All that changes who may do what goes through here, guarded by the tenant's version: of two such changes at once one is
made again on what the other left. So what is said of everybody is true in the moment in which it is kept.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Moved, NotNow
from parlour.journal.unit import Change, Event, Guard, Unit, event, seq_of
from parlour.protocol.content import Account
from parlour.protocol.events import AccountUpdated, ApprovalRequested, ConversationUpdated, ProjectUpdated
from parlour.store.queries.approvals import pending_of
from parlour.store.queries.conversations import conversation_from
from parlour.store.queries.people import Person, Project, account_of
from parlour.store.queries.roll import Membership, Roll
from parlour.store.tables import approvals, conversations, members, projects, tenants, users

_OF_PERSON = ("username", "full_name", "email", "role", "is_active")
_OF_PROJECT = ("name", "description", "status", "owner_id")


async def enrolled(
    connection: AsyncConnection,
    before: Roll,
    after: Roll,
    at: str,
    *,
    also: Sequence[Change] = (),
    heard: Collection[str] = (),
) -> Unit:
    """Puts `after` in the place of `before`, with what `also` changes; Moved when `before` no longer stands.

    Whoever is in `heard` is told of it even where their account stays as it was. Raises NotNow when nobody would be
    left who manages the house.
    """
    if not any(one.role == "admin" and one.is_active for one in after.people.values()):
        raise NotNow("Somebody has to manage the house. Make another person an admin first.")
    events = [*_accounts(before, after, frozenset(heard)), *_projects(before, after)]
    changes = [*_rows(before, after, at), *also]
    guards = [stands(before.tenant_id, before.version), *_removals(before, after)]
    for mine in _back_in(before, after):
        for again in await _talks(connection, *mine):
            guards.append(again.guard)
            events.append(again.event)
        for approval in await pending_of(connection, *mine):
            this = update(approvals).where(approvals.c.id == approval.id, approvals.c.status == "pending")
            guards.append(Guard(this.values(status="pending"), Moved()))
            changes.append(this.values(inbox_position=seq_of(len(events))))
            events.append(event(f"user:{mine[0]}", ApprovalRequested(approval=approval)))
    return Unit(guards=guards, changes=changes, events=events)


async def said_again(connection: AsyncConnection, tenant_id: str, user_id: str) -> tuple[list[Guard], list[Event]]:
    """Says somebody's account as it stands, so that whatever they have open asks anew whether it still may be."""
    version = await connection.scalar(select(tenants.c.version).where(tenants.c.id == tenant_id))
    account = await account_of(connection, user_id)
    if account is None or version is None:
        return [], []
    return [stands(tenant_id, version)], [_account_event(user_id, account)]


def stands(tenant_id: str, version: int) -> Guard:
    """Holds while nobody else changed who may do what since `version` was read, and ends that version."""
    mine = (tenants.c.id == tenant_id, tenants.c.version == version)
    return Guard(update(tenants).where(*mine).values(version=version + 1), Moved())


# --- rows ----------------------------------------------------------------------------------------------------------


def _removals(before: Roll, after: Roll) -> list[Guard]:
    """Whoever is gone has to have left nothing behind that would vanish unsaid."""
    gone = [user_id for user_id in before.people if user_id not in after.people]
    said = exists().where(conversations.c.owner_id == users.c.id)
    return [Guard(delete(users).where(users.c.id == user_id, ~said), Moved()) for user_id in gone]


def _rows(before: Roll, after: Roll, at: str) -> list[Change]:
    return [
        *(
            _person_row(one, before.people.get(key), at)
            for key, one in after.people.items()
            if one != before.people.get(key)
        ),
        *(
            _project_row(one, before.projects.get(key), after.tenant_id)
            for key, one in after.projects.items()
            if one != before.projects.get(key)
        ),
        *(_leaves(member) for member in sorted(before.members - after.members)),
        *(_joins(member, after.tenant_id, at) for member in sorted(after.members - before.members)),
    ]


def _person_row(person: Person, before: Person | None, at: str) -> Change:
    row: dict[str, Any] = {name: getattr(person, name) for name in _OF_PERSON}
    if before is None:
        return insert(users).values(id=person.id, tenant_id=person.tenant_id, created_at=at, **row)
    return update(users).where(users.c.id == person.id).values(**row)


def _project_row(project: Project, before: Project | None, tenant_id: str) -> Change:
    row: dict[str, Any] = {name: getattr(project, name) for name in _OF_PROJECT}
    if before is None:
        fixed = {"id": project.id, "is_home": project.is_home, "created_at": project.created_at}
        return insert(projects).values(tenant_id=tenant_id, **fixed, **row)
    return update(projects).where(projects.c.id == project.id).values(**row)


def _joins(member: Membership, tenant_id: str, at: str) -> Change:
    project_id, user_id = member
    return insert(members).values(project_id=project_id, user_id=user_id, tenant_id=tenant_id, joined_at=at)


def _leaves(member: Membership) -> Change:
    project_id, user_id = member
    return delete(members).where(members.c.project_id == project_id, members.c.user_id == user_id)


# --- what is said --------------------------------------------------------------------------------------------------


def _accounts(before: Roll, after: Roll, heard: frozenset[str]) -> Iterable[Event]:
    for user_id, person in after.people.items():
        earlier = before.people.get(user_id)
        account = after.account(user_id)
        if user_id in heard or earlier != person or earlier is None or before.account(user_id) != account:
            yield _account_event(user_id, account)
    for user_id in before.people:
        if user_id not in after.people:
            yield _account_event(user_id, before.account(user_id).model_copy(update={"projects": []}))


def _projects(before: Roll, after: Roll) -> Iterable[Event]:
    for project_id, project in after.projects.items():
        earlier = before.projects.get(project_id)
        mates = after.members_of(project_id)
        if earlier is None or earlier.name != project.name or before.members_of(project_id) != mates:
            yield event(f"project:{project_id}", ProjectUpdated(name=project.name, members=mates))


def _back_in(before: Roll, after: Roll) -> Iterable[tuple[str, str]]:
    """Who of those that were here is in which project now and was not before."""
    for user_id in after.people:
        if user_id in before.people:
            for project_id in sorted({*after.joined(user_id)} - {*before.joined(user_id)}):
                yield user_id, project_id


@dataclass(frozen=True, slots=True)
class _Again:
    """A conversation that is said again, and that it still stands so."""

    event: Event
    guard: Guard


async def _talks(connection: AsyncConnection, user_id: str, project_id: str) -> list[_Again]:
    """What somebody had said in a project, which is in their list again."""
    mine = (conversations.c.owner_id == user_id, conversations.c.project_id == project_id)
    kept = await connection.execute(select(conversations).where(*mine, conversations.c.archived_at.is_(None)))
    return [_standing(row) for row in kept.mappings()]


def _standing(row: RowMapping) -> _Again:
    said = ConversationUpdated(conversation=conversation_from(row))
    version = {"version": row["version"]}
    this = update(conversations).where(conversations.c.id == row["id"], conversations.c.version == row["version"])
    return _Again(event(f"user:{row['owner_id']}", said), Guard(this.values(version), Moved()))


def _account_event(user_id: str, account: Account) -> Event:
    return event(f"user:{user_id}", AccountUpdated(account=account))
