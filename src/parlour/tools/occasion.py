"""The answer that a call is made for, as far as acting depends on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.journal.unit import Unit
from parlour.tools.asking import Word
from parlour.tools.caller import Caller
from parlour.tools.outcomes import RequestedCall


class Undertaking(Protocol):
    """The turn that carries a call out, and holds only for as long as it has the same owner."""

    async def caller(self, user_id: str) -> Caller | None:
        """Somebody in the project of the turn, with what they may do there by now; None when they may not be there."""
        ...

    async def begin(self, tool_call_id: str, unit: Unit) -> None:
        """Commit that a call is about to be made, and from now on let it come to its end.

        Raises Fenced when the turn has another owner, Moved when a guard of `unit` does not hold.
        """
        ...

    async def is_held(self) -> bool:
        """Whether the turn still has the owner that began the call."""
        ...


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a call that changes something is made for. Nothing here is looked at for a mere read."""

    question_id: str
    version: int
    """How often the question has been changed."""
    run_id: str
    fence: int
    earlier: Sequence[RequestedCall]
    """The calls before this one in the same turn, with the arguments they were made with in the end."""
    by_language_model: bool
    is_tainted: bool
    """Whether who proposes it had read what is not to be trusted."""
    undertaking: Undertaking
    word: Word | None = None
    """What came of asking about it, the last time it was asked."""
