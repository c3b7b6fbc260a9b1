"""How a connection stands, as whoever keeps it in step finds it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.protocol.connections import ConnectionState


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection stands. What is None is as it was before."""

    state: ConnectionState
    problem: str = ""
    """A safe sentence on why it is not connected, and what to do about it."""
    server: str | None = None
    imported: Mapping[str, JsonValue] | None = None
