"""Who guesses passwords is slowed down: failed sign-ins are counted by account and by address, in the database.

An account may fail five times, an address ten; after that each failure doubles the pause, up to a minute for an
account and a quarter of an hour for an address. What is counted is forgotten an hour after the last failure.

An account's pause holds only for addresses that have failed themselves. So nobody locks somebody else out by guessing:
from where nobody guessed, one gets in, and a one-time link always does.

An attempt counts as failed until it has succeeded: of many at once each has to be counted before it is tried.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved, RateLimited
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Guard, Unit, Writer
from parlour.store.database import Reads
from parlour.store.tables import sign_ins

FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures go by, and how long a pause grows after that."""

    failures: int
    longest_s: int

    def pause(self, failures: int) -> timedelta | None:
        """The pause after so many failures in a row; None where there is none yet."""
        over = failures - self.failures
        return timedelta(seconds=min(2 ** min(over, 30), self.longest_s)) if over >= 0 else None


WITH_ACCOUNTS = Patience(5, 60)
WITH_ADDRESSES = Patience(10, 900)


@dataclass(frozen=True, slots=True)
class Count:
    """The failures of one subject, and until when it has to wait."""

    subject: str
    failures: int
    closed_until: str | None
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that was let try."""

    account: str
    address: str


class Throttle:
    """Counts sign-ins. Nodes share the counts, and they outlast a restart."""

    def __init__(self, reads: Reads, writer: Writer, clock: Clock) -> None:
        self._reads = reads
        self._writer = writer
        self._clock = clock

    async def enter(self, account: str, address: str | None) -> Attempt:
        """Let somebody try, counted as failed. Raises RateLimited with the seconds to wait, and counts nothing then."""
        attempt = Attempt(account_subject(account), f"address:{network_of(address)}")

        async def build(connection: AsyncConnection) -> Built[None]:
            now = self._clock.now()
            by_account = await _count(connection, attempt.account, now)
            by_address = await _count(connection, attempt.address, now)
            self._refuse(now, by_address)
            if by_address.failures:
                self._refuse(now, by_account)
            guards = [_failed(by_account, WITH_ACCOUNTS, now), _failed(by_address, WITH_ADDRESSES, now)]
            old = delete(sign_ins).where(sign_ins.c.failed_at < isoformat(now - FORGOTTEN_AFTER))
            return None, Unit(guards=guards, changes=[old])

        await read_and_commit(self._reads, self._writer, build)
        return attempt

    async def succeeded(self, attempt: Attempt) -> None:
        """Take the attempt back: the account's failures are forgotten, and of the address's this one."""
        address = sign_ins.c.subject == attempt.address
        changes = [
            delete(sign_ins).where(sign_ins.c.subject == attempt.account),
            delete(sign_ins).where(address, sign_ins.c.failures <= 1),
            update(sign_ins).where(address).values(failures=sign_ins.c.failures - 1, closed_until=None),
        ]
        await self._writer.commit(Unit(changes=changes))

    def _refuse(self, now: datetime, count: Count) -> None:
        if count.closed_until is not None and count.closed_until > isoformat(now):
            left = datetime.fromisoformat(count.closed_until) - now
            seconds = max(1, ceil(left.total_seconds()))
            raise RateLimited(
                f"Too many sign-ins failed. Wait {seconds} seconds and try again, or sign in with a one-time link.",
                retry_after=seconds,
            )


async def _count(connection: AsyncConnection, subject: str, now: datetime) -> Count:
    found = await connection.execute(select(sign_ins).where(sign_ins.c.subject == subject))
    row = found.mappings().one_or_none()
    if row is None:
        return Count(subject, 0, None, is_kept=False)
    if row["failed_at"] < isoformat(now - FORGOTTEN_AFTER):
        return Count(subject, 0, None, is_kept=True)
    return Count(subject, row["failures"], row["closed_until"], is_kept=True)


def _failed(count: Count, patience: Patience, now: datetime) -> Guard:
    """Counts one more failure; Moved when somebody else counted since."""
    failures = count.failures + 1
    pause = patience.pause(failures)
    row = {
        "failures": failures,
        "failed_at": isoformat(now),
        "closed_until": isoformat(now + pause) if pause else None,
    }
    if not count.is_kept:
        return Guard(insert(sign_ins).values(subject=count.subject, **row), Moved())
    forgotten = isoformat(now - FORGOTTEN_AFTER)
    seen = sign_ins.c.failures == count.failures if count.failures else sign_ins.c.failed_at < forgotten
    return Guard(update(sign_ins).where(sign_ins.c.subject == count.subject, seen).values(**row), Moved())


def account_subject(account: str) -> str:
    """What an account is counted under: its id, or, where there is none, what was typed, which may be a password."""
    return f"account:{sha256(account.casefold().encode()).hexdigest()}"


def network_of(address: str | None) -> str:
    """Whom an address counts for: a household of IPv6 has 2^64 of them."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return str(found.ipv4_mapped if isinstance(found, IPv6Address) else found)
