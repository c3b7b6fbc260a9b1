"""The gate: who somebody is by the secret they show, and how they come by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Executable, delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, Forbidden, NotFound, NotNow, Unauthenticated
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.credentials import (
    SESSION_LASTS,
    USE_IS_NOTED_AFTER,
    Issued,
    issue,
    revoked,
    used_once,
)
from parlour.identity.enrolling import said_again
from parlour.identity.secrets import API_KEY_PREFIX, hash_of
from parlour.identity.signer import Signer
from parlour.identity.who import Visit, Who, who_is
from parlour.ids import is_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Change, Unit, Writer
from parlour.protocol.content import Json
from parlour.store.database import Reads
from parlour.store.queries.credentials import (
    Credential,
    CredentialKind,
    credential,
    credential_and_person,
    credentials_of,
)
from parlour.store.queries.people import Person, person
from parlour.store.tables import credentials, users

_BY_KEY = "This cannot be done with the token of a program. Sign in for it."
_DEAD_LINK = "This link was used before or has expired. The command “parlour link” prints a new one."


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets people in, and knows them again."""

    reads: Reads
    writer: Writer
    clock: Clock
    signer: Signer | None = None
    """Reads access tokens; None where nobody comes with one."""

    async def by_bearer(self, secret: str) -> Who:
        """Who holds this API key or access token. Raises Unauthenticated."""
        if secret.startswith(API_KEY_PREFIX) or self.signer is None:
            return await self.by_api_key(secret)
        claims = await self.signer.read(secret)
        async with self.reads.read() as connection:
            session = await credential(connection, claims.session_id)
            owner = await person(connection, claims.user_id)
        if session is None or owner is None or session.user_id != owner.id or session.kind != "session":
            raise Unauthenticated
        if not session.holds(self._now()) or not owner.is_active:
            raise Unauthenticated
        await self._note_use(session)
        return who_is(owner, session.id)

    async def by_session(self, secret: str) -> Who:
        """Who holds this session. Using it keeps it alive. Raises Unauthenticated."""
        found, owner = await self._known("session", secret)
        await self._note_use(found)
        return who_is(owner, found.id)

    async def by_api_key(self, secret: str) -> Who:
        """Who holds this API key. Raises Unauthenticated."""
        found, owner = await self._known("api_key", secret)
        await self._note_use(found)
        return who_is(owner, found.id)

    async def by_ticket(self, secret: str) -> Who:
        """Who made this ticket, which is used up now. Raises Unauthenticated."""
        found, owner = await self._known("ticket", secret)
        async with self.reads.read() as connection:
            made_with = await credential(connection, found.name)
        if made_with is None or not made_with.holds(self._now()):
            raise Unauthenticated
        try:
            await self.writer.commit(Unit(guards=[used_once(found.id, self._now())]))
        except Conflict as conflict:
            raise Unauthenticated from conflict
        return who_is(owner, made_with.id)

    async def again(self, who: Who) -> Who | None:
        """The same person as they stand now, for connections that stay open; None where what proved them is no more."""
        async with self.reads.read() as connection:
            found = await credential(connection, who.credential_id)
            owner = await person(connection, who.user_id)
        if found is None or not found.holds(self._now()) or owner is None or not owner.is_active:
            return None
        return who_is(owner, found.id)

    async def sign_in(self, link: str, visit: Visit = NOWHERE) -> tuple[Who, Issued]:
        """Use a one-time link up for a session. Every other open link of the person ends with it.

        Raises Unauthenticated when the link was used, has expired or never was.
        """
        try:
            found, owner = await self._known("link", link)
        except Unauthenticated as refusal:
            raise Unauthenticated(_DEAD_LINK) from refusal
        at = self._now()
        session = issue_session(owner, "browser", visit, self.clock.now())
        unit = Unit(
            guards=[used_once(found.id, at)],
            changes=[
                open_links_end(owner.id, at),
                *signed_in(owner, session, at, visit, by="link", link=found.id),
            ],
        )
        try:
            await self.writer.commit(unit)
        except Conflict as conflict:
            raise Unauthenticated(_DEAD_LINK) from conflict
        return who_is(owner, session.id), session

    async def sign_out(self, who: Who, visit: Visit = NOWHERE) -> None:
        """End the session or key that `who` came with."""
        await self.end(who, [who.credential_id], "sign_out", visit)

    async def make_link(self, owner: Person, visit: Visit = NOWHERE, *, by: Who | None = None) -> Issued:
        """A one-time link for somebody: the way in, and the way back in. `by` is who makes it; None, the command line.

        Raises NotNow for who is deactivated.
        """
        if not owner.is_active:
            raise NotNow(f"{owner.username} is deactivated. Activate the account first.")
        made = issue("link", tenant_id=owner.tenant_id, user_id=owner.id, now=self.clock.now())
        said = audited(
            "link_created",
            tenant_id=owner.tenant_id,
            user_id=by.user_id if by else None,
            at=made.created_at,
            resource=("user", owner.id),
            visit=visit,
            details={"link": made.id},
        )
        return await self._keep(made, said)

    async def make_api_key(
        self, *, tenant_id: str, user_id: str, name: str, days: int | None = None, visit: Visit = NOWHERE
    ) -> Issued:
        """A key for a program that acts for somebody; for ever, where no `days` say how long."""
        made = issue("api_key", tenant_id=tenant_id, user_id=user_id, now=self.clock.now(), name=name, days=days)
        said = audited(
            "token_created",
            tenant_id=tenant_id,
            user_id=user_id,
            at=made.created_at,
            resource=("credential", made.id),
            visit=visit,
        )
        return await self._keep(made, said)

    async def make_own_key(self, who: Who, name: str, days: int | None = None, visit: Visit = NOWHERE) -> Issued:
        """A key that somebody makes for a program of theirs. Raises Forbidden for who came with one."""
        await self.check_came_in_person(who)
        return await self.make_api_key(tenant_id=who.tenant_id, user_id=who.user_id, name=name, days=days, visit=visit)

    async def check_came_in_person(self, who: Who) -> None:
        """Raise Forbidden for who came with an API key: who finds one makes nothing that lasts when it is revoked."""
        async with self.reads.read() as connection:
            found = await credential(connection, who.credential_id)
        if found is not None and found.kind == "api_key":
            raise Forbidden(_BY_KEY)

    async def make_ticket(self, who: Who) -> Issued:
        """A ticket that opens one socket. It ends with the session or key that `who` came with."""
        now = self.clock.now()
        ticket = issue("ticket", tenant_id=who.tenant_id, user_id=who.user_id, now=now, name=who.credential_id)
        await self.writer.commit(Unit(changes=[_expired_go(who.user_id, isoformat(now)), ticket.insert]))
        return ticket

    async def api_keys(self, who: Who) -> list[Credential]:
        """The keys of `who` that were not revoked, the newest first."""
        async with self.reads.read() as connection:
            return await credentials_of(connection, who.user_id, "api_key")

    async def revoke_api_key(self, who: Who, credential_id: str, visit: Visit = NOWHERE) -> None:
        """End one of one's own keys. Raises NotFound for anything else."""
        async with self.reads.read() as connection:
            found = await credential(connection, credential_id) if is_id(credential_id) else None
        if found is None or found.user_id != who.user_id or found.kind != "api_key":
            raise NotFound
        await self.end(who, [credential_id], "token_revoked", visit)

    async def _known(self, kind: CredentialKind, secret: str) -> tuple[Credential, Person]:
        async with self.reads.read() as connection:
            found = await credential_and_person(connection, kind, hash_of(secret))
        if found is None or not found[0].holds(self._now()) or not found[1].is_active:
            raise Unauthenticated
        return found

    async def end(
        self, who: Who, credential_ids: Sequence[str], action: str, visit: Visit, *, also: Sequence[Change] = ()
    ) -> None:
        """End some of one's credentials, and say so to everything that was opened with them; `also` goes with it."""
        at = self._now()

        async def build(connection: AsyncConnection) -> Built[None]:
            guards, events = await said_again(connection, who.tenant_id, who.user_id)
            remembered = [
                audited(
                    action,
                    tenant_id=who.tenant_id,
                    user_id=who.user_id,
                    at=at,
                    resource=("credential", each),
                    visit=visit,
                )
                for each in credential_ids
            ]
            ended = [revoked(each, at) for each in credential_ids]
            return None, Unit(guards=guards, changes=[*ended, *also, *remembered], events=events)

        await read_and_commit(self.reads, self.writer, build)

    async def _note_use(self, found: Credential) -> None:
        """Keep when it was last used, about; that is also what a session's end is counted from."""
        now = self.clock.now()
        if found.used_at is not None and found.used_at > isoformat(now - USE_IS_NOTED_AFTER):
            return
        noted = {"used_at": isoformat(now)}
        if found.kind == "session":
            noted["expires_at"] = isoformat(now + SESSION_LASTS)
        still = (credentials.c.id == found.id, credentials.c.revoked_at.is_(None))
        await self.writer.commit(Unit(changes=[update(credentials).where(*still).values(**noted)]))

    async def _keep(self, made: Issued, said: Change) -> Issued:
        await self.writer.commit(Unit(changes=[made.insert, said]))
        return made

    def _now(self) -> str:
        return isoformat(self.clock.now())


