"""Secrets that have to be used again, such as the key of a provider: kept sealed under the master key of the house.

The master key is a file. The database keeps its fingerprint only, so a copy of the database opens nothing, and a server
that was started with another key notices it before it does anything.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert, select, update

from parlour.clock import Clock, isoformat
from parlour.errors import BadSetting, Moved
from parlour.identity.audit import audited
from parlour.identity.consent import unset
from parlour.identity.key_file import SETTING, make_key, read_key
from parlour.identity.master_key import MasterKey, Place
from parlour.identity.users import FIRST_TENANT
from parlour.journal.unit import Change, Guard, Unit, Writer
from parlour.store.database import Reads
from parlour.store.tables import connections, providers, settings

FINGERPRINT = "master_key"
"""The setting with the fingerprint of the master key. The key is the whole house's, and the row its first tenant's."""
_FINGERPRINT = select(settings.c.value).where(settings.c.tenant_id == FIRST_TENANT, settings.c.key == FINGERPRINT)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it may be kept, and what must hold in the unit that keeps it: that the house has one master key."""

    text: str
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class Vault:
    """The master key, made when the first secret is sealed. Each use reads the file: it is small, and uses are rare."""

    path: Path
    reads: Reads
    clock: Clock

    async def check(self) -> None:
        """Raise BadSetting, which says what to do, when something is sealed and its key is another one or lost."""
        fingerprint = await self._fingerprint()
        if fingerprint is not None:
            await asyncio.to_thread(_held, self.path, fingerprint)

    async def seal(self, secret: str, place: Place) -> Sealed:
        """Seal a secret for its place. Raises BadSetting as `check` does, and when no key can be made."""
        fingerprint = await self._fingerprint()
        key, text = await asyncio.to_thread(_seal, self.path, fingerprint, secret, place)
        if fingerprint is not None:
            return Sealed(text, ())
        return Sealed(text, (self._noted(key),))

    async def derived(self, writer: Writer, purpose: str) -> bytes:
        """A key of its own for one purpose, the same on every node; the master key is made if there is none yet.

        Raises BadSetting as `check` does.
        """
        fingerprint = await self._fingerprint()
        key = await asyncio.to_thread(_key, self.path, fingerprint)
        if fingerprint is None:
            try:
                await writer.commit(Unit(guards=[self._noted(key)]))
            except Moved:
                return await self.derived(writer, purpose)
        return hmac.new(key.secret, f"parlour {purpose}".encode(), hashlib.sha256).digest()

    def opened(self, sealed: str, place: Place) -> str:
        """What was sealed for `place`. Reads a file. Raises NotAvailable when no key is there that opens it."""
        try:
            key = read_key(self.path)
        except BadSetting as error:
            raise place.closed from error
        if key is None:
            raise place.closed
        return key.opened(sealed, place)

    def _noted(self, key: MasterKey) -> Guard:
        """Keeps the fingerprint of the master key; Moved where one is kept already."""
        at = isoformat(self.clock.now())
        row = {"tenant_id": FIRST_TENANT, "key": FINGERPRINT, "value": key.fingerprint, "updated_at": at}
        return Guard(insert(settings).values(row), Moved())

    async def _fingerprint(self) -> str | None:
        """Of the key that the secrets of the house are sealed under; None while there are none."""
        async with self.reads.read() as connection:
            return (await connection.execute(_FINGERPRINT)).scalar_one_or_none()


async def forget_sealed(writer: Writer, clock: Clock, also: Sequence[Change] = ()) -> None:
    """Drop every sealed secret of the house, for one whose master key is lost. What had one stays, without it.

    `also` drops those that others keep.
    """
    at = isoformat(clock.now())
    keyless = update(providers).values(sealed_key=None, updated_at=at, version=providers.c.version + 1)
    said = audited("sealed_secrets_forgotten", tenant_id=FIRST_TENANT, user_id=None, at=at)
    tokenless = update(connections).values(sealed_token=None, updated_at=at, version=connections.c.version + 1)
    await writer.commit(Unit(changes=[keyless, tokenless, *also, unset(FIRST_TENANT, FINGERPRINT), said]))


def _seal(path: Path, fingerprint: str | None, secret: str, place: Place) -> tuple[MasterKey, str]:
    key = _key(path, fingerprint)
    return key, key.sealed(secret, place)


def _key(path: Path, fingerprint: str | None) -> MasterKey:
    """The master key, made now where nothing needs another one."""
    if fingerprint is None and read_key(path) is None:
        make_key(path)
    return _held(path, fingerprint)


def _held(path: Path, fingerprint: str | None) -> MasterKey:
    """The key in the file; it has to be the one with this fingerprint, if any has."""
    found = read_key(path)
    if found is None:
        wrong = f"The master key of this house is not at {path}. Put the file back"
    elif fingerprint not in (None, found.fingerprint):
        wrong = f"{path} is not the master key of this house. Put the right file back"
    else:
        return found
    raise BadSetting(
        f"{wrong}, or name it with {SETTING}. If it is lost for good, `parlour key forget` drops what was sealed "
        "under it.",
        setting=SETTING,
    )
