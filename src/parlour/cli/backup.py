"""`parlour backup`: everything a house keeps in its database, in one file, whether or not its server runs."""

import asyncio
import os
from collections.abc import Iterator
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
    """Write everything this house keeps in its database into one file."""
    settings = read_settings(os.environ)
    configure_logging("error", settings.log_format)
    clock = SystemClock()
    path = file or settings.backups / f"parlour-{stamp(clock)}{ENDING}"
    written = asyncio.run(back_up(database_url(settings.database), path, clock))
    typer.echo(f"{written.rows:,} rows of {written.tables} tables are in {path} ({_size(written.size)}).")
    for line in _what_else(settings):
        typer.echo(line, err=True)


def _what_else(settings: Settings) -> Iterator[str]:
    """What is not in a backup, and what to do about it."""
    folders = [str(each) for each in (settings.files, settings.datasources) if each.is_dir() and any(each.iterdir())]
    if folders:
        yield f"Files are not in it: keep a copy of {' and '.join(folders)} as well."
    if settings.master_key.exists():
        yield (
            f"The master key is not in it: keep a copy of {settings.master_key} somewhere else than the backup. "
            "Without it the keys of providers have to be entered again, after `parlour key forget`."
        )
    elif not folders:
        yield "This house has no master key yet, so the backup is all there is to keep."


def _size(count: int) -> str:
    return f"{count / 1024:,.0f} KiB" if count < 1024 * 1024 else f"{count / 1024 / 1024:,.1f} MiB"
