"""Files and databases are asked in ordinary words, beside the things of a house and in their place."""

import pytest

from parlour.toolkits.data.phrasebook import language_of
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.models.intents.asking import Chat, acting_tools_of
from tests.models.intents.house import HouseNames

TOOLS = ("list_files", "read_file", "search_files", "database_schema", "database_query")

ASKED = {
    "Which files are there?": "list_files()",
    "what files do we have": "list_files()",
    "Show me all files.": "list_files()",
    "What's in the folder reports?": "list_files(folder=reports)",
    "Read the file notes/plan.md": "read_file(path=notes/plan.md)",
    "What's in the file Budget.csv?": "read_file(path=Budget.csv)",
    "could you read me the file shopping list please": "read_file(path=shopping list)",
    "Search the files for the boiler": "search_files(words=boiler)",
    "Which file mentions the warranty?": "search_files(words=warranty)",
    "Are there any files about the dishwasher?": "search_files(words=dishwasher)",
    "Which tables are in the database?": "database_schema()",
    "What's in the database?": "database_schema()",
    "Show me the table orders": "database_query(query=orders)",
    "What is in the table Order Items?": "database_query(query=Order Items)",
    "Which tables does the database have?": "database_schema()",
    "Show me the table customers": "database_query(query=customers)",
    "How many rows are in orders?": "database_query(query=orders)",
    "Read the file boiler.md": "read_file(path=boiler.md)",
    "Read the file boiler": "read_file(path=boiler)",
    "Which file mentions the valve?": "search_files(words=valve)",
    "How many rows are in customers?": "database_query(query=customers)",
}
OF_THE_HOUSE = {
    "What's in the kitchen?": "get_devices_in_room(room=kitchen)",
    "How many lights are on?": "get_devices_in_room(device_class=light state=on)",
    "Search for the boiler": "search_entities(query=boiler)",
    "Turn on the hall light": "control_devices(action=turn_on devices=hall-light)",
}


def data_tools() -> tuple[Tool, ...]:
    async def nothing(context: ToolContext) -> None:
        """Do nothing."""

    def named(name: str) -> Tool:
        nothing.__name__ = name
        return make_tool(nothing, effect="read", language=language_of(name))

    return tuple(map(named, TOOLS))


def chat(*tools: Tool) -> Chat:
    return Chat(tools=tools)


@pytest.mark.parametrize(("words", "call"), ASKED.items())
async def test_a_project_with_files_and_a_database_and_no_house_is_asked(words: str, call: str) -> None:
    assert await chat(*data_tools()).says(words) == call


@pytest.mark.parametrize(("words", "call"), (ASKED | OF_THE_HOUSE).items())
async def test_a_house_beside_them_is_asked_as_before(words: str, call: str) -> None:
    assert await chat(*acting_tools_of(HouseNames()), *data_tools()).says(words) == call


@pytest.mark.parametrize(
    "words", ["What's on the table?", "Open the file cabinet", "Delete the file plan.md", "Drop the table"]
)
async def test_what_is_no_question_to_them_is_declined(words: str) -> None:
    assert "I did not understand" in await chat(*acting_tools_of(HouseNames()), *data_tools()).says(words)


async def test_what_can_be_asked_is_shown_where_nothing_was_understood() -> None:
    assert "Which files are there?" in await chat(*data_tools()).says("Sing me a song about tax")
