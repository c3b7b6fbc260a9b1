"""Where things are said and answered: keeps what a person says and sees that it is answered."""

from dataclasses import dataclass

from parlour.errors import NotFound
from parlour.identity.access import turn_for
from parlour.identity.who import Who
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall, DeleteMessage, EditMessage, Regenerate, SendMessage
from parlour.protocol.content import Turn
from parlour.store.database import Reads
from parlour.turn.again import AskingAgain
from parlour.turn.deciding import Decided, Deciding
from parlour.turn.edits import Edits
from parlour.turn.given import NOTHING_GIVEN, Given
from parlour.turn.once import Said
from parlour.turn.rules import Rules
from parlour.turn.runner import Runner
from parlour.turn.say import Saying
from parlour.turn.undoing import Undoing

STOPPED_WITHIN_S = 60.0
"""What is under way, such as a change of the world, is awaited to its end."""

ENDED_WITHIN_S = 30.0
"""A tool that writes is awaited, never cut."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What the doors open on."""

    reads: Reads
    saying: Saying
    asking_again: AskingAgain
    edits: Edits
    deciding: Deciding
    undoing: Undoing
    rules: Rules
    runner: Runner

    async def say(self, who: Who, command: SendMessage, given: Given = NOTHING_GIVEN) -> Said:
        """Keep a message and begin to answer it; see `Saying.message` for what is refused."""
        said, made = await self.saying.message(who, command, given)
        if made is not None:
            for waiting in made.withdrew:
                await self.runner.go_on(waiting)
            self.runner.take(made.turn)
        return said

    async def regenerate(self, who: Who, command: Regenerate) -> Said:
        """Begin another version of the last answer; see `AskingAgain.again` for what is refused."""
        said, turn = await self.asking_again.again(who, command, self._end)
        if turn is not None:
            self.runner.take(turn)
        return said

    async def edit(self, who: Who, command: EditMessage) -> Said:
        """Change one's own message; see `Edits.edit` for what is refused."""
        return await self.edits.edit(who, command)

    async def delete(self, who: Who, command: DeleteMessage) -> Said:
        """Take a message back; see `Edits.delete` for what is refused."""
        return await self.edits.delete(who, command, self._end)

    async def decide(self, who: Who, command: DecideToolCall) -> Decided:
        """Keep somebody's word on a change that waits, and go on; see `Deciding.decide` for what is refused."""
        decided = await self.deciding.decide(who, command)
        await self.runner.go_on(decided.approval.turn_id)
        return decided

    async def undo(self, who: Who, command: UndoToolCall) -> Said:
        """Take back what a call in an answer did; see `Undoing.undo` for what is refused."""
        return await self.undoing.undo(who, command)

    async def stop(self, who: Who, turn_id: str) -> None:
        """Ask a turn to end. Raises NotFound; one that has ended is left alone."""
        async with self.reads.read() as connection:
            await turn_for(connection, who, turn_id)
        await self.runner.stop(turn_id)

    async def end(self, turn_id: str) -> None:
        """Ask a turn to end, whoever asked for it, and wait for that, though not for ever."""
        await self.runner.stop(turn_id)
        await self.runner.wait_until_ended(turn_id, ENDED_WITHIN_S)

    async def wait_for_turn(self, turn_id: str, seconds: float, *, or_waits: bool = False) -> Turn:
        """The turn as soon as it has ended, or as it is after `seconds`. Raises NotFound once it is deleted.

        With `or_waits`, also as soon as it waits for a person.
        """
        found = await self.runner.wait_until_ended(turn_id, seconds, or_waits=or_waits)
        if found is None:
            raise NotFound
        return found.value

    async def _end(self, turn_id: str) -> None:
        await self.runner.stop(turn_id)
        await self.runner.wait_until_ended(turn_id, STOPPED_WITHIN_S)
