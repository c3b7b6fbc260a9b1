"""Where things are said and answered: keeps what a person says and sees that it is answered."""

from dataclasses import dataclass

from parlour.errors import NotFound
from parlour.identity.access import turn_for
from parlour.identity.who import Who
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.content import Turn
from parlour.store.database import Reads
from parlour.turn.runner import Runner
from parlour.turn.say import Said, Saying


@dataclass(frozen=True, slots=True)
class Talk:
    """What the doors open on."""

    reads: Reads
    saying: Saying
    runner: Runner

    async def say(self, who: Who, command: SendMessage) -> Said:
        """Keep a message and begin to answer it; see `Saying.message` for what is refused."""
        said, turn = await self.saying.message(who, command)
        if turn is not None:
            self.runner.take(turn)
        return said

    async def regenerate(self, who: Who, command: Regenerate) -> Said:
        """Begin another version of the last answer; see `Saying.again` for what is refused."""
        said, turn = await self.saying.again(who, command)
        if turn is not None:
            self.runner.take(turn)
        return said

    async def stop(self, who: Who, turn_id: str) -> None:
        """Ask a turn to end. Raises NotFound; one that has ended is left alone."""
        async with self.reads.read() as connection:
            await turn_for(connection, who, turn_id)
        await self.runner.stop(turn_id)

    async def wait_for_turn(self, turn_id: str, seconds: float) -> Turn:
        """The turn as soon as it has ended, or as it is after `seconds`. Raises NotFound once it is deleted."""
        found = await self.runner.wait_until_ended(turn_id, seconds)
        if found is None:
            raise NotFound
        return found.value
