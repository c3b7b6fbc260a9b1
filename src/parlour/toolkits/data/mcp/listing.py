"""The tools of a server as it told of them: values, bounded, and comparable."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, cast

import orjson
from pydantic import JsonValue

from parlour.protocol.content import Effect, Json
from parlour.toolkits.data.masking import Masks
from parlour.toolkits.data.mcp.settings import McpLimits, McpSettings
from parlour.toolkits.data.mcp.wording import plain

LONGEST_NAME = 200
WANTS_SIGN_IN = "wants_sign_in"
"""Stands beside what is known of a server that let nobody in when it was asked last."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One tool, in the words of its server. None of them is trusted."""

    name: str
    description: str
    schema: Json
    """JSON Schema of the arguments."""
    read_only: bool = False
    destructive: bool = True
    """What the protocol takes for granted where nothing is said."""
    idempotent: bool = False

    @property
    def digest(self) -> str:
        """The same for as long as the server says the same of it."""
        return hashlib.sha256(orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)).hexdigest()

    def as_json(self) -> Json:
        """As it is kept. The schema in it is the same object: copies of them all take long."""
        return {
            "name": self.name,
            "description": self.description,
            "schema": self.schema,
            "read_only": self.read_only,
            "destructive": self.destructive,
            "idempotent": self.idempotent,
        }

    def without(self, masks: Masks) -> "Definition":
        """The same without secrets in what is told of it."""
        description = masks.text(plain(self.description, len(self.description)))
        return replace(self, description=description, schema=cast("Json", masks.value(self.schema)))

    def effect(self, *, trusted: bool) -> Effect:
        """What it does. That it does little counts only where the server is trusted."""
        if not trusted:
            return "destructive"
        return "read" if self.read_only else "destructive" if self.destructive else "write"


@dataclass(frozen=True, slots=True)
class Listing:
    """Every tool of a server that can be used at all, in its order."""

    tools: tuple[Definition, ...]
    left_out: int = 0
    """How many are too many, or too large."""

    def find(self, name: str) -> Definition | None:
        """The tool of this name."""
        return next((each for each in self.tools if each.name == name), None)

    def without(self, masks: Masks) -> "Listing":
        """The same without secrets. A tool with one in its name cannot be called, and is left out."""
        tools = [each.without(masks) for each in self.tools if masks.text(each.name) == each.name]
        return Listing(tuple(tools), self.left_out + len(self.tools) - len(tools))

    def as_json(self) -> Json:
        """As it is kept."""
        tools: list[JsonValue] = [each.as_json() for each in self.tools]
        digests = "".join(each.digest for each in self.tools)
        return {
            "tools": tools,
            "left_out": self.left_out,
            "digest": hashlib.sha256(f"{digests}{self.left_out}".encode()).hexdigest(),
        }


NOTHING = Listing(())


def kept_listing(known: Json | None) -> Listing:
    """A listing as it was kept; nothing where none was."""
    if not known:
        return NOTHING
    tools = cast("list[dict[str, Any]]", known["tools"])
    return Listing(tuple(Definition(**each) for each in tools), cast("int", known["left_out"]))


def listing_of(told: Iterable[Definition], limits: McpLimits) -> Listing:
    """What is used of what a server tells: no name twice, nothing too large, and not too many."""
    used: dict[str, Definition] = {}
    left_out = 0
    for each in told:
        is_sound = 0 < len(each.name) <= LONGEST_NAME and each.name not in used
        if not is_sound or len(used) >= limits.tools or _size(each.schema) > limits.schema_bytes:
            left_out += 1
            continue
        used[each.name] = each
    return Listing(tuple(used.values()), left_out)


def wanted(listing: Listing, settings: McpSettings) -> Sequence[Definition]:
    """Those tools that the settings allow and do not deny."""
    return [
        each
        for each in listing.tools
        if any(fnmatchcase(each.name, pattern) for pattern in settings.allow)
        and not any(fnmatchcase(each.name, pattern) for pattern in settings.deny)
    ]


def _size(schema: Mapping[str, JsonValue]) -> int:
    return len(orjson.dumps(schema))
