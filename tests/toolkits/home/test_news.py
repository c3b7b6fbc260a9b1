"""What is new of a home, in plain words."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.unit import Unit, Writer
from parlour.store.database import Database
from parlour.toolkits.home import HomeToolkit
from parlour.toolkits.home.graph import Home
from parlour.tools.tool import ToolContext
from tests.conftest import ManualClock
from tests.toolkits.home.conftest import Ask, caller_in
from tests.toolkits.home.test_writing import Hand


@dataclass
class Heard:
    """What was to be told, and about what."""

    news: list[tuple[str, tuple[str, ...]]] = field(default_factory=list[tuple[str, tuple[str, ...]]])

    async def __call__(
        self, connection: AsyncConnection, context: ToolContext, text: str, about: Any, *, after: int
    ) -> Unit:
        assert after > 0
        self.news.append((text, tuple(about)))
        return Unit()

    @property
    def last(self) -> str:
        return self.news[-1][0]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def hand(heard: Heard, database: Database, writer: Writer, clock: ManualClock, maple: Home) -> Hand:
    return Hand(HomeToolkit(database, writer, clock, heard), writer, caller_in(maple))


async def id_of(ask: Ask, name: str) -> str:
    return (await ask("get_entity_details", entity=name))["entity"]["id"]


async def test_a_new_thing_is_news_about_its_place(hand: Hand, heard: Heard, ask: Ask) -> None:
    made = await hand.does("create_entity", entity_type="device", name="Floor *Lamp*", place="study")
    study = await id_of(ask, "study")
    assert heard.news == [("The Floor *Lamp* was added to the Study.", (study,))]
    await hand.takes_back("create_entity", made)
    assert heard.news[1:] == [("The Floor *Lamp* was removed.", (made["entity"]["id"], study))]


async def test_what_is_in_no_place_is_news_to_nobody(hand: Hand, heard: Heard) -> None:
    await hand.does("create_entity", entity_type="note", name="Juno's List")
    assert heard.news == [("Juno's List was added.", ())]


async def test_another_name_another_place_and_the_rest(hand: Hand, heard: Heard, ask: Ask) -> None:
    kettle, study = await id_of(ask, "kettle"), await id_of(ask, "study")
    renamed = await hand.does("update_entity", entity="kettle", name="Samovar")
    assert heard.news == [("The Kettle is called Samovar now.", (kettle,))]
    await hand.takes_back("update_entity", renamed)
    assert heard.last == "The Samovar is called Kettle now."
    moved = await hand.does("update_entity", entity="kettle", place="study")
    assert heard.news[-1] == ("The Kettle is in the Study now.", (kettle, study))
    await hand.takes_back("update_entity", moved)
    assert heard.last == "The Kettle is in the Kitchen now."
    await hand.does("update_entity", entity="kettle", name="Samovar", place="ground floor")
    assert heard.last == "The Kettle is called Samovar now. It is on the Ground Floor now."
    await hand.does("update_entity", entity="Samovar", content={"brand": "Tula"})
    assert heard.last == "What is known of the Samovar was changed."


async def test_how_two_things_belong_together_is_news_about_both(hand: Hand, heard: Heard, ask: Ask) -> None:
    ends = (await id_of(ask, "router"), await id_of(ask, "kettle"))
    made = await hand.does(
        "create_relationship", from_entity="router", relationship_type="monitors", to_entity="kettle"
    )
    assert heard.news == [("It is noted now that the Router monitors the Kettle.", ends)]
    await hand.takes_back("create_relationship", made)
    assert heard.news[1:] == [("It is no longer noted that the Router monitors the Kettle.", ends)]


async def test_to_foresee_a_change_tells_nobody(hand: Hand, heard: Heard) -> None:
    await hand.foresees("create_entity", entity_type="device", name="Floor Lamp", place="study")
    assert heard.news == []
