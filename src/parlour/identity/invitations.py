"""Invitations: an admin makes one, hands its link over, and whoever opens it makes their own account, once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved, NotFound, NotNow
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.credentials import Issued
from parlour.identity.enrolling import enrolled
from parlour.identity.gate import issue_session, signed_in
from parlour.identity.oneself import described
from parlour.identity.passwords import Passwords, check_password
from parlour.identity.people import check_manages, newcomer, standing
from parlour.identity.secrets import hash_of, new_secret
from parlour.identity.who import Visit, Who, who_is
from parlour.ids import is_id, new_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Change, Guard, Unit, Writer
from parlour.protocol.people import (
    InvitationAnswer,
    InvitationOpened,
    InvitationStatus,
    InvitationView,
    NewInvitation,
)
from parlour.store.database import Reads
from parlour.store.queries.roll import Roll, roll_of
from parlour.store.tables import invitations, users

LASTS = timedelta(days=7)
UNKNOWN = "Nothing is here under this id."
_DEAD = "This invitation was used, was taken back, or has expired. Ask whoever sent it for another one."


@dataclass(frozen=True, slots=True)
class Invitations:
    """What admins do to invitations, and what whoever got one does with it."""

    reads: Reads
    writer: Writer
    clock: Clock
    passwords: Passwords

    async def make(self, who: Who, new: NewInvitation, visit: Visit = NOWHERE) -> tuple[InvitationView, str]:
        """A new invitation, and its secret. Raises Forbidden, NotFound for a project."""
        check_manages(who)
        now = self.clock.now()
        secret, invitation_id = new_secret(), new_id()
        row: dict[str, Any] = {
            "id": invitation_id,
            "tenant_id": who.tenant_id,
            "secret_hash": hash_of(secret),
            "email": new.email.lower(),
            "role": new.role,
            "projects": list(new.project_ids),
            "invited_by": who.user_id,
            "created_at": isoformat(now),
            "expires_at": isoformat(now + LASTS),
        }
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
        check_manages(standing(roll, who))
        if any(each not in roll.projects or roll.projects[each].status == "deleted" for each in new.project_ids):
            raise NotFound("Project not found.")
        said = self._remembered("invitation_made", who, invitation_id, visit)
        await self.writer.commit(Unit(changes=[insert(invitations).values(row), said]))
        return _view({**row, "accepted_by": None, "revoked_at": None}, roll, row["created_at"]), secret

    async def listed(self, who: Who) -> list[InvitationView]:
        """Every invitation, the newest first. Raises Forbidden."""
        check_manages(who)
        mine = invitations.c.tenant_id == who.tenant_id
        newest = select(invitations).where(mine).order_by(invitations.c.created_at.desc(), invitations.c.id.desc())
        async with self.reads.read() as connection:
            roll = await roll_of(connection, who.tenant_id)
            found = (await connection.execute(newest)).mappings().all()
        return [_view(dict(row), roll, isoformat(self.clock.now())) for row in found]

    async def revoke(self, who: Who, invitation_id: str, visit: Visit = NOWHERE) -> None:
        """Take an open one back. Raises Forbidden, NotFound, NotNow for one that is open no longer."""
        check_manages(who)
        at = isoformat(self.clock.now())
        mine = (invitations.c.id == invitation_id, invitations.c.tenant_id == who.tenant_id)
        async with self.reads.read() as connection:
            found = is_id(invitation_id) and await connection.scalar(select(invitations.c.id).where(*mine))
        if not found:
            raise NotFound(UNKNOWN)
        still = update(invitations).where(*mine, *_open(at)).values(revoked_at=at)
        said = self._remembered("invitation_revoked", who, invitation_id, visit)
        await self.writer.commit(Unit(guards=[Guard(still, NotNow("It is open no longer."))], changes=[said]))

    async def opened(self, secret: str) -> InvitationOpened:
        """What an open invitation promises. Raises NotFound."""
        async with self.reads.read() as connection:
            row, roll = await self._found(connection, secret)
        inviter = roll.people[row["invited_by"]]
        return InvitationOpened(
            role=row["role"],
            email=row["email"] or None,
            invited_by=inviter.name,
            projects=[roll.projects[each].name for each in _joins(row, roll)],
            expires_at=row["expires_at"],
        )

    async def accept(self, answer: InvitationAnswer, visit: Visit = NOWHERE) -> tuple[Who, Issued]:
        """Make an account, and sign it in. Of several that try at once one comes through.

        Raises NotFound for one that is open no longer, InvalidRequest for a password, Duplicate for a name.
        """
        async with self.reads.read() as connection:
            row, roll = await self._found(connection, answer.secret)
        newcomer(roll, "", answer.username, row["role"], "")
        hashed = None
        if answer.password is not None:
            check_password(answer.password, answer.username, answer.full_name, row["email"])
            hashed = await self.passwords.kept(answer.password)
        now, user_id = self.clock.now(), new_id()
        at = isoformat(now)

        async def build(connection: AsyncConnection) -> Built[tuple[Who, Issued]]:
            row, roll = await self._found(connection, answer.secret)
            person = newcomer(roll, user_id, answer.username, row["role"], at)
            taken = {one.email for one in roll.people.values()}
            person = described(roll, person, answer.full_name, row["email"] if row["email"] not in taken else "")
            session = issue_session(person, "browser", visit, now)
            said = audited(
                "invitation_accepted",
                tenant_id=person.tenant_id,
                user_id=user_id,
                at=at,
                resource=("invitation", row["id"]),
                visit=visit,
            )
            password = update(users).where(users.c.id == user_id).values(password_hash=hashed)
            also = [password, *signed_in(person, session, at, visit, by="invitation"), said]
            after = roll.with_person(person, joins=_joins(row, roll))
            unit = await enrolled(connection, roll, after, at, also=also)
            used = update(invitations).where(invitations.c.id == row["id"], *_open(at)).values(accepted_by=user_id)
            unit = replace(unit, guards=[*unit.guards, Guard(used, Moved())])
            return (who_is(person, session.id), session), unit

        result, _ = await read_and_commit(self.reads, self.writer, build)
        return result

    async def _found(self, connection: AsyncConnection, secret: str) -> tuple[RowMapping, Roll]:
        """An open invitation, and the roll it lets into. Raises NotFound."""
        at = isoformat(self.clock.now())
        mine = (invitations.c.secret_hash == hash_of(secret), *_open(at))
        row = (await connection.execute(select(invitations).where(*mine))).mappings().one_or_none()
        if row is None:
            raise NotFound(_DEAD)
        roll = await roll_of(connection, row["tenant_id"])
        inviter = roll.people.get(row["invited_by"])
        if inviter is None or not inviter.is_active or inviter.role != "admin":
            raise NotFound(_DEAD)
        return row, roll

    def _remembered(self, action: str, who: Who, invitation_id: str, visit: Visit) -> Change:
        return audited(
            action,
            tenant_id=who.tenant_id,
            user_id=who.user_id,
            at=isoformat(self.clock.now()),
            resource=("invitation", invitation_id),
            visit=visit,
        )


def _open(at: str) -> tuple[Any, ...]:
    return (invitations.c.accepted_by.is_(None), invitations.c.revoked_at.is_(None), invitations.c.expires_at > at)


def _joins(row: RowMapping, roll: Roll) -> list[str]:
    """The projects an invitation lets into as they are now, the shared one first."""
    named = [each for each in row["projects"] if each in roll.projects and roll.projects[each].status != "deleted"]
    return [roll.home.id, *(each for each in named if each != roll.home.id)]


def _view(row: dict[str, Any], roll: Roll, at: str) -> InvitationView:
    inviter, accepted = roll.people.get(row["invited_by"]), roll.people.get(row["accepted_by"] or "")
    return InvitationView(
        id=row["id"],
        role=row["role"],
        email=row["email"] or None,
        project_ids=row["projects"],
        status=_status(row, at),
        invited_by=inviter.name if inviter else "",
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        accepted_by=accepted.name if accepted else None,
    )


def _status(row: dict[str, Any], at: str) -> InvitationStatus:
    if row["accepted_by"] is not None:
        return "accepted"
    if row["revoked_at"] is not None:
        return "revoked"
    return "open" if row["expires_at"] > at else "expired"
