"""The bodies of `/connections`: what outside of this house it is joined to, such as Home Assistant."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Problem, Value
from parlour.protocol.providers import Address, Key
from parlour.protocol.rest import Line

ConnectionKind = Literal["home_assistant"]
ConnectionState = Literal["off", "connecting", "connected", "away", "refused"]
ConnectionName = Annotated[Line, Field(max_length=100)]


class Imported(Value):
    """What was taken over from the other side into the home, in figures."""

    zones: int
    rooms: int
    devices: int
    routines: int
    """Automations, scenes and scripts."""
    at: str
    """When it was last compared."""


class ConnectionView(Value):
    """Another system that this house is joined to. Its token is never shown."""

    id: str
    kind: ConnectionKind
    name: str
    """What people call it: "Home Assistant"."""
    base_url: str
    host: str
    """Where what is asked and what is done goes."""
    project_id: str
    project_name: str
    """Whose home its things are taken into."""
    is_on: bool
    """Whether an admin wants it joined."""
    state: ConnectionState
    """Off: not wanted now. Away: it does not answer, and is tried again and again. Refused: it answers and does not
    want this token; somebody has to enter another one."""
    words: str
    """The state as a sentence: "Connected since 14:02 UTC; 9 rooms and 31 devices are kept in step."."""
    problem: Problem | None = None
    """Why it is away or refused, and what to do about it."""
    server: str | None = None
    """What the other side calls itself: "Home Assistant 2026.10.1"."""
    since: str | None = None
    """When it came to be in this state."""
    imported: Imported | None = None
    """None until its things were read once."""
    created_at: str


class ConnectionList(Value):
    """Every connection of this house, in the order in which they were made. For admins."""

    connections: list[ConnectionView]


class NewConnection(Value):
    """A system to be joined to the home of a project."""

    kind: ConnectionKind = "home_assistant"
    name: ConnectionName = "Home Assistant"
    base_url: Address
    """Where it is reached by a browser: `http://homeassistant.local:8123`."""
    token: Annotated[Key, Field(min_length=1)]
    """A long-lived access token, made on its own pages."""
    project_id: Line | None = None
    """The project whose home its things belong to; the shared one when left out."""


class ConnectionChange(Value):
    """What to change; what is left out stays. A new address needs the token anew: one never follows to another host."""

    name: ConnectionName | None = None
    base_url: Address | None = None
    token: Annotated[Key, Field(min_length=1)] | None = None
    is_on: bool | None = None


class ConnectionTrial(Value):
    """What to try out before it is kept. For a connection that is kept, what is left out is as it is kept."""

    kind: ConnectionKind = "home_assistant"
    base_url: Address | None = None
    token: Annotated[Key, Field(min_length=1)] | None = None


class ConnectionTried(Value):
    """What came of a trial. Nothing was kept and nothing was changed by it."""

    works: bool
    problem: Problem | None = None
    """What went wrong, and what to do about it."""
    server: str | None = None
    """What the other side calls itself: "Home Assistant 2026.10.1"."""
    found: str | None = None
    """What would be taken over, in words: "9 rooms and 31 devices"."""
    duration_ms: int
