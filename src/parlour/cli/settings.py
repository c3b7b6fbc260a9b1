"""`parlour settings`: what is in force."""

import os

import typer

from parlour.environment import described, read_settings


def settings() -> None:
    """Print every setting that is in force."""
    in_force = read_settings(os.environ)
    everything = described()
    widest = max(len(setting.name) for setting in everything)
    for setting in everything:
        value = str(getattr(in_force, setting.field))
        shown = "(set)" if setting.secret and value else value or "(none)"
        typer.echo(f"{setting.name:<{widest}}  {shown}")
        typer.echo(f"{'':<{widest}}  {setting.help}")
