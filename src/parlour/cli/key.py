"""`parlour key`: the key that the secrets of a house are sealed under."""

from typing import Annotated

import typer

from parlour.cli.inside import Inside, inside
from parlour.identity.vault import forget_sealed
from parlour.toolkits.data.tables import DROP_SECRETS

key = typer.Typer(help="Say what to do about the key that secrets are sealed under.", no_args_is_help=True)


@key.callback()
def secrets() -> None:
    """Say what to do about the key that secrets are sealed under."""


@key.command()
def forget(yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False) -> None:
    """Drop everything that is sealed, for a house whose key is lost. Providers stay, and need their keys anew."""
    if not yes:
        typer.confirm("Every kept key and password is dropped, and has to be entered again. Go on?", abort=True)

    async def drop(house: Inside) -> None:
        await forget_sealed(house.writer, house.clock, DROP_SECRETS)

    inside(drop)
    typer.echo("Nothing is sealed any more. The next key that is entered is sealed under the key that is there then.")
