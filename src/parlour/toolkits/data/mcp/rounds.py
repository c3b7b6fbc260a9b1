"""Between the rounds of a call: what a server wants back, and what it was told so far. It tells nobody anything."""

import hashlib
import json
from dataclasses import dataclass, field, replace

from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.mcp.listing import Definition
from parlour.tools.asking import Input
from parlour.tools.outcomes import NeedsInput, Refused


@dataclass(frozen=True, slots=True)
class Round:
    """What a call is sent with besides its arguments."""

    whose: str
    """Of which tool of which server: nobody else is told what was answered."""
    state: str | None = None
    """What the server wants back, as it gave it."""
    given: dict[str, Json] = field(default_factory=dict[str, Json])
    """What it was told, by the keys of its questions."""
    left: tuple[tuple[str, Json], ...] = ()
    """The questions that are not answered yet, each with its form; the first is asked next."""

    def asking(self) -> NeedsInput:
        """The next question, to be raised."""
        text = json.dumps([self.whose, self.state, self.given, self.left])
        return NeedsInput(self.left[0][1], text)


FIRST = Round("")


def whose(chosen: Datasource, definition: Definition) -> str:
    """Names a tool of a server, for as long as neither becomes another."""
    where = [chosen.settings.get("url"), chosen.settings.get("program")]
    return hashlib.sha256(json.dumps([chosen.id, where, definition.digest]).encode()).hexdigest()


def resumed(told: Input | None, name: str, server: str) -> Round:
    """The round that a call is in: the first, where nothing was told.

    Raises NeedsInput while one of its questions is open, Refused where another than `name` would be told.
    """
    if told is None:
        return Round(name)
    asker, state, given, left = json.loads(told.state or "")
    if asker != name:
        raise Refused(
            f"“{server}” is another than it was when it asked, so it was not told the answer.",
            suggestion="Ask for it again.",
        )
    answered, *open_ = left
    now = Round(name, state, given | {answered[0]: told.answers}, tuple((key, form) for key, form in open_))
    if now.left:
        raise now.asking()
    return now


def next_round(before: Round, state: str | None, questions: tuple[tuple[str, Json], ...]) -> Round:
    """The round that a server begins by wanting to know more."""
    return replace(before, state=state, given={}, left=questions)
