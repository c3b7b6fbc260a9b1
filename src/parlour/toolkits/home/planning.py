"""A change of the home thought through before it is made: what it comes to, in words and as a unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import orjson
from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.unit import Unit
from parlour.protocol.content import Preview, PreviewChange
from parlour.toolkits.home.changes import HomeChanges
from parlour.toolkits.home.drafts import LONGEST_NAME
from parlour.toolkits.home.graph import Entity, Home
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.kinds import JOINED_BY, TOLD_BY_DRIVER, canonical_class
from parlour.toolkits.home.lookup import Lookup
from parlour.toolkits.home.news import News
from parlour.toolkits.home.phrases import inside, joined, the
from parlour.toolkits.home.tables import versions
from parlour.toolkits.home.views import View, brief
from parlour.tools.outcomes import BadArguments, Failed

LARGEST_CONTENT = 64 * 1024
"""In bytes of JSON: more than any description needs."""
MOST_ALIASES = 20
MOST_CHANGES = 30
"""How many lines a preview has; the rest is counted."""
LONGEST_VALUE = 200

Content = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Deed:
    """A change: its result, the unit that makes it, and what is new then."""

    result: View
    unit: Unit
    news: News


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change comes to; nothing of it is done yet."""

    label: str
    """What it would do: "Add “Floor Lamp” to the Study"."""
    preview: Preview
    deed: Deed


@dataclass(frozen=True, slots=True)
class Desk:
    """What somebody who plans has at hand: one reading of the home, and the pen that changes it."""

    connection: AsyncConnection
    home: Home
    lookup: Lookup
    changes: HomeChanges

    async def find(self, said: str, kinds: Sequence[str] = (), what: str = "thing") -> Entity:
        """The one thing that is meant. Raises as `Lookup.find`."""
        return await self.lookup.find(self.connection, self.home, said, kinds, what=what)

    async def index(self) -> NameIndex:
        """The names of the home."""
        return await self.lookup.index(self.connection, self.home)


class Wish(Protocol):
    """A change that was asked for."""

    async def plan(self, desk: Desk) -> Plan:
        """Think it through. Raises a ToolProblem when it cannot be."""
        ...


# --- what was said, made sure of -----------------------------------------------------------------------------------


def checked_name(name: str) -> str:
    """A name without needless space. Raises BadArguments when it is none."""
    text = " ".join(name.split())
    if not text:
        raise BadArguments("The name is empty.", suggestion="Say what it is to be called.")
    if len(text) > LONGEST_NAME or not text.isprintable():
        raise BadArguments(
            f"A name has at most {LONGEST_NAME} letters, all of which can be seen.",
            suggestion="Choose a shorter name, and put the rest into a description.",
        )
    return text


def checked_aliases(aliases: Sequence[str], name: str) -> tuple[str, ...]:
    """Other names, each once and none of them the name itself. Raises BadArguments."""
    if len(aliases) > MOST_ALIASES:
        raise BadArguments(f"A thing has at most {MOST_ALIASES} other names.", suggestion="Keep those people say.")
    found = dict.fromkeys(checked_name(alias) for alias in aliases)
    return tuple(alias for alias in found if alias.casefold() != name.casefold())


def checked_content(content: Content | None, kind: str) -> dict[str, JsonValue]:
    """What is to be known of a thing of type `kind`, its class in its one form. Raises BadArguments."""
    found = dict(content or {})
    encoded = orjson.dumps(found)
    if len(encoded) > LARGEST_CONTENT or b"\\u0000" in encoded:
        raise BadArguments(
            f"The content is larger than {LARGEST_CONTENT // 1024} KiB, or holds what is no text.",
            suggestion="Keep what people ask about: a class, a description, properties, steps.",
        )
    for key in ("device_class", "state"):
        value = found.get(key)
        if value is not None and not (isinstance(value, str) and value.strip()):
            raise BadArguments(f"The {key} has to be a text.", suggestion="Such as “lamp” or “on”.")
    device_class = found.get("device_class")
    if kind == "device" and isinstance(device_class, str):
        found["device_class"] = canonical_class(device_class)
    return found


def check_not_joined(given: Content, present: Content) -> None:
    """Raise BadArguments for a content that says who has a thing, or what a thing is that a driver has.

    That decides what is told to do something, and whether anybody is asked before: it comes from whoever has it.
    """
    is_joined = present.get("driver") is not None
    ours = TOLD_BY_DRIVER if is_joined else JOINED_BY
    for key in ours:
        if key in given and given[key] != present.get(key) and (is_joined or given[key] is not None):
            raise BadArguments(
                f"The {key.replace('_', ' ')} of {'this thing' if is_joined else 'a thing'} is not written down: "
                "it comes from the system that has it.",
                suggestion="Leave it out. An admin joins a system, and with it what it has, in the settings under "
                "Connections.",
            )


# --- in words ------------------------------------------------------------------------------------------------------


def named(place: Entity) -> str:
    """ "the Study", "Juno's Room"."""
    return the(brief(place)).replace("**", "").replace("\\", "")


def where(place: Entity | None) -> str:
    """ "in the Study"; "" for nowhere."""
    return inside(brief(place)).replace("**", "").replace("\\", "") if place else ""


def shown(value: JsonValue) -> str | None:
    """A value in a preview."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        text = joined([str(item) for item in value])
    else:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def content_changes(name: str, before: Content, after: Content) -> list[PreviewChange]:
    """What differs between two contents, a line for each key."""
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    return [
        PreviewChange(
            what=f"{name}, {key.replace('_', ' ')}", before=shown(before.get(key)), after=shown(after.get(key))
        )
        for key in keys
    ]


def preview(changes: Sequence[PreviewChange], notes: Sequence[str] = ()) -> Preview:
    """A preview of readable length."""
    more = len(changes) - MOST_CHANGES
    counted = [f"And {more} more of its properties."] if more > 0 else []
    return Preview(changes=list(changes[:MOST_CHANGES]), note=" ".join([*notes, *counted]))


async def is_as_in(desk: Desk, thing: Entity, version: int) -> bool:
    """Whether a thing is what it was in a version of its own, however it came back to that.

    What devices say of themselves makes no version, and does not count.
    """
    if thing.version == version:
        return True
    statement = select(versions.c.name, versions.c.aliases, versions.c.content).where(
        desk.home.owns(versions), versions.c.entity_id == thing.id, versions.c.version.in_((version, thing.version))
    )
    both = (await desk.connection.execute(statement)).all()
    return len(both) == 2 and both[0] == both[1]


def changed_since(name: str) -> Failed:
    """Nothing is taken back of what somebody changed again."""
    return Failed(
        f"“{name}” was changed again since, so nothing was taken back.",
        suggestion="Look at it as it is now, and change that.",
    )
