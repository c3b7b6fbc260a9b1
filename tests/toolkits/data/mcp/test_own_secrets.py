"""A kind that replaces its own secrets while it uses them never overwrites what somebody else has kept meanwhile."""

import pytest

from parlour.errors import Moved
from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data.mcp.oauth.sign_in import EVERYBODY, FIELD, SignIn, SignIns
from tests.toolkits.data.mcp.conftest import Use

ADDRESS = {"url": "http://127.0.0.1:9/mcp"}


def told(problem: str) -> str:
    """A sign-in that went wrong, as it is kept."""
    return SignIns().with_one(EVERYBODY, SignIn(problem=problem)).text


async def test_of_two_who_keep_other_secrets_at_once_the_first_counts(use: Use) -> None:
    using = await use({**ADDRESS, "headers": {"X-Own": "mine"}}, offers=None)
    desk = using.project.kit.desk
    own = desk.own(await desk.one(using.project.caller.project_id, using.id))
    (before, secrets), (same, _) = await own.read(), await own.read()
    await own.keep(before, {**secrets, FIELD: told("first")})
    with pytest.raises(Moved):
        await own.keep(same, {**secrets, FIELD: told("second")})
    now, kept = await own.read()
    assert (SignIns.of(kept[FIELD]).of_whom(EVERYBODY).problem, kept["headers"]) == ("first", {"X-Own": "mine"})
    assert now.rev == before.rev


async def test_a_change_by_an_admin_counts_before_what_was_renewed_meanwhile(use: Use) -> None:
    using = await use(ADDRESS, offers=None)
    desk, project_id = using.project.kit.desk, using.project.caller.project_id
    own = desk.own(await desk.one(project_id, using.id))
    before, secrets = await own.read()
    await desk.change(using.project.caller, using.id, DatasourceChange(settings={"headers": {"X-Own": "new"}}))
    with pytest.raises(Moved):
        await own.keep(before, {**secrets, FIELD: told("late")})
    assert (await own.read())[1]["headers"] == {"X-Own": "new"}
