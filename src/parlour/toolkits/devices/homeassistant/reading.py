"""Reads everything that a Home Assistant has, over its socket."""

from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from parlour.toolkits.devices.driver import Rejected
from parlour.toolkits.devices.homeassistant.socket import Socket
from parlour.toolkits.devices.homeassistant.wire import REGISTRIES, Object, Snapshot, objects, state_of, text, texts

_AT_ONCE = 500


async def snapshot(socket: Socket, default_name: str = "Home Assistant") -> Snapshot:
    """Everything, as it is now. Raises DriverProblem."""
    config = _object(await socket.command("get_config"))
    registries = {name: await _registry(socket, name) for name in REGISTRIES}
    states = [state for each in objects(await socket.command("get_states")) if (state := state_of(each)) is not None]
    named = [name for each in registries["entity"] if (name := text(each, "entity_id"))]
    return Snapshot(
        server=server_name(config, default_name),
        temperature_unit=_unit(config),
        registries=registries,
        aliases=await _aliases(socket, named),
        states={state.entity_id: state for state in states},
        is_whole=config.get("state", "RUNNING") == "RUNNING",
    )


def server_name(config: Object, default_name: str = "Home Assistant") -> str:
    """What a Home Assistant calls itself, with its version."""
    version = text(config, "version")
    return f"{default_name} {version}" if version else default_name


async def _registry(socket: Socket, name: str) -> Sequence[Object]:
    """A registry; an older server has no floors and no labels, and says so."""
    try:
        return objects(await socket.command(f"config/{name}_registry/list"))
    except Rejected:
        if name in ("floor", "label"):
            return ()
        raise


async def _aliases(socket: Socket, entity_ids: Sequence[str]) -> dict[str, list[str]]:
    """What else entities are called: the lists of the registry leave that out."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(entity_ids), _AT_ONCE):
        part = [*entity_ids[start : start + _AT_ONCE]]
        try:
            entries = await socket.command("config/entity_registry/get_entries", entity_ids=part)
        except Rejected:
            return found
        found |= {key: texts(_object(entry), "aliases") for key, entry in _object(entries).items()}
    return {key: names for key, names in found.items() if names}


def _unit(config: Object) -> str:
    return text(_object(config.get("unit_system")), "temperature") or "°C"


def _object(value: Any) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]
