"""Tries a Home Assistant out: whether it answers, takes the token, and what it has. Nothing is kept."""

import asyncio
from dataclasses import dataclass

from parlour.toolkits.devices.driver import DriverProblem, Gone
from parlour.toolkits.devices.homeassistant.client import HomeAssistant, Unauthorised
from parlour.toolkits.devices.homeassistant.reading import snapshot
from parlour.toolkits.devices.homeassistant.registry import counts, wanted
from parlour.toolkits.home.phrases import counted, joined

PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it. `problem` is empty when it works."""

    server: str | None = None
    found: str | None = None
    problem: str = ""
    is_refused: bool = False
    """Whether it answers, and does not want the token."""


async def tried(base_url: str, token: str, patience_s: float = PATIENCE_S) -> Tried:
    """Connect as it will be connected later, and read everything once. Never raises."""
    client = HomeAssistant(base_url, token)
    try:
        async with asyncio.timeout(patience_s):
            await client.config()
            async with client.socket() as socket:
                found = await snapshot(socket)
    except Unauthorised as refused:
        return Tried(problem=refused.message, is_refused=True)
    except DriverProblem as problem:
        return Tried(problem=problem.message)
    except TimeoutError:
        return Tried(problem=Gone(f"It did not answer within {patience_s:g} seconds.").message)
    finally:
        await client.close()
    return Tried(found.server, in_words(counts(wanted(found, ""))))


def in_words(figures: dict[str, int]) -> str:
    """What would be taken over: "9 rooms, 31 devices and 4 scenes and automations"."""
    told = [
        counted(figures["rooms"], "room"),
        counted(figures["devices"], "device"),
        counted(figures["routines"], "scene or automation", "scenes and automations"),
    ]
    return joined(told)
