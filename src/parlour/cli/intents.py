"""`parlour intents`: how the built-in model understands a sentence."""

from typing import Annotated

import typer

from parlour.cli.inside import Inside, inside
from parlour.identity.users import ADMIN, person_called
from parlour.identity.who import who_is
from parlour.models.intents.model import IntentsModel
from parlour.toolkits.devices import DevicesToolkit
from parlour.toolkits.home import HomeToolkit
from parlour.tools.registry import Registry

intents = typer.Typer(help="Say how the built-in model understands a sentence.", no_args_is_help=True)


@intents.callback()
def sentences() -> None:
    """Say how the built-in model understands a sentence."""


@intents.command()
def explain(
    sentence: Annotated[str, typer.Argument(help="What somebody says.")],
    after: Annotated[
        list[str] | None, typer.Option(help="What was said before in the same talk; may be repeated.")
    ] = None,
    username: Annotated[str, typer.Option("--user", help="Who says it.")] = ADMIN,
) -> None:
    """Show each stage from the words to what would be called. Nothing is looked up, done or changed."""

    async def read(house: Inside) -> list[str]:
        who = who_is(await person_called(house.database, username), "")
        caller = who.in_project(house.house.home_project_id)
        home = HomeToolkit(house.database, house.writer, house.clock)
        devices = DevicesToolkit(home.lookup, house.database, house.writer, house.clock, ())
        tools = await Registry(home, devices).tools(caller)
        allowed = [tool for tool in tools.values() if caller.may(tool.permission)]
        _, lines = await IntentsModel().explain([*(after or ()), sentence], allowed, caller)
        return lines

    for line in inside(read):
        typer.echo(line)
