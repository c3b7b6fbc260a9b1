"""What admins may do to the systems that their house is joined to: an address, and a token that only we can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, insert, update

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, Forbidden, InvalidRequest, Moved, NotAvailable, NotFound
from parlour.identity.access import project_for
from parlour.identity.audit import audited
from parlour.identity.master_key import Place
from parlour.identity.vault import Vault
from parlour.identity.who import Who
from parlour.ids import is_id, new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.connections import ConnectionChange, NewConnection
from parlour.protocol.content import Json
from parlour.store.database import Reads
from parlour.store.queries.connections import StoredConnection, stored_connections
from parlour.store.tables import connections


@dataclass(frozen=True, slots=True)
class ConnectionDesk:
    """Where admins join their house to other systems. Everybody else gets Forbidden.

    Addresses are handed in as `models.offers.address_of` writes them.
    """

    reads: Reads
    writer: Writer
    clock: Clock
    vault: Vault

    async def kept(self, who: Who) -> list[StoredConnection]:
        """Every connection, in the order in which they were made."""
        check_may_join(who)
        async with self.reads.read() as connection:
            return await stored_connections(connection, who.tenant_id)

    async def one(self, who: Who, connection_id: str) -> StoredConnection:
        """One connection. Raises NotFound."""
        check_may_join(who)
        found = [row for row in await self.kept(who) if row.id == connection_id] if is_id(connection_id) else []
        if not found:
            raise NotFound("No such connection is set up here.")
        return found[0]

    async def add(self, who: Who, new: NewConnection) -> str:
        """Join the house to another system; the id of the connection.

        Raises NotFound for a project that they are not in, Duplicate for a system that the project is joined to, Moved.
        """
        check_may_join(who)
        async with self.reads.read() as connection:
            project = await project_for(connection, who, new.project_id)
        connection_id, at = new_id(), isoformat(self.clock.now())
        sealed = await self.vault.seal(new.token, _place(who.tenant_id, connection_id, new.base_url))
        row = {
            "id": connection_id,
            "tenant_id": who.tenant_id,
            "project_id": project.id,
            "kind": new.kind,
            "name": new.name,
            "base_url": new.base_url,
            "sealed_token": sealed.text,
            "is_on": True,
            "created_at": at,
            "updated_at": at,
            "version": 1,
            "state": "connecting",
            "since": at,
        }
        guards = [*sealed.guards, Guard(insert(connections).values(row), _taken())]
        said = _remembered("connection_added", who, connection_id, at, {"kind": new.kind, "base_url": new.base_url})
        await self.writer.commit(Unit(guards=guards, changes=[said]))
        return connection_id

    async def change(self, who: Who, connection_id: str, change: ConnectionChange) -> None:
        """Change what is given. A kept token never follows to another address.

        Raises InvalidRequest, Duplicate, Moved, and what `one` raises.
        """
        before = await self.one(who, connection_id)
        after: dict[str, Any] = change.model_dump(exclude={"token"}, exclude_none=True)
        base_url = change.base_url or before.base_url
        guards: list[Guard] = []
        if change.token is not None:
            sealed = await self.vault.seal(change.token, _place(who.tenant_id, connection_id, base_url))
            after["sealed_token"], guards = sealed.text, [*sealed.guards]
        elif base_url != before.base_url:
            raise InvalidRequest("A token never follows to another address. Enter the token for the new address too.")
        is_on = before.is_on if change.is_on is None else change.is_on
        at = isoformat(self.clock.now())
        after |= {"updated_at": at, "version": before.version + 1, "since": at, "problem": None}
        after["state"] = "connecting" if is_on else "off"
        conflict = _taken() if base_url != before.base_url else Moved()
        guards.append(Guard(update(connections).where(*_unchanged(before)).values(after), conflict))
        details: Json = change.model_dump(mode="json", exclude={"token"}, exclude_none=True)
        said = _remembered(
            "connection_changed", who, connection_id, at, details | {"has_new_token": change.token is not None}
        )
        await self.writer.commit(Unit(guards=guards, changes=[said]))

    async def remove(self, who: Who, connection_id: str) -> None:
        """Forget a connection and its token. What was taken over stays, as it was described last.

        Raises Moved, and what `one` raises.
        """
        before = await self.one(who, connection_id)
        gone = Guard(delete(connections).where(*_unchanged(before)), Moved())
        said = _remembered("connection_removed", who, connection_id, isoformat(self.clock.now()), {})
        await self.writer.commit(Unit(guards=[gone], changes=[said]))

    def opened(self, row: StoredConnection) -> str:
        """The token of a connection. Reads a file. Raises NotAvailable when it does not open."""
        closed = NotAvailable(
            f"The token of {row.name} does not open with this house's master key. An admin can enter it anew."
        )
        if row.sealed_token is None:
            raise closed
        try:
            return self.vault.opened(row.sealed_token, _place(row.tenant_id, row.id, row.base_url))
        except NotAvailable as error:
            raise closed from error


def check_may_join(who: Who) -> None:
    """Raise Forbidden for anybody but an admin."""
    if not who.may("house:manage"):
        raise Forbidden("Only an admin decides what this house is joined to.")


def _place(tenant_id: str, connection_id: str, base_url: str) -> Place:
    return Place(tenant_id, "token", connection_id, base_url)


def _taken() -> Duplicate:
    return Duplicate("This home is joined to that address already. Change that connection instead.")


def _unchanged(before: StoredConnection) -> tuple[ColumnElement[bool], ...]:
    """What a guard asks for: a token that somebody else entered meanwhile is for the address that they meant."""
    return connections.c.id == before.id, connections.c.version == before.version


def _remembered(action: str, who: Who, connection_id: str, at: str, details: Mapping[str, Any]) -> Executable:
    resource = ("connection", connection_id)
    return audited(action, tenant_id=who.tenant_id, user_id=who.user_id, at=at, resource=resource, details={**details})
