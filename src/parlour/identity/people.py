"""The people of a house, as its admins add, change and remove them."""

from dataclasses import dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, Forbidden, NotFound, NotNow, Unauthenticated
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.credentials import Issued
from parlour.identity.enrolling import enrolled
from parlour.identity.gate import Gate
from parlour.identity.oneself import described
from parlour.identity.who import Visit, Who, who_is
from parlour.ids import new_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Change, Writer
from parlour.protocol.content import Json, UserRole
from parlour.protocol.people import NewUser, UserChange
from parlour.store.database import Reads
from parlour.store.queries.people import Person
from parlour.store.queries.roll import Roll, roll_of
from parlour.store.tables import conversations, credentials

UNKNOWN = "Nobody here has this id."


def check_manages(who: Who) -> None:
    """Raise Forbidden for anybody but an admin."""
    if not who.may("house:manage"):
        raise Forbidden("Only an admin manages the people of this house.")


@dataclass(frozen=True, slots=True)
class People:
    """What admins may do to the people of their house. Everybody else gets Forbidden."""

    reads: Reads
    writer: Writer
    clock: Clock
    gate: Gate

    async def everybody(self, who: Who) -> list[Person]:
        """Everybody who has an account, by name."""
        check_manages(who)
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
        return sorted(roll.people.values(), key=lambda one: one.username)

    async def one(self, who: Who, user_id: str) -> Person:
        """Somebody. Raises NotFound."""
        check_manages(who)
        async with self.reads.read() as connection:
            return known(await roll_of(connection, who.tenant_id), user_id)

    async def add(self, who: Who, new: NewUser, visit: Visit = NOWHERE) -> Person:
        """Make an account. Raises Duplicate for a name or an address that is taken."""
        check_manages(who)
        return await add_person(self.reads, self.writer, self.clock, who.tenant_id, new, who=who, visit=visit)

    async def change(self, who: Who, user_id: str, change: UserChange, visit: Visit = NOWHERE) -> Person:
        """Change somebody, at once and everywhere; deactivating ends every session of theirs.

        Raises NotFound, Duplicate for an address that is taken, NotNow for the last admin.
        """
        check_manages(who)
        return await change_person(
            self.reads, self.writer, self.clock, who.tenant_id, user_id, change, who=who, visit=visit
        )

    async def remove(self, who: Who, user_id: str, visit: Visit = NOWHERE) -> None:
        """Remove somebody who has said nothing that is still kept.

        Raises NotFound, NotNow for others and for the last admin.
        """
        check_manages(who)
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[None]:
            roll = await roll_of(connection, who.tenant_id)
            check_manages(standing(roll, who))
            gone = known(roll, user_id)
            if await connection.scalar(select(conversations.c.id).where(conversations.c.owner_id == user_id).limit(1)):
                raise NotNow("Something they said is still kept. It has to go first.")
            said = _remembered("user_removed", gone, at, who, visit, {"username": gone.username})
            return None, await enrolled(connection, roll, roll.without_person(user_id), at, also=[said])

        await read_and_commit(self.reads, self.writer, build)

    async def link(self, who: Who, user_id: str, visit: Visit = NOWHERE) -> Issued:
        """A one-time link to hand to somebody. Raises NotFound, NotNow for who is deactivated.

        Raises Forbidden for one's own, for who came with an API key.
        """
        if user_id == who.user_id:
            await self.gate.check_came_in_person(who)
        return await self.gate.make_link(await self.one(who, user_id), visit, by=who)


async def add_person(
    reads: Reads,
    writer: Writer,
    clock: Clock,
    tenant_id: str,
    new: NewUser,
    *,
    who: Who | None = None,
    visit: Visit = NOWHERE,
) -> Person:
    """Make an account, in the shared project. `who` has to be an admin; None is the command line.

    Raises Duplicate for a name or an address that is taken, Forbidden.
    """
    at, user_id = isoformat(clock.now()), new_id()

    async def build(connection: AsyncConnection) -> Built[Person]:
        roll = await roll_of(connection, tenant_id)
        if who is not None:
            check_manages(standing(roll, who))
        person = newcomer(roll, user_id, new.username, new.role, at)
        person = described(roll, person, new.full_name, new.email)
        said = _remembered("user_added", person, at, who, visit, {"role": new.role})
        after = roll.with_person(person, joins=[roll.home.id])
        return person, await enrolled(connection, roll, after, at, also=[said])

    person, _ = await read_and_commit(reads, writer, build)
    return person


async def change_person(
    reads: Reads,
    writer: Writer,
    clock: Clock,
    tenant_id: str,
    user_id: str,
    change: UserChange,
    *,
    who: Who | None = None,
    visit: Visit = NOWHERE,
) -> Person:
    """Change somebody, at once and everywhere; deactivating ends every session of theirs.

    Raises NotFound, Duplicate for an address that is taken, NotNow for the last admin.
    """
    at = isoformat(clock.now())

    async def build(connection: AsyncConnection) -> Built[Person]:
        roll = await roll_of(connection, tenant_id)
        if who is not None:
            check_manages(standing(roll, who))
        before = known(roll, user_id)
        after = described(roll, before, change.full_name, change.email)
        after = replace(after, role=change.role or before.role)
        if change.is_active is not None:
            after = replace(after, is_active=change.is_active)
        if after == before:
            return after, None
        details: Json = {"role": after.role, "is_active": after.is_active}
        also: list[Change] = [_remembered("user_changed", after, at, who, visit, details)]
        if before.is_active and not after.is_active:
            also.append(_signed_out(user_id, at))
        return after, await enrolled(connection, roll, roll.with_person(after), at, also=also)

    person, _ = await read_and_commit(reads, writer, build)
    return person


def standing(roll: Roll, who: Who) -> Who:
    """Whoever asks, with what they may do in the moment of `roll`. Raises Unauthenticated for who is gone meanwhile."""
    found = roll.people.get(who.user_id)
    if found is None or not found.is_active:
        raise Unauthenticated
    return who_is(found, who.credential_id)


def newcomer(roll: Roll, user_id: str, username: str, role: UserRole, at: str) -> Person:
    """Somebody who has no account yet. Raises Duplicate for a name that is taken."""
    username = username.lower()
    if any(one.username == username for one in roll.people.values()):
        raise Duplicate(f"Somebody here is called {username} already.")
    return Person(user_id, roll.tenant_id, username, "", role, True, None, created_at=at)


def known(roll: Roll, user_id: str) -> Person:
    """Somebody of the tenant. Raises NotFound."""
    found = roll.people.get(user_id)
    if found is None:
        raise NotFound(UNKNOWN)
    return found


def _signed_out(user_id: str, at: str) -> Change:
    """Ends everything that lets somebody in but their keys, which hold again when they are active again."""
    mine = (credentials.c.user_id == user_id, credentials.c.kind != "api_key", credentials.c.revoked_at.is_(None))
    return update(credentials).where(*mine).values(revoked_at=at)


def _remembered(action: str, about: Person, at: str, who: Who | None, visit: Visit, details: Json) -> Change:
    return audited(
        action,
        tenant_id=about.tenant_id,
        user_id=who.user_id if who else None,
        at=at,
        resource=("user", about.id),
        visit=visit,
        details=details,
    )
