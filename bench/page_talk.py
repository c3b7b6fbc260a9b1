"""A talk of thousands of messages, kept in the house that the environment names as if it had been had there.

    PARLOUR_DATA_DIR=… python -m bench.page_talk 5000

It is the admin's; the id of the conversation is printed. Short and long answers alternate by chance, the same every
time: paragraphs, lists, code, tables, and now and then a tool that looked at something.
"""

import argparse
import random
from itertools import islice
from typing import Any

from pydantic import JsonValue
from sqlalchemy import insert, update

from parlour.cli.inside import Inside, inside
from parlour.clock import isoformat
from parlour.identity.who import who_is
from parlour.ids import new_id
from parlour.journal.unit import Event, Unit, event, seq_of
from parlour.protocol.content import LastMessage, MessageBody, Part, TextPart, ToolCallPart, Usage
from parlour.protocol.events import NewMessage
from parlour.store.tables import conversations, messages
from parlour.turn.conversations import Conversations

TITLE = "A long talk"
WORDS = """
amber lamp in the hall was left on by somebody who went out before noon and the kitchen is warmer than it was at
seven because the oven ran for an hour so the window may be opened once the rain has passed over the garden
""".split()  # noqa: SIM905
PIECES = (
    "- the oven, on since **11:40**\n- the lamp above the table\n- a kettle that nobody named",
    "| room | lights | degrees |\n|---|--:|--:|\n| Kitchen | 4 | 21.5 |\n| Hall | 2 | 19.0 |\n| Study | 1 | 20.2 |",
    "```yaml\nautomation:\n  trigger: sunset\n  action: lamps.on\n```",
    "1. Turn the valve until it stops.\n2. Hold a bowl below it.\n3. Close it when water comes.",
)
AT_ONCE = 100


def main() -> None:
    """Keep the talk and print where it is."""
    parser = argparse.ArgumentParser(description="A long talk, kept in a house.")
    parser.add_argument("messages", type=int)
    count: int = parser.parse_args().messages

    async def keep(house: Inside) -> str:
        admin = house.house.admin
        who = who_is(admin, new_id())
        begun = await Conversations(house.database, house.writer, house.clock).begin(who, title=TITLE)
        chance = random.Random(1)
        at = isoformat(house.clock.now())
        talk = iter([body for n in range(count // 2) for body in _exchange(begun.id, admin.id, n, at, chance)])
        while some := list(islice(talk, AT_ONCE)):
            await house.writer.commit(_unit(some, admin.tenant_id, at))
        return begun.id

    print(inside(keep))


def _exchange(conversation: str, author: str, number: int, at: str, chance: random.Random) -> list[MessageBody]:
    asked, usage = new_id(), Usage(prompt_tokens=200, completion_tokens=80, total_tokens=280)
    shared: dict[str, Any] = {"conversation_id": conversation, "created_at": at}
    question = _text(f"Question {number + 1}: {_sentence(chance)}?")
    parts: list[Part] = [_looked(chance)] if chance.random() < 0.3 else []
    parts.append(_text("\n\n".join(_paragraphs(chance))))
    return [
        MessageBody(**shared, id=asked, role="user", author_id=author, parts=[question], status="sent"),
        MessageBody(
            **shared, id=new_id(), role="assistant", parent_id=asked, parts=parts, status="completed",
            model="bench/talk", usage=usage,
        ),
    ]  # fmt: skip


def _unit(bodies: list[MessageBody], tenant: str, at: str) -> Unit:
    rows = [body.model_dump(mode="json") | {"tenant_id": tenant, "token_count": 80} for body in bodies]
    changes = [insert(messages).values(**row, position=seq_of(n), rev=seq_of(n)) for n, row in enumerate(rows)]
    last = LastMessage(text=TITLE, is_user=False, created_at=at).model_dump()
    of_the_talk = update(conversations).where(conversations.c.id == bodies[0].conversation_id)
    grown = of_the_talk.values(
        message_count=conversations.c.message_count + len(bodies),
        version=conversations.c.version + 1,
        last_message=last,
    )
    said: list[Event] = [event(f"conversation:{body.conversation_id}", NewMessage(message=body)) for body in bodies]
    return Unit(changes=[*changes, grown], events=said)


def _looked(chance: random.Random) -> ToolCallPart:
    count = chance.randrange(2, 12)
    rows: list[JsonValue] = [{"name": f"lamp {n}", "watts": chance.randrange(60)} for n in range(count)]
    found: JsonValue = {"devices": rows}
    return ToolCallPart(
        tool_call_id=new_id(), name="get_devices_in_room", arguments={"room": "hall"}, label="Looked at the Hall",
        status="completed", summary=f"{count} devices", result=found, duration_ms=4,
    )  # fmt: skip


def _paragraphs(chance: random.Random) -> list[str]:
    plain = [". ".join(_sentence(chance) for _ in range(chance.randrange(1, 5))) for _ in range(chance.randrange(1, 4))]
    return [*plain, chance.choice(PIECES)] if chance.random() < 0.5 else plain


def _sentence(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randrange(6, 18))).capitalize()


def _text(words: str) -> TextPart:
    return TextPart(text=words, length=len(words))


if __name__ == "__main__":
    main()
