"""The body of `/system`: what is connected here, and how it is."""

from typing import Literal

from parlour.protocol.content import Value


class ConnectedPart(Value):
    """Something that belongs to this house."""

    kind: Literal["home", "database", "connection"]
    name: str
    """What people call it: "Maple House", "SQLite"."""
    state: Literal["connected", "empty", "away", "off"]
    """Empty: a home with nothing in it. Away: it does not answer, or does not let this house in."""
    words: str
    """What is there, as a sentence."""


class SystemView(Value):
    """What is connected here. Where things are kept is told to admins only."""

    version: str
    parts: list[ConnectedPart]
    admins: list[str]
    """The names of those who can change what is connected."""
