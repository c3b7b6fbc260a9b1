"""The command `parlour`. Of its commands only the one that was asked for is imported, so that it answers at once."""

import gc
import importlib
import sys
from dataclasses import dataclass

import typer

from parlour.errors import ParlourError

FAILED = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lies: a function or a group of them, by the command's own name in a module of that name."""

    name: str
    help: str

    @property
    def module(self) -> str:
        """The module to import when it is asked for."""
        return f"parlour.cli.{self.name}"


ENTRIES = (
    Entry("serve", "Run the server until it is told to stop."),
    Entry("link", "Print a one-time link that signs somebody in."),
    Entry("user", "Add people to the house, and say what they may do."),
    Entry("sample", "Add sample people and a project of theirs, to try the house with."),
    Entry("token", "Make tokens for programs."),
    Entry(
        "mcp",
        "Serve the tools of a running house over standard input and output, for whoever PARLOUR_TOKEN speaks for.",
    ),
    Entry("key", "Say what to do about the key that secrets are sealed under."),
    Entry("backup", "Write everything this house keeps in its database into one file."),
    Entry("restore", "Put everything that a backup holds in the place of what is here."),
    Entry("db", "Bring everything from one database into another."),
    Entry("intents", "Say how the built-in model understands a sentence."),
    Entry("settings", "Print every setting that is in force."),
    Entry("version", "Print which Parlour this is."),
)


def app() -> None:
    """Run the command that the process was started with. Exits 1 after an error, with what to do about it."""
    # What is imported stays until the end. To look through it for garbage, again and again while it grows, takes a
    # sixth of a start, and would take time of the server ever after.
    gc.disable()
    commands = command_line(sys.argv[1:])
    gc.freeze()
    gc.enable()
    try:
        commands()
    except ParlourError as error:
        typer.echo(error.safe, err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(130)


def command_line(arguments: list[str]) -> typer.Typer:
    """Every command, of which only the one that `arguments` name is more than its name and help."""
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    commands = typer.Typer(
        help="Talk with your own systems.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for entry in ENTRIES:
        found = getattr(importlib.import_module(entry.module), entry.name) if entry.name == asked else _unasked
        if isinstance(found, typer.Typer):
            commands.add_typer(found, name=entry.name, help=entry.help)
        else:
            commands.command(entry.name, help=entry.help)(found)
    return commands


def _unasked() -> None:
    """Stands in the list of commands for one that was not asked for."""