def open_links_end(user_id: str, at: str) -> Executable:
    """The change after which no one-time link lets somebody in that was made before it."""
    open_links = (
        credentials.c.user_id == user_id,
        credentials.c.kind == "link",
        credentials.c.used_at.is_(None),
        credentials.c.revoked_at.is_(None),
    )
    return update(credentials).where(*open_links).values(revoked_at=at)


def issue_session(owner: Person, kind: Literal["browser", "program"], visit: Visit, now: datetime) -> Issued:
    """A new session for somebody, and where it was begun. A program's is never shown: its tokens stand for it."""
    return issue(
        "session",
        tenant_id=owner.tenant_id,
        user_id=owner.id,
        now=now,
        name=kind,
        kept={"address": visit.address and visit.address[:64], "agent": visit.agent and visit.agent[:300]},
    )


def signed_in(
    owner: Person, session: Issued, at: str, visit: Visit, *, by: str, link: str | None = None
) -> list[Change]:
    """The changes by which somebody is signed in, in their order."""
    details: Json = {"by": by}
    if link is not None:
        details["link"] = link
    return [
        _expired_go(owner.id, at),
        session.insert,
        update(users).where(users.c.id == owner.id).values(signed_in_at=at),
        audited("sign_in", tenant_id=owner.tenant_id, user_id=owner.id, at=at, visit=visit, details=details),
    ]


def _expired_go(user_id: str, at: str) -> Executable:
    return delete(credentials).where(credentials.c.user_id == user_id, credentials.c.expires_at <= at)
