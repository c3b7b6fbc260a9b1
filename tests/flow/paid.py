"""Models that cost something, and how much."""

from pathlib import Path
from typing import Any

from parlour.identity.usage import Wanted
from parlour.protocol.content import Message, Usage
from parlour.protocol.spending import DOLLAR, Grouping, NewBudget, Spent, UsageReport
from parlour.store.queries.messages import message_page
from tests.flow.conftest import Talking

CENT = DOLLAR // 100


def prices(folder: Path, *, prompt: str = "0", completion: str = "100") -> str:
    """A file that says what models of `paid` ask for a million tokens, in dollars."""
    file = folder / "prices.toml"
    file.write_text(f'["paid/*"]\nprompt = {prompt}\ncompletion = {completion}\n')
    return str(file)


async def sets(talking: Talking, scope: str, period: str = "month", **limits: int) -> None:
    """Have the admin set a budget."""
    budget = NewBudget.model_validate({"scope": scope, "period": period, **limits})
    await talking.app.household.budgets.put(talking.who, budget)


async def report(talking: Talking, by: Grouping = "day", **narrowed: Any) -> UsageReport:
    """What was used, as the admin sees it."""
    return await talking.app.household.usage.report(talking.who, Wanted(by, **narrowed))


async def answers(talking: Talking, *conversations: str) -> list[Message]:
    """Every answer of these conversations."""
    found: list[Message] = []
    async with talking.app.database.read() as connection:
        for conversation in conversations:
            page = await message_page(connection, conversation)
            found += [each.value for each in page.messages if each.value.role == "assistant"]
    return found


def summed(messages: list[Message]) -> dict[str, int]:
    """What answers say they used, together."""
    used = [message.usage for message in messages if message.usage is not None]
    return {name: sum(getattr(usage, name) or 0 for usage in used) for name in _SAME}


def of(spent: Spent) -> dict[str, int]:
    """The same of a report."""
    return {name: getattr(spent, name) for name in _SAME}


_SAME = sorted(set(Usage.model_fields) & set(Spent.model_fields))
