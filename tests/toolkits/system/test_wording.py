"""The house itself in words: what is amiss first, and what can be done by what comes of it."""

from typing import Any

import pytest

from parlour.toolkits.system.tools import SystemToolkit
from parlour.toolkits.system.wording import COMMANDS, STATUS
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Failed
from parlour.tools.tool import ToolContext

ANN = Caller("tenant", "user", "project", frozenset({"tools:read"}))


def component(name: str, state: str) -> dict[str, Any]:
    return {"kind": "store", "name": name, "state": state, "words": f"{name} is {state}.", "where": None}


def test_a_status_names_what_is_amiss_and_nothing_else() -> None:
    result = {"status": "degraded", "components": [component("SQLite", "ok"), component("shop", "down")]}
    assert STATUS.sentence({}, result) == "Something is not as it should be.\n\n- **shop**: shop is down."
    assert STATUS.summary({}, result) == "1 amiss"
    well = {"status": "ok", "components": [component("SQLite", "ok"), component("gpt", "unknown")]}
    assert (STATUS.sentence({}, well), STATUS.summary({}, well)) == ("Everything that was looked at works.", "ok")


def test_commands_are_told_by_what_comes_of_them() -> None:
    commands = [
        {"name": "ring_bell", "what": "Ring a bell.", "effect": "control", "who": ["admin"]},
        {"name": "find_bell", "what": "Find a bell.", "effect": "read", "who": ["admin"]},
    ]
    assert COMMANDS.sentence({}, {"commands": commands}) == (
        "To look things up:\n\n- Find bell: Find a bell.\n\nTo switch and set, at once:\n\n- Ring bell: Ring a bell."
    )
    assert COMMANDS.sentence({}, {"commands": []}) == "Nothing can be done here yet."


async def test_before_anybody_looks_it_says_that_nobody_can_tell() -> None:
    with pytest.raises(Failed, match="before its doors are open"):
        await SystemToolkit().get_system_status(ToolContext(ANN, "conversation", "turn", "call"))
