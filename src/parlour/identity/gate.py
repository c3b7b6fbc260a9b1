"""The gate: who somebody is by the secret they show, and how they come by one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, delete, update

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, NotFound, Unauthenticated
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.credentials import (
    SESSION_LASTS,
    SESSION_SLIDES_AFTER,
    Issued,
    issue,
    revoked,
    used_once,
)
from parlour.identity.secrets import hash_of
from parlour.identity.who import Visit, Who, who_is
from parlour.ids import is_id
from parlour.journal.unit import Unit, Writer
from parlour.store.database import Reads
from parlour.store.queries.people import (
    Credential,
    CredentialKind,
    Person,
    credential,
    credential_and_person,
    credentials_of,
    person,
)
from parlour.store.tables import credentials, users

_DEAD_LINK = "This link was used before or has expired. The command “parlour link” prints a new one."


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets people in, and knows them again."""

    reads: Reads
    writer: Writer
    clock: Clock

    async def by_session(self, secret: str) -> Who:
        """Who holds this session. Using it keeps it alive. Raises Unauthenticated."""
        found, owner = await self._known("session", secret)
        await self._slide(found)
        return who_is(owner, found.id)

    async def by_api_key(self, secret: str) -> Who:
        """Who holds this API key. Raises Unauthenticated."""
        found, owner = await self._known("api_key", secret)
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

    async def still_holds(self, who: Who) -> bool:
        """Whether what proved `who` would still be accepted now; for connections that stay open."""
        async with self.reads.read() as connection:
            found = await credential(connection, who.credential_id)
            owner = await person(connection, who.user_id)
        return found is not None and found.holds(self._now()) and owner is not None and owner.is_active

    async def sign_in(self, link: str, visit: Visit = NOWHERE) -> tuple[Who, Issued]:
        """Use a one-time link up for a session. Every other open link of the person ends with it.

        Raises Unauthenticated when the link was used, has expired or never was.
        """
        try:
            found, owner = await self._known("link", link)
        except Unauthenticated as refusal:
            raise Unauthenticated(_DEAD_LINK) from refusal
        at = self._now()
        session = issue("session", tenant_id=owner.tenant_id, user_id=owner.id, now=self.clock.now())
        unit = Unit(
            guards=[used_once(found.id, at)],
            changes=[
                _expired_go(owner.id, at),
                _other_links_end(owner.id, at),
                session.insert,
                update(users).where(users.c.id == owner.id).values(signed_in_at=at),
                audited("sign_in", tenant_id=owner.tenant_id, user_id=owner.id, at=at, visit=visit),
            ],
        )
        try:
            await self.writer.commit(unit)
        except Conflict as conflict:
            raise Unauthenticated(_DEAD_LINK) from conflict
        return who_is(owner, session.id), session

    async def sign_out(self, who: Who, visit: Visit = NOWHERE) -> None:
        """End the session or key that `who` came with."""
        await self._end(who, who.credential_id, "sign_out", visit)

    async def make_link(self, owner: Person) -> Issued:
        """A one-time link for somebody: the way in, and the way back in."""
        return await self._issue("link", owner.tenant_id, owner.id, "link_created")

    async def make_api_key(self, *, tenant_id: str, user_id: str, name: str, visit: Visit = NOWHERE) -> Issued:
        """A key for a program that acts for somebody."""
        return await self._issue("api_key", tenant_id, user_id, "token_created", name=name, visit=visit)

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
        await self._end(who, credential_id, "token_revoked", visit)

    async def _known(self, kind: CredentialKind, secret: str) -> tuple[Credential, Person]:
        async with self.reads.read() as connection:
            found = await credential_and_person(connection, kind, hash_of(secret))
        if found is None or not found[0].holds(self._now()) or not found[1].is_active:
            raise Unauthenticated
        return found

    async def _slide(self, session: Credential) -> None:
        now = self.clock.now()
        left = datetime.fromisoformat(session.expires_at) - now if session.expires_at else SESSION_LASTS
        if SESSION_LASTS - left < SESSION_SLIDES_AFTER:
            return
        later = (
            update(credentials)
            .where(credentials.c.id == session.id, credentials.c.revoked_at.is_(None))
            .values(expires_at=isoformat(now + SESSION_LASTS))
        )
        await self.writer.commit(Unit(changes=[later]))

    async def _issue(
        self, kind: CredentialKind, tenant_id: str, user_id: str, action: str, *, name: str = "", visit: Visit = NOWHERE
    ) -> Issued:
        now = self.clock.now()
        made = issue(kind, tenant_id=tenant_id, user_id=user_id, now=now, name=name)
        remembered = audited(
            action,
            tenant_id=tenant_id,
            user_id=user_id,
            at=isoformat(now),
            resource=("credential", made.id),
            visit=visit,
        )
        await self.writer.commit(Unit(changes=[made.insert, remembered]))
        return made

    async def _end(self, who: Who, credential_id: str, action: str, visit: Visit) -> None:
        at = self._now()
        remembered = audited(
            action,
            tenant_id=who.tenant_id,
            user_id=who.user_id,
            at=at,
            resource=("credential", credential_id),
            visit=visit,
        )
        await self.writer.commit(Unit(changes=[revoked(credential_id, at), remembered]))

    def _now(self) -> str:
        return isoformat(self.clock.now())


def _other_links_end(user_id: str, at: str) -> Executable:
    open_links = (
        credentials.c.user_id == user_id,
        credentials.c.kind == "link",
        credentials.c.used_at.is_(None),
        credentials.c.revoked_at.is_(None),
    )
    return update(credentials).where(*open_links).values(revoked_at=at)


def _expired_go(user_id: str, at: str) -> Executable:
    return delete(credentials).where(credentials.c.user_id == user_id, credentials.c.expires_at <= at)
