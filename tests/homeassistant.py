"""A Home Assistant on loopback that speaks the real wire: REST, and the socket with its registries and events.

`tests/toolkits/devices/test_homeassistant_is_honest.py` has a published client talk to it, so that it does not drift
into what our own client would like to hear.
"""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import WSMsgType, web

Body = dict[str, Any]
TOKEN = "a-long-lived-access-token"
VERSION = "2026.10.1"


def _now() -> str:
    return datetime.now(UTC).isoformat()


@dataclass
class FakeHomeAssistant:
    """What it has, what it was told, and what it does wrong."""

    token: str = TOKEN
    running: str = "RUNNING"
    floors: list[Body] = field(default_factory=list[Body])
    areas: list[Body] = field(default_factory=list[Body])
    labels: list[Body] = field(default_factory=list[Body])
    devices: list[Body] = field(default_factory=list[Body])
    entities: dict[str, Body] = field(default_factory=dict[str, Body])
    states: dict[str, Body] = field(default_factory=dict[str, Body])
    calls: list[tuple[str, str, Body]] = field(default_factory=list[tuple[str, str, Body]])
    """Every service that was called, with its data."""
    commands: list[str] = field(default_factory=list[str])
    lies: bool = False
    hangs: bool = False
    drops_calls: bool = False
    """It does what it is told, and closes the connection before it says so."""
    redirects_to: str = ""
    lacks_floors: bool = False
    deaf: bool = False
    """It answers no ping any more."""
    url: str = ""
    sockets: set[web.WebSocketResponse] = field(default_factory=set[web.WebSocketResponse])
    _heard: dict[web.WebSocketResponse, dict[int, str | None]] = field(
        default_factory=dict[web.WebSocketResponse, dict[int, str | None]]
    )

    # --- what it has -------------------------------------------------------------------------------------------

    def floor(self, floor_id: str, name: str, *aliases: str) -> None:
        self.floors.append({"floor_id": floor_id, "name": name, "aliases": [*aliases], "level": 0, "icon": None})

    def area(self, area_id: str, name: str, floor_id: str | None = None, aliases: tuple[str, ...] = ()) -> None:
        self.areas.append(
            {"area_id": area_id, "name": name, "floor_id": floor_id, "aliases": [*aliases], "icon": None}
            | {"picture": None, "labels": [], "temperature_entity_id": None, "humidity_entity_id": None}
        )

    def entity(
        self,
        entity_id: str,
        name: str,
        state: str,
        area_id: str | None = None,
        /,
        *,
        aliases: tuple[str, ...] = (),
        labels: tuple[str, ...] = (),
        category: str | None = None,
        registered: bool = True,
        **attributes: Any,
    ) -> None:
        """An entity with its state, in the registry unless it says otherwise."""
        self.states[entity_id] = _state(entity_id, state, {"friendly_name": name, **attributes})
        if registered:
            self.entities[entity_id] = {
                "entity_id": entity_id,
                "id": uuid.uuid5(uuid.NAMESPACE_URL, entity_id).hex,
                "unique_id": entity_id,
                "platform": "demo",
                "name": None,
                "original_name": name,
                "area_id": area_id,
                "device_id": None,
                "labels": [*labels],
                "aliases": [*aliases],
                "entity_category": category,
                "hidden_by": None,
                "disabled_by": None,
                "has_entity_name": False,
            }

    async def set_state(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Have an entity change, and say so."""
        old = self.states.get(entity_id)
        kept = {**(old or {"attributes": {}})["attributes"], **attributes}
        new = self.states[entity_id] = _state(entity_id, state, {k: v for k, v in kept.items() if v is not None})
        await self._fire("state_changed", {"entity_id": entity_id, "old_state": old, "new_state": new})

    async def forget(self, entity_id: str) -> None:
        """Take an entity away, and say so."""
        old = self.states.pop(entity_id)
        self.entities.pop(entity_id, None)
        await self._fire("state_changed", {"entity_id": entity_id, "old_state": old, "new_state": None})
        await self.updated("entity", {"action": "remove", "entity_id": entity_id})

    async def updated(self, registry: str, data: Body) -> None:
        """Say that a registry changed."""
        await self._fire(f"{registry}_registry_updated", data)

    async def cut(self) -> None:
        """Cut every socket, as a network does."""
        for each in [*self.sockets]:
            transport = each._req.transport if each._req else None  # pyright: ignore[reportPrivateUsage]
            if transport is not None:
                transport.abort()

    # --- REST --------------------------------------------------------------------------------------------------

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._door])
        app.router.add_get("/api/", self._running)
        app.router.add_get("/api/config", self._config)
        app.router.add_get("/api/states/{entity_id}", self._one_state)
        app.router.add_post("/api/services/{domain}/{service}", self._service)
        app.router.add_get("/api/websocket", self._socket)
        return app

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.redirects_to:
            raise web.HTTPMovedPermanently(self.redirects_to + request.path)
        if request.path != "/api/websocket" and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401, text="401: Unauthorized")
        return await handler(request)

    async def _running(self, _: web.Request) -> web.Response:
        return web.json_response({"message": "API running."})

    async def _config(self, _: web.Request) -> web.Response:
        return web.json_response(self._configuration())

    def _configuration(self) -> Body:
        units = {"length": "km", "mass": "g", "temperature": "°C", "volume": "L"}
        return {
            "location_name": "Home",
            "version": VERSION,
            "state": self.running,
            "unit_system": units,
            "components": ["api", "websocket_api", "light"],
            "latitude": 52.0,
            "longitude": 4.0,
            "elevation": 0,
            "time_zone": "UTC",
        }

    async def _one_state(self, request: web.Request) -> web.Response:
        state = self.states.get(request.match_info["entity_id"])
        if state is None:
            return web.json_response({"message": "Entity not found."}, status=404)
        return web.json_response(state)

    async def _service(self, request: web.Request) -> web.StreamResponse:
        domain, service = request.match_info["domain"], request.match_info["service"]
        data: Body = await request.json() if request.can_read_body else {}
        problem = await self._call(domain, service, data)
        if self.drops_calls and request.transport is not None:
            request.transport.abort()
        if problem:
            return web.json_response({"message": problem}, status=400)
        named = _listed(data.get("entity_id"))
        return web.json_response([self.states[each] for each in named if each in self.states])

    async def _call(self, domain: str, service: str, data: Body) -> str:
        """Have a service do its work; what is wrong with the call."""
        self.calls.append((domain, service, data))
        if self.hangs:
            await asyncio.Event().wait()
        doing = SERVICES.get((domain, service))
        if doing is None:
            return f"Service {domain}.{service} not found."
        for entity_id in _listed(data.get("entity_id")):
            if entity_id in self.states and not self.lies:
                state, attributes = doing({**data}, self.states[entity_id])
                await self.set_state(entity_id, state, **attributes)
        return ""

    # --- the socket --------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "auth_required", "ha_version": VERSION})
        said = await socket.receive_json()
        if said.get("type") != "auth" or said.get("access_token") != self.token:
            await socket.send_json({"type": "auth_invalid", "message": "Invalid access token or password"})
            await socket.close()
            return socket
        await socket.send_json({"type": "auth_ok", "ha_version": VERSION})
        self.sockets.add(socket)
        self._heard[socket] = {}
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._answer(socket, message.json())
        finally:
            self.sockets.discard(socket)
            self._heard.pop(socket, None)
        return socket

    async def _answer(self, socket: web.WebSocketResponse, message: Body) -> None:
        number, kind = message["id"], message["type"]
        self.commands.append(kind)
        if kind == "ping":
            if not self.deaf:
                await socket.send_json({"id": number, "type": "pong"})
            return
        try:
            result = await self._result(socket, number, kind, message)
        except LookupError:
            error = {"code": "unknown_command", "message": "Unknown command."}
            await socket.send_json({"id": number, "type": "result", "success": False, "error": error})
            return
        await socket.send_json({"id": number, "type": "result", "success": True, "result": result})

    async def _result(self, socket: web.WebSocketResponse, number: int, kind: str, message: Body) -> Any:
        match kind:
            case "subscribe_events":
                self._heard[socket][number] = message.get("event_type")
            case "unsubscribe_events":
                self._heard[socket].pop(message["subscription"])
            case "call_service":
                data = {**message.get("service_data", {}), **message.get("target", {})}
                problem = await self._call(message["domain"], message["service"], data)
                if problem:
                    raise LookupError(problem)
                return {"context": {"id": uuid.uuid4().hex, "parent_id": None, "user_id": None}, "response": None}
            case "config/entity_registry/get":
                return self.entities[message["entity_id"]]
            case "config/entity_registry/get_entries":
                return {name: self.entities.get(name) for name in message["entity_ids"]}
            case _:
                return self._listing(kind)
        return None

    def _listing(self, kind: str) -> Any:
        if self.lacks_floors and kind in ("config/floor_registry/list", "config/label_registry/list"):
            raise LookupError(kind)
        entities = [{key: each[key] for key in each if key != "aliases"} for each in self.entities.values()]
        return {
            "get_config": self._configuration(),
            "get_states": [*self.states.values()],
            "config/floor_registry/list": self.floors,
            "config/area_registry/list": self.areas,
            "config/label_registry/list": self.labels,
            "config/device_registry/list": self.devices,
            "config/entity_registry/list": entities,
        }[kind]

    async def _fire(self, kind: str, data: Body) -> None:
        event = {"event_type": kind, "data": data, "origin": "LOCAL", "time_fired": _now(), "context": {}}
        for socket, heard in [*self._heard.items()]:
            for number, wanted in [*heard.items()]:
                if wanted in (None, "*", kind) and not socket.closed:
                    await socket.send_json({"id": number, "type": "event", "event": event})


def _state(entity_id: str, state: str, attributes: Body) -> Body:
    moment = _now()
    times = {"last_changed": moment, "last_reported": moment, "last_updated": moment}
    context = {"id": uuid.uuid4().hex, "parent_id": None, "user_id": None}
    return {"entity_id": entity_id, "state": state, "attributes": attributes, "context": context, **times}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [*(value or ())]


Doing = Callable[[Body, Body], tuple[str, Body]]


def _to(state: str, **attributes: Any) -> Doing:
    return lambda _, __: (state, attributes)


def _light_on(data: Body, now: Body) -> tuple[str, Body]:
    attributes: Body = {"brightness": now["attributes"].get("brightness") or 255}
    if "brightness_pct" in data:
        attributes["brightness"] = round(data["brightness_pct"] * 255 / 100)
    if "rgb_color" in data:
        attributes |= {"rgb_color": data["rgb_color"], "color_mode": "rgb"}
    return "on", attributes


def _set_temperature(data: Body, now: Body) -> tuple[str, Body]:
    return now["state"], {"temperature": data["temperature"]}


def _set_mode(data: Body, _: Body) -> tuple[str, Body]:
    return data["hvac_mode"], {"hvac_action": "off" if data["hvac_mode"] == "off" else "idle"}


SERVICES: dict[tuple[str, str], Doing] = {
    ("light", "turn_on"): _light_on,
    ("light", "turn_off"): _to("off", brightness=None),
    ("switch", "turn_on"): _to("on"),
    ("switch", "turn_off"): _to("off"),
    ("lock", "lock"): _to("locked"),
    ("lock", "unlock"): _to("unlocked"),
    ("cover", "open_cover"): _to("open", current_position=100),
    ("cover", "close_cover"): _to("closed", current_position=0),
    ("cover", "set_cover_position"): lambda data, _: (
        "open" if data["position"] else "closed",
        {"current_position": data["position"]},
    ),
    ("climate", "set_temperature"): _set_temperature,
    ("climate", "set_hvac_mode"): _set_mode,
    ("media_player", "volume_set"): lambda data, now: (now["state"], {"volume_level": data["volume_level"]}),
    ("media_player", "media_pause"): _to("paused"),
    ("scene", "turn_on"): lambda _, __: (_now(), {}),
    ("alarm_control_panel", "alarm_arm_away"): _to("armed_away"),
    ("alarm_control_panel", "alarm_disarm"): _to("disarmed"),
    ("vacuum", "start"): _to("cleaning"),
    ("fan", "set_percentage"): lambda data, _: ("on" if data["percentage"] else "off", data | {"entity_id": None}),
}
"""What each service does to the state and the attributes of an entity."""


@asynccontextmanager
async def home_assistant(fake: FakeHomeAssistant | None = None, port: int = 0) -> AsyncGenerator[FakeHomeAssistant]:
    """A Home Assistant that listens on loopback."""
    fake = fake or FakeHomeAssistant()
    runner = web.AppRunner(fake.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    address = runner.addresses[0]
    fake.url = f"http://127.0.0.1:{address[1]}"
    try:
        yield fake
    finally:
        await fake.cut()
        await runner.cleanup()


def furnished() -> FakeHomeAssistant:
    """A small house in it."""
    fake = FakeHomeAssistant()
    fake.floor("ground", "Ground Level", "downstairs")
    fake.area("hall", "Hall", "ground", ("entrance",))
    fake.area("lounge", "Lounge")
    fake.labels.append({"label_id": "evening", "name": "Evening", "color": None, "icon": None, "description": None})
    colors: Body = {"supported_color_modes": ["rgb"], "color_mode": "rgb", "rgb_color": [255, 255, 255]}
    fake.entity("light.hall", "Hall Light", "off", "hall", aliases=("entry lamp",), labels=("evening",), **colors)
    fake.entity("lock.front", "Front Door", "locked", "hall")
    fake.entity(
        "cover.blind", "Bay Blind", "open", "lounge", device_class="blind", supported_features=15, current_position=70
    )
    fake.entity("cover.garage", "Garage", "closed", None, device_class="garage", supported_features=3)
    fake.entity(
        "climate.lounge", "Lounge Heating", "heat", "lounge", supported_features=1, temperature=20.0, min_temp=7,
        max_temp=30, current_temperature=18.5, hvac_action="heating", hvac_modes=["off", "heat"],
    )  # fmt: skip
    fake.entity("media_player.radio", "Radio", "playing", "lounge", supported_features=4 | 1 | 16384, volume_level=0.25)
    fake.entity(
        "sensor.lounge", "Lounge Temperature", "18.5", "lounge", device_class="temperature", unit_of_measurement="°C"
    )
    fake.entity("sensor.rssi", "Signal", "-60", "hall", category="diagnostic")
    fake.entity("scene.cosy", "Cosy", "unknown", None, entity_id=["light.hall", "cover.blind"])
    fake.entity("person.ann", "Ann", "home", None)
    fake.entity("switch.quoted", 'Ann\'s "big" plug', "off", "lounge", registered=False, device_class="outlet")
    return fake
