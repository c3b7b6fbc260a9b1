"""`parlour link`: the way in, and the way back in."""

from typing import Annotated

import typer

from parlour.cli.inside import Inside, inside
from parlour.identity.users import ADMIN, person_called


def link(
    username: Annotated[str, typer.Argument(metavar="[USER]", help="Whom it signs in.", show_default=True)] = ADMIN,
) -> None:
    """Print a one-time link that signs somebody in."""

    async def make(house: Inside) -> str:
        person = await person_called(house.database, username)
        made = await house.gate.make_link(person)
        return link_to(house.settings.address, made.secret)

    typer.echo(inside(make))
    typer.echo(f"It signs {username} in once, within 15 minutes.", err=True)


def link_to(address: str, secret: str) -> str:
    """The link as a person opens it. Opening it changes nothing; the page there asks for the press of a button."""
    return f"{address}/link?token={secret}"
