"""A house is told of a new lamp in plain words: it asks first, adds it once, and every tool knows it at once."""

from parlour.protocol.commands import DecideToolCall, Regenerate
from parlour.protocol.content import Approval, ToolCallPart
from tests.flow.conftest import Listener, Opening, Talking


async def asked(listener: Listener) -> Approval:
    """What waits for a word."""
    await listener.until(lambda: bool(listener.conversation.approvals))
    return listener.conversation.approvals[-1]


async def says_yes(robin: Talking, approval: Approval) -> None:
    command = DecideToolCall(
        type="decide_tool_call", approval_id=approval.id, decision="approve", command_id=f"yes-{approval.id}"
    )
    await robin.app.talk.decide(robin.who, command)


def call_of(listener: Listener) -> ToolCallPart:
    (part,) = [part for part in listener.answers[-1].parts if isinstance(part, ToolCallPart)]
    return part


async def says(robin: Talking, question: str) -> str:
    """Ask in a talk of its own; the answer."""
    ids = await robin.says(question)
    await robin.ended(ids["turn_id"])
    return (await robin.listens(ids["conversation_id"])).text


async def test_a_lamp_is_added_in_words_once_and_seen_by_every_question(opened: Opening) -> None:
    async with opened() as robin:
        before = await says(robin, "Which lights are in the study?")
        ids = await robin.says("Add a floor lamp to the study")
        talk = await robin.listens(ids["conversation_id"])
        approval = await asked(talk)
        assert (approval.tool_name, approval.effect) == ("create_entity", "write")
        assert approval.label == "Add “Floor Lamp” to the Study"
        assert approval.preview is not None
        assert [(c.what, c.before, c.after) for c in approval.preview.changes] == [
            ("Floor Lamp", None, "a lamp in the Study")
        ]
        assert approval.preview.note == "Another “Floor Lamp” is in the Living Room."
        assert await says(robin, "Which lights are in the study?") == before

        await says_yes(robin, approval)
        turn = await robin.ended(ids["turn_id"])
        await talk.until(lambda: talk.answers != [] and talk.answers[-1].status == "completed")
        assert talk.text == "**Floor Lamp** is in the **Study** now."
        assert call_of(talk).undo == "offered"
        after = await says(robin, "Which lights are in the study?")
        assert "Floor Lamp" in after
        assert "Floor Lamp" not in before

        again = Regenerate(type="regenerate", message_id=turn.answer_id or "", command_id="again")
        said = await robin.app.talk.regenerate(robin.who, again)
        await robin.ended(said.ids["turn_id"])
        await talk.until(lambda: len(talk.answers) == 2 and talk.answers[-1].status == "completed")
        assert call_of(talk).repeated
        assert await says(robin, "Which lights are in the study?") == after
