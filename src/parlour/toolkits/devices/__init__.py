"""Devices that act: what stands between a home and its lamps, blinds and locks, and the tool that tells them."""

from pathlib import Path

from parlour.toolkits.devices.joined import Joined
from parlour.toolkits.devices.simulated import Simulation
from parlour.toolkits.devices.targets import Finds
from parlour.toolkits.devices.tools import DevicesToolkit

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of migrations that `store.migrate.upgrade` takes."""


def devices_toolkit(finds: Finds, outside: Joined) -> DevicesToolkit:
    """The toolkit over what the house is joined to, and over what is simulated."""
    simulation = Simulation(outside.reads, outside.writer, outside.clock)
    return DevicesToolkit(finds, outside.reads, outside.writer, outside.clock, [simulation, outside])


__all__ = ["MIGRATIONS", "DevicesToolkit", "devices_toolkit"]
