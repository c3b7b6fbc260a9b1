"""A datasource as it is kept, and how those of a project are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Json
from parlour.store.prepared import Row, rows
from parlour.toolkits.data.tables import datasources
from parlour.tools.outcomes import BadArguments, NotThere
from parlour.tools.tool import Acting, Arguments, Foresee

_OF_PROJECT = (
    select(datasources)
    .where(datasources.c.project_id == bindparam("project_id"), datasources.c.owner.in_(["", bindparam("user_id")]))
    .order_by(datasources.c.name, datasources.c.owner)
)


def acting_on(kind: str, foresee: Foresee, name: str | None = None, *, idempotent: bool = False) -> Acting:
    """What changes something in a datasource: all of it may be touched.

    It is the one of this `name`, or that the call names, or the only one of its kind.
    """

    def touches(arguments: Arguments) -> list[JsonValue]:
        return [f"{kind} {name or arguments.get('datasource') or ''}"]

    return Acting(idempotent=idempotent, foresee=foresee, touches=touches, touches_more=True)


@dataclass(frozen=True, slots=True)
class Datasource:
    """Where some of a project's data are. Its secrets are sealed."""

    id: str
    tenant_id: str
    project_id: str
    name: str
    kind: str
    description: str
    settings: Json
    """Without secrets."""
    address: str
    """Where its secrets go."""
    secret_names: tuple[str, ...]
    sealed_secrets: str | None
    writable: bool
    created_at: str
    updated_at: str
    rev: int
    """Rises with every change."""
    owner: str = ""
    """The person whose alone it is; empty for one that is everybody's in the project."""
    known: Json | None = None
    """What was last learned of it, by a kind that remembers something: which tools a server brings."""


async def datasources_of(connection: AsyncConnection, project_id: str, user_id: str = "") -> list[Datasource]:
    """The datasources of a project, by name: those that are everybody's there, and what is `user_id`'s alone."""
    return [_kept(row) for row in await rows(connection, _OF_PROJECT, project_id=project_id, user_id=user_id)]


def chosen(there: Sequence[Datasource], named: str | None, what: str) -> Datasource:
    """The one that is meant, by name or id; without either, the only one there is.

    `what` is what such a datasource is called: "database". Raises NotThere and BadArguments, which tell the choices.
    """
    if not there:
        raise NotThere(f"This project has no {what}.", suggestion="An admin can add one to the project.")
    if named is None:
        if len(there) > 1:
            raise BadArguments(f"This project has several: {_names(there)}.", suggestion="Say which by `datasource`.")
        return there[0]
    exactly = [each for each in there if named in (each.name, each.id)]
    found = exactly or [each for each in there if each.name.casefold() == named.strip().casefold()]
    if len(found) != 1:
        raise NotThere(f"This project has no {what} “{named}”.", suggestion=f"There is {_names(there)}.")
    return found[0]


def _names(there: Sequence[Datasource]) -> str:
    return ", ".join(f"“{each.name}”" for each in there)


def _kept(row: Row) -> Datasource:
    fields: dict[str, Any] = {name: row[name] for name in Datasource.__dataclass_fields__}
    fields["secret_names"] = tuple(fields["secret_names"])
    return Datasource(**fields)
