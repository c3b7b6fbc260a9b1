"""What is new of a home, in a sentence for those who asked about it elsewhere.

It says what everybody in the project may see for themselves: neither who changed it, nor where that was talked about.
Of a long name it says how it begins: a language model reads it, and nobody is to give it orders by a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.unit import Unit
from parlour.toolkits.home.details_wording import relationship_words
from parlour.toolkits.home.graph import Entity
from parlour.toolkits.home.labels import label
from parlour.toolkits.home.phrases import inside, the
from parlour.tools.tool import ToolContext


@dataclass(frozen=True, slots=True)
class News:
    """A change of the home's description."""

    text: str
    about: tuple[str, ...]
    """The ids of the things that it is news about: of a new thing its place, since nobody has heard of itself."""


class Tell(Protocol):
    """Lets those know who asked about a thing elsewhere."""

    async def __call__(
        self, connection: AsyncConnection, context: ToolContext, text: str, about: Sequence[str], *, after: int
    ) -> Unit:
        """The unit that says `text` wherever in the project somebody has heard of a thing with one of these ids.

        It is to be joined to the unit of the change, whose events are `after` in number and come before its own.
        """
        ...


async def nobody(
    connection: AsyncConnection, context: ToolContext, text: str, about: Sequence[str], *, after: int
) -> Unit:
    """Where there is nobody to let know."""
    del connection, context, text, about, after
    return Unit()


# --- in words ------------------------------------------------------------------------------------------------------


def added(name: str, place: Entity | None) -> str:
    """ "The Floor Lamp was added to the Study." """
    return _sentence(f"{_called(name)} was added{f' to {_called(place.name)}' if place else ''}.")


def removed(name: str) -> str:
    """ "The Kettle was removed." """
    return _sentence(f"{_called(name)} was removed.")


def changed(thing: Entity, name: str, place: Entity | None) -> str:
    """What became of a thing: its `name` by now, and the `place` that it came to, if it came to one."""
    said: list[str] = []
    if name != thing.name:
        said.append(_sentence(f"{_called(thing.name)} is called {_bare(name)} now."))
    if place is not None:
        here = _bare_markup(inside({"name": label(place.name)}))
        said.append(f"It is {here} now." if said else _sentence(f"{_called(name)} is {here} now."))
    return " ".join(said) or _sentence(f"What is known of {_called(name)} was changed.")


def related(start: str, relationship: str, end: str) -> str:
    """ "It is noted now that the Wall Switch controls the Hall Light." """
    return f"It is noted now that {_joint(start, relationship, end)}."


def parted(start: str, relationship: str, end: str) -> str:
    """ "It is no longer noted that the Wall Switch controls the Hall Light." """
    return f"It is no longer noted that {_joint(start, relationship, end)}."


def _joint(start: str, relationship: str, end: str) -> str:
    return f"{_called(start)} {relationship_words(relationship, along=True)} {_called(end)}"


def _called(name: str) -> str:
    return _bare_markup(the({"name": label(name)}))


def _bare(name: str) -> str:
    return " ".join(label(name).split())


def _bare_markup(text: str) -> str:
    # Whatever of it is not ours is escaped, so that these are.
    return text.replace("**", "").replace("\\", "")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
