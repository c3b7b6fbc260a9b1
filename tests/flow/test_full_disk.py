"""A full disk: what cannot be kept is refused, what was begun rests, and all goes on when there is room."""

from pathlib import Path

import pytest

from parlour.errors import StorageFull
from tests.flow.conftest import HeldModel, Opening
from tests.flow.full_disk import Disk
from tests.storage import Storage

MUCH = "and on " * 200_000


@pytest.fixture
def disk(storage: Storage) -> Disk:
    return Disk(storage)


@pytest.fixture
def opened(storage: Storage, disk: Disk, tmp_path: Path) -> Opening:
    return Opening(storage, tmp_path, disk.open_writer)


async def test_an_answer_rests_while_the_disk_is_full_and_goes_on_when_there_is_room(
    opened: Opening, disk: Disk, held: HeldModel
) -> None:
    async with opened(held) as ann:
        ids = await ann.says("Tell me a story")
        listener = await ann.listens(ids["conversation_id"])
        held.lets("Once upon ")
        await listener.until(lambda: bool(listener.answers) and listener.text == "Once upon ")
        await disk.fills()
        held.lets(MUCH)
        while not ann.app.writer.is_full:
            await ann.app.clock.sleep(0.01)
        with pytest.raises(StorageFull):
            await ann.says(MUCH[:40_000], ids["conversation_id"])
        await disk.has_room()
        held.lets("a time.", None)
        await ann.ended(ids["turn_id"])
        assert not ann.app.writer.is_full
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        assert listener.text == "a time."
        await listener.agrees()


async def test_what_was_refused_for_a_full_disk_counts_once_when_it_is_sent_again(
    opened: Opening, disk: Disk, held: HeldModel
) -> None:
    async with opened(held) as ann:
        await disk.fills()
        with pytest.raises(StorageFull):
            await ann.says(MUCH[:40_000], client_message_id="the same")
        await disk.has_room()
        held.lets("Yes.", None)
        ids = await ann.says(MUCH[:40_000], client_message_id="the same")
        await ann.ended(ids["turn_id"])
        listener = await ann.listens(ids["conversation_id"])
        assert [message.role for message in listener.conversation.messages] == ["user", "assistant"]
