"""People for tests: a house with its admin and two more who know nothing of each other, and things they said."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, update

from parlour.clock import isoformat
from parlour.identity.gate import Gate
from parlour.identity.passwords import Cost, Passwords
from parlour.identity.users import House, add_user, ensure_house
from parlour.identity.who import Who, who_is
from parlour.ids import new_id
from parlour.journal.unit import Unit, Writer, event, seq_of
from parlour.protocol.content import Conversation, LastMessage, MessageBody, TextPart, Usage
from parlour.protocol.events import ConversationUpdated, NewMessage
from parlour.store.database import Database
from parlour.store.queries.people import Person
from parlour.store.tables import approvals, conversations, messages, rules, tool_runs, turn_steps, turns
from parlour.turn import findable
from parlour.turn.conversations import Conversations
from tests.conftest import ManualClock


@dataclass(frozen=True, slots=True)
class Lived:
    """A house with `admin`, `ann` and `bob` in it."""

    house: House
    ann: Person
    bob: Person
    gate: Gate
    database: Database
    writer: Writer
    clock: ManualClock

    async def enters(self, person: Person) -> Who:
        """Somebody with an API key of theirs."""
        key = await self.gate.make_api_key(tenant_id=person.tenant_id, user_id=person.id, name="test")
        return await self.gate.by_api_key(key.secret)

    @property
    def conversations(self) -> Conversations:
        """What may be done to conversations."""
        return Conversations(self.database, self.writer, self.clock)


async def lived_in(database: Database, writer: Writer, clock: ManualClock) -> Lived:
    """A house after its first start, with two more people."""
    house = await ensure_house(database, writer, clock)
    ann = await add_user(database, writer, clock, username="ann", full_name="Ann Other")
    bob = await add_user(database, writer, clock, username="bob")
    return Lived(house, ann, bob, Gate(database, writer, clock), database, writer, clock)


def cheap_passwords() -> Passwords:
    """As little work as the algorithm takes, where a tenth of a second for every password tells nothing more."""
    return Passwords(cost=Cost(memory_kib=32, rounds=1))


def anybody(person: Person) -> Who:
    """Somebody, as if they had shown something."""
    return who_is(person, new_id())


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The ids of a question, its answer, the turn between them and the tool it ran."""

    question_id: str
    answer_id: str
    turn_id: str
    run_id: str


async def exchange(
    lived: Lived, conversation: Conversation, question: str, *, answer: str = "Quite.", status: str = "completed"
) -> Exchanged:
    """Keep a question and its answer as a turn that is `status` would have left them."""
    ids = Exchanged(new_id(), new_id(), new_id(), new_id())
    at = isoformat(lived.clock.now())
    said = [
        _question(ids, conversation, question, at),
        _answer(ids, conversation, answer, at, is_running=status == "running"),
    ]
    mine = {"tenant_id": lived.house.tenant_id, "conversation_id": conversation.id}
    turn = {
        "id": ids.turn_id,
        "user_id": conversation.owner_id,
        "project_id": conversation.project_id,
        "question_id": ids.question_id,
        "answer_id": ids.answer_id,
        "status": status,
        "stop_asked": False,
        "fence": 1,
        "deaths": 0,
        "running_ms": 0,
        "queued_at": at,
    }
    run = {
        "id": ids.run_id,
        "message_id": ids.answer_id,
        "turn_id": ids.turn_id,
        "user_id": conversation.owner_id,
        "tool_call_id": "call-1",
        "name": "list_devices",
        "arguments": {"area": "kitchen"},
        "status": "completed",
        "result": [1, 2],
        "duration_ms": 3,
        "cached": False,
        "started_at": at,
        "ended_at": at,
    }
    last = LastMessage(text=answer, is_user=False, created_at=at).model_dump()
    topic = f"conversation:{conversation.id}"
    await lived.writer.commit(
        Unit(
            changes=[
                *(
                    insert(messages).values(**row_of(body), **mine, position=seq_of(n), rev=seq_of(n))
                    for n, body in enumerate(said)
                ),
                *(findable.by_words(conversation, body.id, body.parts) for body in said if body.status != "running"),
                insert(turns).values(**turn, **mine, position=seq_of(0)),
                insert(turn_steps).values(turn_id=ids.turn_id, step=1, kind="model", body={}, at=at),
                insert(tool_runs).values(**run, **mine),
                update(conversations)
                .where(conversations.c.id == conversation.id)
                .values(
                    message_count=conversations.c.message_count + 2,
                    last_message=last,
                    last_activity_at=at,
                    version=conversations.c.version + 1,
                ),
            ],
            events=[event(topic, NewMessage(message=body)) for body in said],
        )
    )
    return ids


async def asked(lived: Lived, conversation: Conversation, ids: Exchanged) -> tuple[str, str]:
    """Keep a change that waits for the owner of a conversation, and a rule of theirs; the ids of both."""
    ids_of = (new_id(), new_id())
    mine = {
        "tenant_id": lived.house.tenant_id,
        "project_id": conversation.project_id,
        "user_id": conversation.owner_id,
        "tool_name": "add_device",
        "subject": "lamps",
    }
    approval: dict[str, Any] = {
        **mine,
        "id": ids_of[0],
        "conversation_id": conversation.id,
        "message_id": ids.answer_id,
        "turn_id": ids.turn_id,
        "run_id": ids.run_id,
        "number": 0,
        "position": seq_of(0),
        "inbox_position": seq_of(0),
        "tool_call_id": "call-1",
        "label": "Add a lamp",
        "effect": "write",
        "arguments": {},
        "digest": "0" * 64,
        "reason": "effect",
        "remember": "Always here, for lamps",
        "status": "pending",
        "requested_at": isoformat(lived.clock.now()),
        "expires_at": isoformat(lived.clock.now() + timedelta(days=1)),
    }
    rule = mine | {"id": ids_of[1], "words": "Always here, for lamps", "created_at": isoformat(lived.clock.now())}
    said = ConversationUpdated(conversation=conversation)
    await lived.writer.commit(
        Unit(
            changes=[insert(approvals).values(**approval), insert(rules).values(**rule)],
            events=[event(f"conversation:{conversation.id}", said)],
        )
    )
    return ids_of[0], ids_of[1]


def row_of(body: MessageBody) -> dict[str, Any]:
    """The row of a message but for its place; a word counts as one token."""
    words = " ".join(part.text for part in body.parts if isinstance(part, TextPart))
    return body.model_dump(mode="json", exclude={"conversation_id"}) | {"token_count": len(words.split())}


def _question(ids: Exchanged, conversation: Conversation, text: str, at: str) -> MessageBody:
    return MessageBody(
        id=ids.question_id,
        conversation_id=conversation.id,
        role="user",
        author_id=conversation.owner_id,
        turn_id=ids.turn_id,
        parts=[TextPart(text=text, length=len(text))],
        status="sent",
        created_at=at,
    )


def _answer(ids: Exchanged, conversation: Conversation, text: str, at: str, *, is_running: bool) -> MessageBody:
    return MessageBody(
        id=ids.answer_id,
        conversation_id=conversation.id,
        role="assistant",
        turn_id=ids.turn_id,
        parent_id=ids.question_id,
        parts=[] if is_running else [TextPart(text=text, length=len(text))],
        status="running" if is_running else "completed",
        model="scripted",
        usage=None if is_running else Usage(prompt_tokens=1, completion_tokens=1, total_tokens=2),
        created_at=at,
    )
