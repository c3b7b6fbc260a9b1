"""`parlour user`: the people of the house."""

from typing import Annotated, Literal

import typer

from parlour.cli.inside import Inside, inside
from parlour.cli.link import link_to
from parlour.identity.people import change_person
from parlour.identity.users import add_user, person_called
from parlour.protocol.people import UserChange
from parlour.store.queries.roll import roll_of

user = typer.Typer(help="Add people to the house, and say what they may do.", no_args_is_help=True)

Username = Annotated[str, typer.Argument(metavar="NAME", help="What they are called here.")]
Role = Literal["admin", "moderator", "user", "guest"]


@user.callback()
def people() -> None:
    """Add people to the house, and say what they may do."""


@user.command()
def add(
    username: Username,
    role: Annotated[Role, typer.Option(help="What they may do here.")] = "user",
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


@user.command("list")
def listing() -> None:
    """Print everybody who has an account: name, role, and when they last signed in."""

    async def read(house: Inside) -> list[str]:
        async with house.database.read() as connection:
            roll = await roll_of(connection, house.house.tenant_id)
        return [
            f"{one.username:<20} {one.role if one.is_active else 'deactivated':<12} {one.signed_in_at or 'never'}"
            for one in sorted(roll.people.values(), key=lambda one: one.username)
        ]

    for line in inside(read):
        typer.echo(line)


@user.command()
def role(
    username: Username, role: Annotated[Role, typer.Argument(metavar="ROLE", help="admin, moderator, user or guest.")]
) -> None:
    """Change what somebody may do, at once and everywhere."""
    _change(username, UserChange(role=role))
    typer.echo(f"{username.lower()} is {role} now.", err=True)


@user.command()
def deactivate(username: Username) -> None:
    """Sign somebody out everywhere, and let them in no more. What they said is kept."""
    _change(username, UserChange(is_active=False))
    typer.echo(f"{username.lower()} is deactivated.", err=True)


@user.command()
def activate(username: Username) -> None:
    """Let somebody in again who was deactivated."""
    _change(username, UserChange(is_active=True))
    typer.echo(f"{username.lower()} is active again.", err=True)


def _change(username: str, change: UserChange) -> None:
    async def deed(house: Inside) -> None:
        person = await person_called(house.database, username)
        await change_person(house.database, house.writer, house.clock, person.tenant_id, person.id, change)

    inside(deed)
