"""Who may set budgets, who sees them and what was used, and how much of each is used."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import insert, select

from parlour.errors import Forbidden, InvalidRequest, NotFound
from parlour.identity.household import Household
from parlour.identity.usage import MOST_ROWS, Wanted
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.protocol.people import NewProject, NewUser
from parlour.protocol.spending import Grouping, NewBudget, Period
from parlour.store.tables import audit, spending
from tests.house import Lived, anybody

HOUSE = NewBudget(scope="tenant", period="month", max_cost=100)


@dataclass(frozen=True)
class Used:
    """A request that somebody made."""

    who: Who
    project_id: str
    cost: int | None
    at: str = "2026-11-20T12:00:00.000Z"
    model: str = "acme/small"
    conversation_id: str = "c"


@dataclass(frozen=True)
class Desk:
    """The house, and its people as they ask."""

    lived: Lived
    household: Household
    admin: Who
    ann: Who
    bob: Who
    ines: Who
    boat: str
    """Ann's project, in which bob is."""

    async def uses(self, *requests: Used) -> None:
        """Keep what was used, 10 tokens each time."""
        await self.lived.writer.commit(Unit(changes=[insert(spending).values(_row(each)) for each in requests]))

    async def reported(self, who: Who, by: Grouping = "user", **narrowed: str) -> tuple[int, dict[str, int]]:
        """The cost of everything that somebody sees, and of each group."""
        report = await self.household.usage.report(who, Wanted(by, **narrowed))
        return report.total.cost, {row.key: row.cost for row in report.rows}

    async def sees(self, who: Who) -> list[str]:
        """The scopes of the budgets that somebody sees."""
        return [budget.scope for budget in await self.household.budgets.listed(who)]


def _row(used: Used) -> dict[str, object]:
    return {
        "id": new_id(),
        "tenant_id": used.who.tenant_id,
        "project_id": used.project_id,
        "user_id": used.who.user_id,
        "conversation_id": used.conversation_id,
        "message_id": new_id(),
        "turn_id": new_id(),
        "number": 0,
        "provider": used.model.partition("/")[0],
        "model": used.model,
        "outcome": "answered",
        "prompt_tokens": 6,
        "cached_tokens": 0,
        "completion_tokens": 4,
        "reasoning_tokens": 0,
        "cost": used.cost,
        "is_estimated": used.cost is None,
        "duration_ms": 500,
        "at": used.at,
    }


@pytest.fixture
async def desk(lived: Lived, household: Household) -> Desk:
    admin = anybody(lived.house.admin)
    ann, bob = anybody(lived.ann), anybody(lived.bob)
    ines = anybody(await household.people.add(admin, NewUser(username="ines", role="guest")))
    boat = await household.projects.add(ann, NewProject(name="The boat"))
    await household.projects.add_member(ann, boat.id, bob.user_id)
    return Desk(lived, household, admin, ann, bob, ines, boat.id)


async def test_everybody_sees_what_is_theirs_owners_their_projects_and_admins_all(desk: Desk) -> None:
    home = desk.lived.house.home_project_id
    await desk.uses(Used(desk.ann, home, 1), Used(desk.bob, home, 20), Used(desk.bob, desk.boat, 300))
    ann, bob = desk.ann.user_id, desk.bob.user_id
    assert await desk.reported(desk.ann) == (301, {bob: 300, ann: 1})
    assert await desk.reported(desk.bob) == (320, {bob: 320})
    assert await desk.reported(desk.admin) == (321, {bob: 320, ann: 1})
    assert await desk.reported(desk.ann, project_id=home) == (1, {ann: 1})
    assert await desk.reported(desk.bob, user_id=ann) == (0, {})
    with pytest.raises(Forbidden):
        await desk.reported(desk.ines)
    elsewhere = replace(desk.admin, tenant_id=new_id())
    assert await desk.reported(elsewhere) == (0, {})


