"""What a kind of datasource is. One class makes one; other packages bring theirs as plugins."""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, SecretStr, ValidationError

from parlour.errors import InvalidRequest
from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool


class Source(Protocol):
    """Somewhere data can be had from, open: a pool of connections, a session."""

    async def close(self) -> None:
        """Let go of everything. Whatever still uses it fails."""
        ...


@runtime_checkable
class Linked(Protocol):
    """A source that is open before it is connected: it connects when it is used."""

    @property
    def standing(self) -> Literal["connected", "idle", "away"]:
        """Idle: nobody has used it of late. Away: it did not answer when it was tried last."""
        ...


@runtime_checkable
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

    async def connect(self, settings: Any, *, project_id: str, writable: bool) -> Source:
        """Open it for a project. Raises ToolProblem, in words for people, when that cannot be."""
        ...

    async def trial(self, source: Any) -> str:
        """What is there, in a sentence for whoever sets it up. Raises ToolProblem."""
        ...

    def tools(self, shelf: "Shelf", there: Sequence[Datasource]) -> Sequence[Tool]:
        """The tools for a project with these datasources of the kind, in a stable order. `there` is never empty."""
        ...


@runtime_checkable
class Preparing(Protocol):
    """A kind whose settings are completed once, when they are entered: by what they refer to, say."""

    async def ready(self, settings: Any) -> Any:
        """The settings as they are kept. Raises ToolProblem for what cannot be completed."""
        ...


class Own(Protocol):
    """The secrets of one datasource, for its kind alone: some of them are replaced while they are used."""

    async def read(self) -> tuple[Datasource, Json]:
        """The datasource as it stands, and its secrets. Raises NotFound, NotAvailable."""
        ...

    async def keep(self, before: Datasource, secrets: Json) -> None:
        """Keep these in the place of those that were read with `before`. Raises Moved where they are others by now."""
        ...


@runtime_checkable
class Renewing(Protocol):
    """A kind that replaces secrets while it uses them."""

    def renews(self, source: Any, own: Own) -> None:
        """Let an open source know where its secrets are kept."""
        ...


@runtime_checkable
class ForOne(Protocol):
    """A kind that somebody who is no admin may add for themselves alone."""

    def for_one(self) -> Kind | None:
        """The kind as it is then, with nothing within reach that is not open to everybody; None where it may not be."""
        ...


@runtime_checkable
class Personal(Protocol):
    """A kind that may offer something else to each person."""

    async def tools_for(self, user_id: str, shelf: "Shelf", there: Sequence[Datasource]) -> Sequence[Tool]:
        """The tools for a person, as of `Kind.tools`."""
        ...


class Shelf(Protocol):
    """Where the tools of a kind have their datasources from."""

    async def choose(self, caller: Caller, kind: str, named: str | None, what: str) -> Datasource:
        """The datasource of the caller's project that is meant; see `datasource.chosen`."""
        ...

    def lend(self, datasource: Datasource) -> AbstractAsyncContextManager[Any]:
        """The open source, the same for all who use it at once. Raises what `Kind.connect` does."""
        ...

    async def remember(self, datasource: Datasource, known: Json) -> None:
        """Keep what was learned of a datasource, unless it has been changed since."""
        ...

    def errand(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have something done that nobody waits for, unless the same is being done."""
        ...


def by_name(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """The kinds by name, in their order. Raises ValueError when two share one."""
    found: dict[str, Kind] = {}
    for kind in kinds:
        if kind.name in found:
            raise ValueError(f"Two kinds of datasources are called “{kind.name}”: remove one of their packages.")
        found[kind.name] = kind
    return found


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
