"""The bodies of `/projects/{project_id}/datasources`: the databases, APIs and files that a project works with."""

from typing import Annotated

from pydantic import Field

from parlour.protocol.content import Json, Problem, Value, Words
from parlour.protocol.rest import Line

DatasourceName = Annotated[Line, Field(max_length=100)]
Description = Annotated[Words, Field(max_length=1_000)]


class DatasourceView(Value):
    """Where some of a project's data are. What is secret about it is never shown."""

    id: str
    project_id: str
    name: str
    """What people and models call it."""
    kind: str
    kind_title: str
    """What people call its kind: "SQL database"."""
    is_mine: bool = False
    """Whether it is one's own: nobody else in the project sees or uses it."""
    description: str
    """What is in it, for people and models."""
    writable: bool
    """Whether it may be changed through tools at all. Each change still asks."""
    address: str | None = None
    """Where it is, as far as secrets go there. For admins and whose own it is, as is what follows."""
    settings: Json | None = None
    """Without secrets."""
    secrets: list[str] | None = None
    """The names of the secret settings that are set."""
    problem: Problem | None = None
    """Why it cannot be used, where that is known without trying."""
    created_at: str
    updated_at: str
    rev: int
    """Rises with every change."""


class DatasourceKind(Value):
    """A kind of datasource that this server knows."""

    name: str
    title: str
    settings: Json
    """The JSON Schema of its settings."""


class DatasourceList(Value):
    """The datasources of a project, by name."""

    datasources: list[DatasourceView]
    kinds: list[DatasourceKind]
    """What may be added for everybody in the project; empty for who may not."""
    own_kinds: list[DatasourceKind] = Field(default_factory=list[DatasourceKind])
    """What one may add for oneself alone."""


class NewDatasource(Value):
    """A datasource for a project, or for oneself in it."""

    name: DatasourceName
    kind: Line
    description: Description = ""
    settings: Json
    """As the kind takes them, with their secrets."""
    writable: bool = False
    is_mine: bool = False
    """Whether it is for oneself alone."""


class DatasourceChange(Value):
    """What to change; what is left out stays. Of `settings`, too: each is named that changes; null takes one away.

    Secrets never follow to another address: a change of where it is needs them anew.
    """

    name: DatasourceName | None = None
    description: Description | None = None
    settings: Json | None = None
    writable: bool | None = None


class DatasourceTrial(Value):
    """What to try out before it is kept. For a datasource that is kept, what is left out is as it is kept."""

    kind: Line | None = None
    settings: Json | None = None
    is_mine: bool = False
    """Whether a new one is to be for oneself alone."""


class DatasourceTried(Value):
    """What came of a trial. Nothing was kept and nothing was changed by it."""

    works: bool
    words: str | None = None
    """What is there, in a sentence."""
    problem: Problem | None = None
    """What went wrong, and what to do about it."""
    duration_ms: int
