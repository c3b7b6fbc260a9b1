"""What a kind of datasource is. One class makes one; other packages bring theirs by the entry point below."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import entry_points
from typing import Any, Protocol

from pydantic import BaseModel, SecretStr, ValidationError

from parlour.errors import InvalidRequest
from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool

ENTRY_POINT = "parlour.datasources"
"""Under this group another package names a function without parameters that makes a `Kind`."""


class Source(Protocol):
    """Somewhere data can be had from, open: a pool of connections, a session."""

    async def close(self) -> None:
        """Let go of everything. Whatever still uses it fails."""
        ...


class Kind(Protocol):
    """One kind of datasource."""

    @property
    def name(self) -> str:
        """What it is called in settings and doors, such as "sql"."""
        ...

    @property
    def title(self) -> str:
        """What people call such a datasource: "SQL database"."""
        ...

    @property
    def settings(self) -> type[BaseModel]:
        """What it has to know: a closed model. Fields of `SecretStr` are sealed and never shown again."""
        ...

    def address(self, settings: Any) -> str:
        """Where the secrets in `settings` go. They are never used for another address.

        Raises ToolProblem for settings that this server does not allow.
        """
        ...

    async def connect(self, settings: Any, *, writable: bool) -> Source:
        """Open it. Raises ToolProblem, in words for people, when that cannot be."""
        ...

    async def trial(self, source: Any) -> str:
        """What is there, in a sentence for whoever sets it up. Raises ToolProblem."""
        ...

    def tools(self, shelf: "Shelf", there: Sequence[Datasource]) -> Sequence[Tool]:
        """The tools for a project with these datasources of the kind, in a stable order. `there` is never empty."""
        ...


class Shelf(Protocol):
    """Where the tools of a kind have their datasources from."""

    async def choose(self, caller: Caller, kind: str, named: str | None, what: str) -> Datasource:
        """The datasource of the caller's project that is meant; see `datasource.chosen`."""
        ...

    def lend(self, datasource: Datasource) -> AbstractAsyncContextManager[Any]:
        """The open source, the same for all who use it at once. Raises what `Kind.connect` does."""
        ...


def found_kinds(shipped: Iterable[Kind]) -> dict[str, Kind]:
    """The kinds that are shipped and those that other packages bring, by name. Raises ValueError when two share one."""
    kinds: dict[str, Kind] = {}
    brought = (each.load()() for each in sorted(entry_points(group=ENTRY_POINT), key=lambda each: each.name))
    for kind in (*shipped, *brought):
        if kind.name in kinds:
            raise ValueError(f"Two kinds of datasources are called “{kind.name}”: remove one of their packages.")
        kinds[kind.name] = kind
    return kinds


def understood(kind: Kind, settings: Mapping[str, Any]) -> BaseModel:
    """The settings as the kind takes them. Raises InvalidRequest that names each misfit and repeats no value."""
    try:
        return kind.settings.model_validate(settings)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors())
        raise InvalidRequest(f"These settings do not fit: {faults}.") from error


def taken_apart(settings: BaseModel) -> tuple[Json, Json]:
    """What may be kept in the open, and the secrets, by the names of their fields."""
    plain = settings.model_dump(mode="json")
    secrets: Json = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            secrets[name] = value.get_secret_value()
        elif isinstance(value, dict) and any(isinstance(inner, SecretStr) for inner in value.values()):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
            secrets[name] = {str(key): inner.get_secret_value() for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
        else:
            continue
        del plain[name]
    return plain, secrets
