"""`parlour backup`: everything a house holds, in one file, whether or not its server runs."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from parlour.clock import SystemClock
from parlour.config import Settings
from parlour.environment import read_settings
from parlour.store.backup import ENDING, back_up, stamp
from parlour.store.database import database_url
from parlour.telling import configure_logging


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="The file to write; by default a new one in `backups` of the data folder.")
    ] = None,
) -> None:
    """Write everything this house holds into one file."""
    settings = read_settings(os.environ)
    configure_logging("error", settings.log_format)
    clock = SystemClock()
    path = file or settings.backups / f"parlour-{stamp(clock)}{ENDING}"
    written = asyncio.run(back_up(database_url(settings.database), path, clock))
    typer.echo(f"{written.rows:,} rows of {written.tables} tables are in {path} ({_size(written.size)}).")
    typer.echo(about_the_key(settings), err=True)


def about_the_key(settings: Settings) -> str:
    """What is not in a backup, and what to do about it."""
    if not settings.master_key.exists():
        return "This house has no master key yet, so the backup is all there is to keep."
    return (
        f"The master key is not in it: keep a copy of {settings.master_key} somewhere else than the backup. "
        "Without it the keys of providers have to be entered again, after `parlour key forget`."
    )


def _size(count: int) -> str:
    return f"{count / 1024:,.0f} KiB" if count < 1024 * 1024 else f"{count / 1024 / 1024:,.1f} MiB"
