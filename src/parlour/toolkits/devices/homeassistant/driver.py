"""The `Driver` of what a Home Assistant has. Each command is one request of its own, so that any node can give it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from parlour.toolkits.devices.driver import Changed, Command, DriverProblem, Health, Known, Reading
from parlour.toolkits.devices.homeassistant.client import HomeAssistant, Unauthorised
from parlour.toolkits.devices.homeassistant.commands import service_of
from parlour.toolkits.devices.homeassistant.states import abilities_of, class_of, reading_of
from parlour.toolkits.devices.homeassistant.wire import changed_state, objects, state_of

DRIVER = "home_assistant"
"""What stands as `driver` in the content of a thing that a Home Assistant has."""


@dataclass(frozen=True, slots=True)
class HomeAssistantDriver:
    """The devices of one Home Assistant."""

    called: str
    client: HomeAssistant

    @property
    def name(self) -> str:
        """What people call it."""
        return self.called

    async def devices(self) -> Sequence[Known]:
        """Every entity that can be told or asked something. Raises DriverProblem."""
        async with self.client.socket() as socket:
            states = [state for each in objects(await socket.command("get_states")) if (state := state_of(each))]
        return [
            Known(state.entity_id, state.text("friendly_name") or state.entity_id, abilities_of(state).services)
            for state in states
            if class_of(state) or abilities_of(state).services
        ]

    async def state(self, device: str) -> Reading:
        """How an entity is now. Raises DriverProblem."""
        state = await self.client.state(device)
        works_on = tuple(state.texts("entity_id")) if state.domain == "scene" else None
        return replace(reading_of(state), device_class=class_of(state), works_on=works_on)

    async def act(self, command: Command) -> None:
        """Call the service that does it; it takes no keys, so what is lost is read back. Raises DriverProblem."""
        await self.client.call(*service_of(command))

    async def changes(self) -> AsyncIterator[Changed]:
        """What changes from now on. Raises DriverProblem when the connection ends."""
        async with self.client.socket() as socket:
            await socket.command("subscribe_events", event_type="state_changed")
            async for event in socket.events():
                state = changed_state(event)
                if state is not None:
                    yield Changed(state.entity_id, reading_of(state))

    async def health(self) -> Health:
        """Whether it answers, and takes the token."""
        try:
            await self.client.config()
        except Unauthorised as refused:
            return Health("refused", refused.message)
        except DriverProblem as problem:
            return Health("away", problem.message)
        return Health("connected", "")
