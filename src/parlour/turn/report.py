"""The report of what a model was shown, as a settled step keeps it.

It names the messages and copies none of their words: so it stays small, and what is deleted is gone from it too. A
notice cannot be deleted alone, and goes with its conversation.
What stands here can be read by every later version.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from parlour.protocol.content import Json

LONGEST_SYSTEM = 2_000
"""So many characters of the system's words are kept: they are in no message."""


class Piece(BaseModel):
    """One piece of a prompt."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["system", "tools", "entities", "question", "answer", "tool_result", "notice"]
    tokens: int
    message_id: str | None = None
    step: int | None = None
    """Which settled step of the message's turn it is; a question is none."""
    given: int | None = None
    """Of what came along with the message, the number of the exchange that it is from."""
    shortened: bool = False
    text: str | None = None
    """Of the system how its words begin; of the tools their names, of things their ids and of notices their words,
    each on a line."""


class Report(BaseModel):
    """The pieces of a prompt in their order, what was cut from it, its size as it was estimated, and what it may be."""

    model_config = ConfigDict(frozen=True)

    pieces: tuple[Piece, ...] = ()
    cut: tuple[str, ...] = ()
    tokens: int = 0
    limit: int = 0
    """0 where it was not kept."""
    tainted: bool = False
    """Whether something was in it that is not to be trusted."""

    @classmethod
    def of(cls, pieces: Iterable[Piece], cut: Iterable[str], limit: int, *, tainted: bool = False) -> "Report":
        """The report of these pieces, its size that of them all."""
        shown = tuple(pieces)
        return cls(
            pieces=shown, cut=tuple(cut), tokens=sum(piece.tokens for piece in shown), limit=limit, tainted=tainted
        )

    def as_json(self) -> Json:
        """As it is kept."""
        return self.model_dump(mode="json", exclude_defaults=True)


def report_from(kept: object) -> Report:
    """The report that a step kept, in whichever version; an empty one of what is not understood."""
    try:
        return Report.model_validate(kept)
    except ValidationError:
        return Report()


def is_tainted(kept: object) -> bool:
    """Whether a model had read what is not to be trusted. Where nobody knows what it read, it had."""
    return kept is None or report_from(kept).tainted
