"""The body of `/system`: what is connected here, and how it is."""

from typing import Literal

from parlour.protocol.content import Value


class ConnectedPart(Value):
    """Something that belongs to this house."""

    kind: Literal["home", "database"]
    name: str
    """What people call it: "Maple House", "SQLite"."""
    state: Literal["connected", "empty"]
    words: str
    """What is there, as a sentence."""


class SystemView(Value):
    """What is connected here. Where things are kept is told to admins only."""

    version: str
    parts: list[ConnectedPart]
    admins: list[str]
    """The names of those who can change what is connected."""
