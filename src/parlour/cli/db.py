"""`parlour db`: the database that holds everything."""

import asyncio
import os
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from parlour import kinds
from parlour.app import TOOLKIT_MIGRATIONS
from parlour.clock import SystemClock
from parlour.environment import read_settings
from parlour.errors import BadSetting
from parlour.store.backup import copy as copy_all
from parlour.store.database import database_url
from parlour.store.lock import DataLock
from parlour.telling import configure_logging

db = typer.Typer(help="Bring everything from one database into another.", no_args_is_help=True)


@db.callback()
def database() -> None:
    """Bring everything from one database into another."""


@db.command()
def copy(
    to: Annotated[str, typer.Option("--to", metavar="URL", help="An empty database: postgresql://… or sqlite:///….")],
    start: Annotated[
        str, typer.Option("--from", metavar="URL", help="The database to copy; by default the one in use here.")
    ] = "",
) -> None:
    """Copy everything into an empty database, of either kind, and compare. The server must be stopped."""
    settings = read_settings(os.environ)
    configure_logging("error", settings.log_format)
    here = _url(start or settings.database, "--from" if start else "DATABASE_URL")
    there = _url(to, "--to")
    with ExitStack() as stack:
        for folder in _folders(settings.data_dir, here, there):
            stack.callback(DataLock(folder).release)
        came = asyncio.run(copy_all(here, there, TOOLKIT_MIGRATIONS, SystemClock()))
    widest = max(len(table.name) for table in came)
    for table in came:
        typer.echo(f"{table.name:<{widest}}  {table.rows:>12,}")
    typer.echo(f"{'all of it':<{widest}}  {sum(table.rows for table in came):>12,} rows, the same in both")


def _url(said: str, option: str) -> URL:
    try:
        return database_url(kinds.database(said))
    except (ArgumentError, ValueError) as error:
        raise BadSetting(f"{option} is no address of a database: postgresql://… or sqlite:///… is.") from error


def _folders(data_dir: Path, *urls: URL) -> list[Path]:
    """The data folders that nobody else may use meanwhile, each once."""
    files = [Path(str(url.database)) for url in urls if url.get_backend_name() == "sqlite"]
    return list(dict.fromkeys(folder.resolve() for folder in (data_dir, *(file.parent for file in files))))
