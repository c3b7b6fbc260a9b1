"""What a program brings along with a question: what was said before, as it tells it, and how it wants to be answered.

It is kept with the question, counts for the model as talk that went before, and never stands as a message: what the
house is said to have answered elsewhere is nobody's word but the program's.
"""

from dataclasses import dataclass

from parlour.models.forms import JsonForm
from parlour.protocol.content import Json, Message
from parlour.turn.context_pieces import Exchange
from parlour.turn.steps import ModelStep

MOST_CHARACTERS = 32_768
"""So much of it is kept, the newest first: about as much as a model gets to see of a talk."""

_KEY = "given"


@dataclass(frozen=True, slots=True)
class Given:
    """What stands in no message: how the answer is wanted, and what was said elsewhere.

    What the answer is to end at and what it is to be is for the program that reads it, and for no answer besides. So it
    is given with a question and is no setting of a project or a person.
    """

    instructions: str = ""
    talk: tuple[tuple[str, str], ...] = ()
    """Questions and the answers to them, oldest first, "" for one that has none."""
    stop: tuple[str, ...] = ()
    """Words at which the answer is to end."""
    form: JsonForm | None = None
    """What the answer has to be; None for words."""

    @staticmethod
    def of(
        instructions: str, talk: list[tuple[str, str]], stop: tuple[str, ...] = (), form: JsonForm | None = None
    ) -> "Given":
        """As much of it as is kept: of the talk whole exchanges, the newest of them."""
        room = MOST_CHARACTERS - len(instructions[:MOST_CHARACTERS])
        kept: list[tuple[str, str]] = []
        for exchange in reversed(talk):
            room -= sum(map(len, exchange))
            if room < 0:
                break
            kept.insert(0, exchange)
        return Given(instructions[:MOST_CHARACTERS], tuple(kept), stop, form)

    @staticmethod
    def with_message(message: Message) -> "Given":
        """What came along with a message that is kept."""
        match message.metadata.get(_KEY):
            case {"instructions": str(instructions), "talk": list(talk), **others}:
                pairs = [pair for pair in talk if isinstance(pair, list) and len(pair) == 2]
                stop = others.get("stop")
                return Given(
                    instructions,
                    tuple((str(question), str(answer)) for question, answer in pairs),
                    tuple(map(str, stop)) if isinstance(stop, list) else (),
                    JsonForm.of(others.get("form")),
                )
            case _:
                return NOTHING_GIVEN

    def as_metadata(self) -> Json:
        """As it is kept with the message; nothing where there is nothing."""
        if self == NOTHING_GIVEN:
            return {}
        kept: Json = {"instructions": self.instructions, "talk": [list(pair) for pair in self.talk]}
        if self.stop:
            kept["stop"] = [*self.stop]
        if self.form:
            kept["form"] = self.form.as_json()
        return {_KEY: kept}

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
