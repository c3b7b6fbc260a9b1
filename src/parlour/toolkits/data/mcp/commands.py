"""The programs that projects may have run here as MCP servers: those that whoever runs this server has listed.

The file has the shape that desktop clients share: an object `mcpServers`, with `command`, `args` and `env` for each
name. What is listed here besides is `takes`: the variables that a project may set, such as a key of its own.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from parlour.errors import BadSetting

SETTING = "MCP_SERVERS_FILE"

_Text = Annotated[str, Field(max_length=4_000, pattern=r"^[^\x00]*$")]
_Variable = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _Listed(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    command: Annotated[_Text, Field(min_length=1)]
    args: list[_Text] = []
    env: dict[_Variable, _Text] = {}
    cwd: _Text | None = None
    takes: list[_Variable] = []


class _File(BaseModel):
    servers: dict[Annotated[str, Field(min_length=1, max_length=100)], _Listed] = Field(alias="mcpServers")


@dataclass(frozen=True, slots=True)
class Command:
    """How a program is run."""

    words: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    """All of it; nothing is inherited."""
    folder: str | None = None
    takes: frozenset[str] = frozenset()
    """The variables that a project may set."""


def listed_commands(file: str) -> dict[str, Command]:
    """The programs in `file`, by name; none for "".

    Raises BadSetting, naming the setting and the place, for a file that cannot be read or understood.
    """
    if not file:
        return {}
    try:
        written = _File.model_validate(json.loads(Path(file).read_text("utf-8")))
    except OSError as error:
        raise BadSetting(f"{SETTING}: {file} cannot be read: {error.strerror}.", setting=SETTING) from error
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadSetting(f"{SETTING}: {file}, {where}: {first['msg']}.", setting=SETTING) from error
    except ValueError as error:
        raise BadSetting(f"{SETTING}: {file} is no JSON: {error}.", setting=SETTING) from error
    return {name: _command(each) for name, each in written.servers.items()}


def _command(listed: _Listed) -> Command:
    return Command((listed.command, *listed.args), dict(listed.env), listed.cwd, frozenset(listed.takes))
