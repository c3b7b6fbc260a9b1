"""A datasource as it is kept, and how those of a project are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Json
from parlour.toolkits.data.tables import datasources
from parlour.tools.outcomes import BadArguments, NotThere


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


async def datasources_of(connection: AsyncConnection, project_id: str) -> list[Datasource]:
    """The datasources of a project, by name."""
    mine = select(datasources).where(datasources.c.project_id == project_id).order_by(datasources.c.name)
    return [_kept(row) for row in await connection.execute(mine)]


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


def _kept(row: Row[Any]) -> Datasource:
    return Datasource(
        id=row.id,
        tenant_id=row.tenant_id,
        project_id=row.project_id,
        name=row.name,
        kind=row.kind,
        description=row.description,
        settings=row.settings,
        address=row.address,
        secret_names=tuple(row.secret_names),
        sealed_secrets=row.sealed_secrets,
        writable=row.writable,
        created_at=row.created_at,
        updated_at=row.updated_at,
        rev=row.rev,
    )
