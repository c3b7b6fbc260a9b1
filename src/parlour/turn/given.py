"""What a program brings along with a question: what was said before, as it tells it, and how it wants to be answered.

It is kept with the question, counts for the model as talk that went before, and never stands as a message: what the
house is said to have answered elsewhere is nobody's word but the program's.
"""

from dataclasses import dataclass

from parlour.protocol.content import Json, Message
from parlour.turn.context import Exchange
from parlour.turn.steps import ModelStep

MOST_CHARACTERS = 32_768
"""So much of it is kept, the newest first: about as much as a model gets to see of a talk."""

_KEY = "given"


@dataclass(frozen=True, slots=True)
class Given:
    """Questions and the answers to them, oldest first, "" for one that has none; and instructions."""

    instructions: str = ""
    talk: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(instructions: str, talk: list[tuple[str, str]]) -> "Given":
        """As much of it as is kept: whole exchanges, the newest of them."""
        room = MOST_CHARACTERS - len(instructions[:MOST_CHARACTERS])
        kept: list[tuple[str, str]] = []
        for exchange in reversed(talk):
            room -= sum(map(len, exchange))
            if room < 0:
                break
            kept.insert(0, exchange)
        return Given(instructions[:MOST_CHARACTERS], tuple(kept))

    @staticmethod
    def with_message(message: Message) -> "Given":
        """What came along with a message that is kept."""
        match message.metadata.get(_KEY):
            case {"instructions": str(instructions), "talk": list(talk)}:
                pairs = [pair for pair in talk if isinstance(pair, list) and len(pair) == 2]
                return Given(instructions, tuple((str(question), str(answer)) for question, answer in pairs))
            case _:
                return NOTHING_GIVEN

    def as_metadata(self) -> Json:
        """As it is kept with the message; nothing where there is nothing."""
        if self == NOTHING_GIVEN:
            return {}
        return {_KEY: {"instructions": self.instructions, "talk": [list(pair) for pair in self.talk]}}

    def words(self, number: int, *, is_answer: bool) -> str | None:
        """What was asked or answered in one of its exchanges; None where there is none of this number."""
        return self.talk[number][is_answer] if number < len(self.talk) else None


NOTHING_GIVEN = Given()


def given_before(message: Message) -> list[Exchange]:
    """What was said before a message, as whoever sent it tells it and a model reads it."""
    return [
        Exchange(
            question,
            (ModelStep(answer, "", (), "stop", ""),) if answer else (),
            message.id,
            message.id,
            given=number,
        )
        for number, (question, answer) in enumerate(Given.with_message(message).talk)
    ]
