"""`parlour user`: the people of the house."""

from typing import Annotated, Literal

import typer

from parlour.cli.inside import Inside, inside
from parlour.cli.link import link_to
from parlour.identity.users import add_user

user = typer.Typer(help="Add people to the house.", no_args_is_help=True)


@user.callback()
def people() -> None:
    """Add people to the house."""


@user.command()
def add(
    username: Annotated[str, typer.Argument(metavar="NAME", help="What they are called here.")],
    role: Annotated[
        Literal["admin", "moderator", "user", "guest"], typer.Option(help="What they may do here.")
    ] = "user",
    full_name: Annotated[str, typer.Option(help="Their name as others read it.")] = "",
) -> None:
    """Add somebody, and print the one-time link that signs them in."""

    async def make(house: Inside) -> str:
        person = await add_user(
            house.database, house.writer, house.clock, username=username, role=role, full_name=full_name
        )
        made = await house.gate.make_link(person)
        return link_to(house.settings.address, made.secret)

    where = inside(make)
    typer.echo(f"{username.lower()} is a member of this house now, as {role}.", err=True)
    typer.echo(where)
    typer.echo(f"It signs {username.lower()} in once, within 15 minutes.", err=True)
