"""`parlour version`: which one this is."""

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import typer


def version() -> None:
    """Print which Parlour this is."""
    try:
        typer.echo(f"parlour {version_of('parlour')}")
    except PackageNotFoundError:
        typer.echo("parlour, from a checkout that is not installed")
