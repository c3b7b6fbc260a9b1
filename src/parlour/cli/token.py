"""`parlour token`: what programs show at the doors."""

from typing import Annotated

import typer

from parlour.cli.inside import Inside, inside
from parlour.identity.users import ADMIN, person_called

token = typer.Typer(help="Make tokens for programs.", no_args_is_help=True)


@token.callback()
def tokens() -> None:
    """Make tokens for programs."""


@token.command()
def create(
    username: Annotated[str, typer.Option("--user", help="For whom it speaks.")] = ADMIN,
    name: Annotated[str, typer.Option(help="What to call it, to know it again.")] = "",
) -> None:
    """Print a new token, this once. It goes into the header `Authorization: Bearer …` and lasts until revoked."""

    async def make(house: Inside) -> str:
        person = await person_called(house.database, username)
        made = await house.gate.make_api_key(
            tenant_id=person.tenant_id, user_id=person.id, name=name[:100] or "command line"
        )
        return made.secret

    typer.echo(inside(make))
