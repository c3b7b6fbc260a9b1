"""What the doors need of the rest of the house, in its smallest honest form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import update

from parlour.api.doors import InForce, OfferedModel
from parlour.api.routes.metrics import MEANINGS
from parlour.clock import isoformat
from parlour.errors import InvalidRequest, ModelFailed, NotFound
from parlour.identity.access import approval_for, conversation_for, message_for, project_for
from parlour.identity.who import Who
from parlour.journal.unit import Unit
from parlour.models.effective import Said, Shipped, effective
from parlour.models.instances import Instance
from parlour.models.lineup import Watched
from parlour.models.route import Wish
from parlour.models.scripted import ScriptedModel
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall, DeleteMessage, EditMessage, Regenerate, SendMessage
from parlour.protocol.content import Approval, Turn
from parlour.protocol.effective import ModelSettings
from parlour.protocol.house import ConnectedPart
from parlour.protocol.routing import Routing
from parlour.protocol.system import SystemStatus
from parlour.store.queries.choices import choices
from parlour.store.queries.people import Project
from parlour.store.queries.turns import stored_turn
from parlour.store.tables import turns
from parlour.toolkits.devices.homeassistant.trial import Tried
from parlour.tools.caller import Caller
from parlour.tools.tally import Tally
from parlour.tools.tool import Tool, ToolContext, make_tool
from parlour.turn.edits import Edits
from parlour.turn.given import NOTHING_GIVEN, Given
from tests.house import Lived, exchange


@dataclass(frozen=True, slots=True)
class SaidHere:
    """The outcome of a command."""

    ids: Mapping[str, str]
    seq: int = 1
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class DecidedHere:
    """What came of a word."""

    approval: Approval
    said: SaidHere


@dataclass
class EchoTalk:
    """Answers every message with its own words; leaves the turn running while `holding`."""

    lived: Lived
    holding: bool = False
    said: dict[str, SaidHere] = field(default_factory=dict[str, SaidHere])
    asked: list[SendMessage | Regenerate] = field(default_factory=list[SendMessage | Regenerate])

    async def say(self, who: Who, command: SendMessage, given: Given = NOTHING_GIVEN) -> SaidHere:
        del given
        self.asked.append(command)
        if not command.content.strip():
            raise InvalidRequest("A message has words in it.")
        if command.content == "raise":
            raise RuntimeError("secret-detail-of-a-bug")
        if command.content == "fail":
            raise ModelFailed(detail="secret-detail-of-a-provider")
        earlier = self.said.get(command.client_message_id)
        if earlier:
            return SaidHere(earlier.ids, duplicate=True)
        conversation_id = command.conversation_id
        if conversation_id is None:
            begun = await self.lived.conversations.begin(who, project_id=command.project_id)
            conversation_id = begun.id
        async with self.lived.database.read() as connection:
            await project_for(connection, who, command.project_id)
            conversation = (await conversation_for(connection, who, conversation_id)).value
        made = await exchange(
            self.lived,
            conversation,
            command.content,
            answer=command.content,
            status="running" if self.holding else "completed",
        )
        ids = {"conversation_id": conversation_id, "message_id": made.question_id, "turn_id": made.turn_id}
        self.said[command.client_message_id] = SaidHere(ids)
        return self.said[command.client_message_id]

    async def regenerate(self, who: Who, command: Regenerate) -> SaidHere:
        self.asked.append(command)
        async with self.lived.database.read() as connection:
            answer = await message_for(connection, who, command.message_id)
        return SaidHere({"turn_id": answer.value.turn_id or ""})

    async def edit(self, who: Who, command: EditMessage) -> SaidHere:
        said = await self.edits.edit(who, command)
        return SaidHere(said.ids, said.seq, said.duplicate)

    async def delete(self, who: Who, command: DeleteMessage) -> SaidHere:
        async def end(turn_id: str) -> None:
            await self.stop(who, turn_id)

        said = await self.edits.delete(who, command, end)
        return SaidHere(said.ids, said.seq, said.duplicate)

    @property
    def edits(self) -> Edits:
        """What may be done to messages."""
        return Edits(self.lived.database, self.lived.writer, self.lived.clock, 50_000)

    async def decide(self, who: Who, command: DecideToolCall) -> DecidedHere:
        async with self.lived.database.read() as connection:
            approval = await approval_for(connection, who, command.approval_id)
        return DecidedHere(approval.value, SaidHere({"approval_id": approval.value.id}))

    async def undo(self, who: Who, command: UndoToolCall) -> SaidHere:
        async with self.lived.database.read() as connection:
            await message_for(connection, who, command.message_id)
        return SaidHere({"message_id": command.message_id})

    async def stop(self, who: Who, turn_id: str) -> None:
        await self.end(turn_id)

    async def end(self, turn_id: str) -> None:
        ended = update(turns).where(turns.c.id == turn_id, turns.c.status == "running")
        await self.lived.writer.commit(Unit(changes=[ended.values(status="stopped", reason="stopped")]))

    async def wait_for_turn(self, turn_id: str, seconds: float, *, or_waits: bool = False) -> Turn:
        async with self.lived.database.read() as connection:
            found = await stored_turn(connection, turn_id)
        if found is None:
            raise NotFound
        return found.value


async def list_devices(context: ToolContext, area: str = "") -> list[str]:
    """The devices of an area."""
    return [context.caller.project_id, area]


async def open_door(context: ToolContext) -> str:
    """Open the door."""
    return context.caller.user_id


@dataclass
class Surroundings:
    """Two tools, two models, four questions, and parts that are ready or not."""

    lived: Lived
    parts: dict[str, bool] = field(default_factory=lambda: {"storage": True, "model": True})
    nudges: int = 0

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        return [make_tool(list_devices, effect="read"), make_tool(open_door, effect="control")]

    async def offered(self, who: Who, project_id: str | None = None) -> Sequence[OfferedModel]:
        async with self.lived.database.read() as connection:
            allowed = (await choices(connection, who.tenant_id)).allowed
        return [
            OfferedModel("built-in", "built-in", "", is_allowed=True, is_default=True),
            OfferedModel(
                "openai/gpt-4o-mini", "openai", "api.openai.com", is_allowed="openai" in allowed, is_default=False
            ),
        ]

    async def in_force(self, wish: Wish) -> InForce:
        decided = [
            Said("message", ModelSettings(model=wish.model)),
            Said("system", ModelSettings(model="built-in")),
        ]
        settled = effective(decided, lambda name: None if name == "built-in" else f"There is no model {name}.")
        return InForce(settled, Shipped().below(settled.parameters, has_tools=True), Shipped().ceiling)

    @property
    def shipped_routing(self) -> Routing:
        return Routing()

    async def watched(self, who: Who) -> Sequence[Watched]:
        model = ScriptedModel(name="openai/gpt-4o-mini")
        return [Watched("api.openai.com", ["fast"], Instance(model, self.lived.clock))]

    async def questions(self, caller: Caller) -> Sequence[str]:
        return ["What's in the kitchen?"]

    async def connected(self, who: Who, project: Project) -> Sequence[ConnectedPart]:
        return [ConnectedPart(kind="home", name=project.name, state="empty", words="Nothing is in this house yet.")]

    async def tried(self, base_url: str, token: str) -> Tried:
        return Tried(problem=f"Nothing answers at {base_url}.")

    def nudge(self) -> None:
        self.nudges += 1

    @property
    def tally(self) -> Tally:
        return Tally()

    async def counts(self) -> Mapping[str, int]:
        return dict.fromkeys(MEANINGS, 1)

    async def status(self, who: Who) -> SystemStatus:
        return SystemStatus(
            status="ok",
            at=isoformat(self.lived.clock.now()),
            version="test",
            started_at=isoformat(self.lived.clock.now()),
            models_total=1,
            models_active=1,
            memory_bytes=None,
            disk_free_bytes=None,
            components=[],
        )

    async def ready(self) -> Mapping[str, bool]:
        return self.parts
