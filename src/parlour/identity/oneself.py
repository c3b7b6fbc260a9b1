"""Signing in with a password, for browsers and programs, and what everybody may do to their own account."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, Duplicate, InvalidRequest, Moved, NotFound, Unauthenticated
from parlour.identity.audit import NOWHERE, audited
from parlour.identity.credentials import Issued, issue, used_once
from parlour.identity.enrolling import enrolled
from parlour.identity.gate import Gate, issue_session, open_links_end, signed_in
from parlour.identity.passwords import Passwords, check_password
from parlour.identity.secrets import hash_of
from parlour.identity.signer import ACCESS_LASTS, Claims, Signer
from parlour.identity.throttle import Throttle
from parlour.identity.who import Visit, Who, who_is
from parlour.ids import is_id
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Change, Guard, Unit, Writer
from parlour.protocol.people import AccessTokens, MyChange
from parlour.store.database import Reads
from parlour.store.queries.credentials import (
    Credential,
    credential,
    credential_and_person,
    credentials_of,
)
from parlour.store.queries.people import Person, password_of, person, person_known_as
from parlour.store.queries.roll import Roll, roll_of
from parlour.store.tables import credentials, users

GRACE = timedelta(seconds=30)
"""So long a refresh token that was used gives the same successor again: an answer may get lost."""
FORGOTTEN_AFTER = timedelta(days=1)
"""So long a refresh token that was used is known again, and ends the session it belongs to."""

_WRONG = "The name or the password is wrong."
_STALE = "This refresh token no longer holds. Sign in again."


@dataclass(frozen=True, slots=True)
class SignIns:
    """Lets people and their programs in by their passwords."""

    reads: Reads
    writer: Writer
    clock: Clock
    passwords: Passwords
    throttle: Throttle
    signer: Signer

    async def browser(self, name: str, password: str, visit: Visit = NOWHERE) -> tuple[Who, Issued]:
        """A session for a browser. Raises Unauthenticated, RateLimited."""
        owner, kept = await self._proved(name, password, visit)
        session = issue_session(owner, "browser", visit, self.clock.now())
        await self._let_in(owner, kept, session, visit)
        return who_is(owner, session.id), session

    async def program(self, name: str, password: str, visit: Visit = NOWHERE) -> AccessTokens:
        """A session for a program, and its first tokens. Raises Unauthenticated, RateLimited."""
        owner, kept = await self._proved(name, password, visit)
        now = self.clock.now()
        session = issue_session(owner, "program", visit, now)
        refresh = _refresh_token(owner, session.id, now)
        await self._let_in(owner, kept, session, visit, refresh.insert)
        return await self._tokens(owner.id, session.id, refresh.secret)

    async def refresh(self, token: str, visit: Visit = NOWHERE) -> AccessTokens:
        """The next tokens of a session, for a refresh token that is used up by this.

        Within 30 seconds a used one gives the same successor. After that it was stolen, from us or by us: whoever
        holds its successor is signed out. Raises Unauthenticated.
        """
        found, owner = await self._refreshing(token)
        secret = await self.signer.successor(token)
        if found.used_at is None:
            try:
                await self.writer.commit(self._rotated(found, owner, secret))
            except Conflict:
                found, owner = await self._refreshing(token)
        session_id = found.session_id or ""
        if found.used_at is not None and self.clock.now() - datetime.fromisoformat(found.used_at) > GRACE:
            await self._gate().end(who_is(owner, session_id), [session_id], "refresh_token_reused", visit)
            raise Unauthenticated(_STALE)
        return await self._tokens(owner.id, session_id, secret)

    def _rotated(self, found: Credential, owner: Person, secret: str) -> Unit:
        now = self.clock.now()
        at = isoformat(now)
        successor = _refresh_token(owner, found.session_id or "", now, secret)
        mine = (credentials.c.session_id == found.session_id, credentials.c.kind == "refresh")
        longer = {"expires_at": successor.expires_at, "used_at": at}
        return Unit(
            guards=[used_once(found.id, at)],
            changes=[
                successor.insert,
                update(credentials).where(credentials.c.id == found.id).values(successor=successor.id),
                update(credentials).where(credentials.c.id == found.session_id).values(**longer),
                delete(credentials).where(*mine, credentials.c.used_at < isoformat(now - FORGOTTEN_AFTER)),
            ],
        )

    async def _refreshing(self, token: str) -> tuple[Credential, Person]:
        """A refresh token that was not revoked, and whose session holds."""
        at = isoformat(self.clock.now())
        async with self.reads.read() as connection:
            found = await credential_and_person(connection, "refresh", hash_of(token))
            session = await credential(connection, found[0].session_id or "") if found else None
        if found is None or session is None or not session.holds(at) or not found[1].is_active:
            raise Unauthenticated(_STALE)
        if found[0].expires_at is not None and found[0].expires_at <= at:
            raise Unauthenticated(_STALE)
        return found

    async def _tokens(self, user_id: str, session_id: str, refresh: str) -> AccessTokens:
        access = await self.signer.signed(Claims(user_id, session_id))
        return AccessTokens(access_token=access, refresh_token=refresh, expires_in=int(ACCESS_LASTS.total_seconds()))

    async def _let_in(self, owner: Person, kept: str, session: Issued, visit: Visit, *also: Change) -> None:
        """Begin a session, if the password that was proved is theirs yet. Raises Unauthenticated."""
        at = session.created_at
        theirs = (users.c.id == owner.id, users.c.password_hash == kept, users.c.is_active)
        guard = Guard(update(users).where(*theirs).values(signed_in_at=at), Moved())
        changes = [*signed_in(owner, session, at, visit, by="password"), *also]
        try:
            await self.writer.commit(Unit(guards=[guard], changes=changes))
        except Conflict as conflict:
            raise Unauthenticated(_WRONG) from conflict

    async def _proved(self, name: str, password: str, visit: Visit) -> tuple[Person, str]:
        """Whose name or address and password these are, and what is kept of that password.

        An unknown name takes as long, and is refused alike.
        """
        async with self.reads.read() as connection:
            found = await person_known_as(connection, name.lower())
            kept = await password_of(connection, found.id) if found else None
        attempt = await self.throttle.enter(found.id if found else name, visit.address)
        matched = await self.passwords.matches(password, kept)
        if found is None or kept is None or not matched or not found.is_active:
            if found is not None:
                await self.writer.commit(Unit(changes=[self._failed(found, visit)]))
            raise Unauthenticated(_WRONG)
        await self.throttle.succeeded(attempt)
        return found, kept

    def _failed(self, owner: Person, visit: Visit) -> Change:
        at = isoformat(self.clock.now())
        return audited("sign_in_failed", tenant_id=owner.tenant_id, user_id=owner.id, at=at, visit=visit)

    def _gate(self) -> Gate:
        return Gate(self.reads, self.writer, self.clock)


@dataclass(frozen=True, slots=True)
class Oneself:
    """What everybody may do to their own account."""

    reads: Reads
    writer: Writer
    clock: Clock
    gate: Gate
    passwords: Passwords
    throttle: Throttle

    async def change(self, who: Who, change: MyChange, visit: Visit = NOWHERE) -> None:
        """Change one's name or address. Raises Duplicate for an address that somebody has."""
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[None]:
            roll = await roll_of(connection, who.tenant_id)
            before = roll.people[who.user_id]
            after = described(roll, before, change.full_name, change.email)
            if after == before:
                return None, None
            said = audited(
                "user_changed",
                tenant_id=who.tenant_id,
                user_id=who.user_id,
                at=at,
                resource=("user", who.user_id),
                visit=visit,
            )
            return None, await enrolled(connection, roll, roll.with_person(after), at, also=[said])

        await read_and_commit(self.reads, self.writer, build)

    async def set_password(self, who: Who, new: str, current: str | None, visit: Visit = NOWHERE) -> None:
        """Set one's password; every other session of one's own ends, and every open link.

        Raises InvalidRequest for one that is too easy, or where the present one is wrong; RateLimited; Forbidden for
        who came with an API key.
        """
        await self.gate.check_came_in_person(who)
        async with self.reads.read() as connection:
            found = await person(connection, who.user_id)
            kept = await password_of(connection, who.user_id)
        if found is None:
            raise Unauthenticated
        check_password(new, found.username, found.full_name, found.email)
        if kept is not None:
            attempt = await self.throttle.enter(found.id, visit.address)
            if not await self.passwords.matches(current or "", kept):
                raise InvalidRequest("The present password is wrong. Nothing was changed.")
            await self.throttle.succeeded(attempt)
        hashed = await self.passwords.kept(new)
        at = isoformat(self.clock.now())
        others = [each.id for each in await self.sessions(who) if each.id != who.credential_id]
        unchanged = users.c.password_hash.is_(None) if kept is None else users.c.password_hash == kept
        said = audited(
            "password_set",
            tenant_id=who.tenant_id,
            user_id=who.user_id,
            at=at,
            resource=("user", who.user_id),
            visit=visit,
        )
        set_now = update(users).where(users.c.id == who.user_id, unchanged).values(password_hash=hashed)
        ended = [_other_sessions_end(who, at), open_links_end(who.user_id, at)]
        await self.writer.commit(Unit(guards=[Guard(set_now, Moved())], changes=[*ended, said]))
        await self.gate.end(who, others, "session_ended", visit)

    async def sessions(self, who: Who) -> list[Credential]:
        """Where one is signed in, the last used first."""
        at = isoformat(self.clock.now())
        async with self.reads.read() as connection:
            found = [each for each in await credentials_of(connection, who.user_id, "session") if each.holds(at)]
        return sorted(found, key=lambda each: each.used_at or each.created_at, reverse=True)

    async def end_session(self, who: Who, session_id: str, visit: Visit = NOWHERE) -> None:
        """Sign out somewhere. Raises NotFound for what is no session of one's own."""
        async with self.reads.read() as connection:
            found = await credential(connection, session_id) if is_id(session_id) else None
        if found is None or found.user_id != who.user_id or found.kind != "session" or found.revoked_at:
            raise NotFound
        await self.gate.end(who, [session_id], "session_ended", visit)

    async def end_sessions(self, who: Who, visit: Visit = NOWHERE) -> None:
        """Sign out everywhere, and end every open link; keys of programs stay."""
        links = open_links_end(who.user_id, isoformat(self.clock.now()))
        everywhere = [each.id for each in await self.sessions(who)]
        await self.gate.end(who, everywhere, "session_ended", visit, also=[links])


def described(roll: Roll, person: Person, full_name: str | None, email: str | None) -> Person:
    """Somebody with another name or address; what is None stays. Raises Duplicate for an address that is taken."""
    after = person
    if full_name is not None:
        after = replace(after, full_name=" ".join(full_name.split()))
    if email is not None:
        after = replace(after, email=email.lower() or None)
    taken = {other.email for other in roll.people.values() if other.id != person.id}
    if after.email is not None and after.email in taken:
        raise Duplicate("Somebody here has this address already.")
    return after


def _other_sessions_end(who: Who, at: str) -> Change:
    """Ends every session of somebody but the present one: also one that began a moment ago."""
    mine = (credentials.c.user_id == who.user_id, credentials.c.kind == "session", credentials.c.revoked_at.is_(None))
    return update(credentials).where(*mine, credentials.c.id != who.credential_id).values(revoked_at=at)


def _refresh_token(owner: Person, session_id: str, now: datetime, secret: str = "") -> Issued:
    kept = {"session_id": session_id}
    return issue("refresh", tenant_id=owner.tenant_id, user_id=owner.id, now=now, kept=kept, secret=secret)