async def test_a_report_is_of_whole_days_and_tells_what_nobody_knows(desk: Desk) -> None:
    days = [
        f"2026-11-{moment}Z" for moment in ("18T23:59:59.999", "19T00:00:00.000", "20T23:59:59.999", "21T00:00:00.000")
    ]
    await desk.uses(*(Used(desk.ann, desk.boat, None if at == days[1] else 5, at) for at in days))
    report = await desk.household.usage.report(desk.ann, Wanted("day", "2026-11-19", "2026-11-20"))
    assert [(row.key, row.cost, row.unpriced_requests) for row in report.rows] == [
        ("2026-11-19", 0, 1),
        ("2026-11-20", 5, 0),
    ]
    assert (report.total.total_tokens, report.total.estimated_requests, report.total.duration_ms) == (20, 1, 1_000)
    for since, until in (("2026-11-21", "2026-11-20"), ("2026-02-30", "2026-11-20"), ("0001-01-01", "2026-11-20")):
        with pytest.raises(InvalidRequest):
            await desk.household.usage.report(desk.ann, Wanted("day", since, until))


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_names_are_told_of_people_and_projects_and_titles_of_ones_own_conversations_only(desk: Desk) -> None:
    begun = await desk.lived.conversations.begin(desk.bob, project_id=desk.boat, title="A secret plan")
    await desk.uses(Used(desk.bob, desk.boat, 7, conversation_id=begun.id))
    named = {"user": "bob", "project": "The boat", "provider": "acme", "model": "acme/small", "conversation": None}
    for by, name in named.items():
        (row,) = (await desk.household.usage.report(desk.ann, Wanted(by))).rows  # pyright: ignore[reportArgumentType]
        assert row.name == name
    (mine,) = (await desk.household.usage.report(desk.bob, Wanted("conversation"))).rows
    assert mine.name == "A secret plan"


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_more_groups_than_anybody_reads_are_one_and_it_still_adds_up(desk: Desk) -> None:
    await desk.uses(*(Used(desk.ann, desk.boat, 1, conversation_id=f"c{n}") for n in range(MOST_ROWS + 5)))
    total, rows = await desk.reported(desk.ann, "conversation")
    assert (total, len(rows), rows[""], sum(rows.values())) == (MOST_ROWS + 5, MOST_ROWS + 1, 5, MOST_ROWS + 5)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_admins_set_budgets_and_whom_they_concern_sees_them(desk: Desk) -> None:
    budgets = desk.household.budgets
    scopes = ("tenant", "provider:acme", f"project:{desk.boat}", f"user:{desk.ann.user_id}")
    for scope in scopes:
        await budgets.put(desk.admin, HOUSE.model_copy(update={"scope": scope}))
    assert await desk.sees(desk.admin) == [*scopes]
    assert await desk.sees(desk.ann) == [*scopes[2:]]
    assert await desk.sees(desk.bob) == []
    for nobody in (desk.ann, desk.ines):
        with pytest.raises(Forbidden):
            await budgets.put(nobody, HOUSE)
    with pytest.raises(Forbidden):
        await desk.sees(desk.ines)
    for scope in (f"project:{new_id()}", f"user:{new_id()}"):
        with pytest.raises(NotFound):
            await budgets.put(desk.admin, HOUSE.model_copy(update={"scope": scope}))
    with pytest.raises(InvalidRequest):
        await budgets.put(desk.admin, NewBudget(scope="tenant", period="day"))


async def test_a_budget_takes_the_place_of_the_one_before_and_is_removed_for_good(desk: Desk) -> None:
    budgets = desk.household.budgets
    await budgets.put(desk.admin, HOUSE)
    await budgets.put(desk.admin, NewBudget(scope="tenant", period="month", max_tokens=5))
    (one,) = await budgets.listed(desk.admin)
    assert (one.max_cost, one.max_tokens) == (None, 5)
    with pytest.raises(Forbidden):
        await budgets.remove(desk.ann, one.id)
    await budgets.remove(desk.admin, one.id)
    assert await budgets.listed(desk.admin) == []
    with pytest.raises(NotFound):
        await budgets.remove(desk.admin, one.id)
    async with desk.lived.database.read() as connection:
        said = (await connection.scalars(select(audit.c.action).where(audit.c.resource_type == "budget"))).all()
    assert sorted(said) == ["budget_removed", "budget_set", "budget_set"]


@pytest.mark.parametrize(("period", "used"), [("day", 5), ("month", 45), ("ever", 345)])
async def test_a_period_counts_what_was_used_since_it_began(desk: Desk, period: Period, used: int) -> None:
    at = {"2026-11-20T00:00:00.000Z": 5, "2026-11-19T23:59:59.999Z": 40, "2026-10-31T23:59:59.999Z": 300}
    await desk.uses(*(Used(desk.ann, desk.boat, cost, when) for when, cost in at.items()))
    await desk.household.budgets.put(desk.admin, HOUSE.model_copy(update={"period": period, "max_cost": 400}))
    (budget,) = await desk.household.budgets.listed(desk.admin)
    assert budget.used is not None
    assert (budget.used.cost, budget.share) == (used, used / 400)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_who_asks_is_told_of_what_is_nearly_used_up_and_a_guest_is_not(desk: Desk) -> None:
    budgets, home = desk.household.budgets, desk.lived.house.home_project_id
    await desk.uses(Used(desk.bob, desk.boat, 85))
    await budgets.put(desk.admin, HOUSE)
    await budgets.put(desk.admin, HOUSE.model_copy(update={"scope": f"project:{desk.boat}", "max_cost": 80}))
    await budgets.put(desk.admin, HOUSE.model_copy(update={"scope": f"user:{desk.ann.user_id}"}))
    told = await budgets.nearly_used(desk.ann, desk.boat)
    assert [(one.kind, one.share) for one in told] == [("project", 1.0), ("tenant", 0.85)]
    assert [one.kind for one in await budgets.nearly_used(desk.ann, None)] == ["tenant"]
    assert await budgets.nearly_used(desk.ines, home) == []
    with pytest.raises(NotFound):
        await budgets.nearly_used(desk.ines, desk.boat)
