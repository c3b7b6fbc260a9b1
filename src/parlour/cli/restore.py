"""`parlour restore`: what a backup holds in the place of what is there."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from parlour.app import TOOLKIT_MIGRATIONS
from parlour.clock import SystemClock
from parlour.environment import read_settings
from parlour.store.archive.file import BackupFile
from parlour.store.backup import restore as restore_from
from parlour.store.database import database_url
from parlour.store.lock import DataLock
from parlour.telling import configure_logging


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `parlour backup` has written.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
) -> None:
    """Put everything that a backup holds in the place of what is here."""
    settings = read_settings(os.environ)
    configure_logging("error", settings.log_format)
    made = BackupFile(file)
    if not yes:
        typer.confirm(f"Everything here is replaced by what was there at {made.made_at}. Go on?", abort=True)
    lock = DataLock(settings.data_dir)
    try:
        url = database_url(settings.database)
        came, aside = asyncio.run(restore_from(url, file, TOOLKIT_MIGRATIONS, SystemClock()))
    finally:
        lock.release()
    typer.echo(f"{sum(table.rows for table in came):,} rows of {len(came)} tables are back, as of {made.made_at}.")
    if aside:
        typer.echo(f"What was here before is kept as {aside}. Take it away when it is not needed any more.")
