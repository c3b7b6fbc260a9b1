"""An admin enters a model's address and key, tries it, chooses it; it answers everybody from the next message on."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog
from sqlalchemy import select

from parlour.app import running
from parlour.config import Settings
from parlour.errors import BadSetting
from parlour.identity.vault import forget_sealed
from parlour.protocol.content import Message, TextPart
from parlour.store.tables import metadata
from tests.providers import Answer, Provider, Received, answer_of, provider
from tests.served import Client, Served, Serving
from tests.storage import Storage

KEY = "sk-very-secret-key"
NEWER = "sk-rather-secret-key"
JSON = {"Content-Type": "application/json"}
BUILT_IN = "built-in"


@pytest.fixture
async def loopback() -> AsyncIterator[Provider]:
    """A provider that takes two keys, has one model, and says which one it was asked with."""
    async with provider() as it:
        it.choose = answers
        yield it


def answers(request: Received) -> Answer:
    """What the provider makes of a request."""
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key not in (KEY, NEWER):
        return Answer((orjson.dumps({"error": {"message": f"Not {key}"}}),), 401, JSON)
    if request.path.endswith("/models"):
        return Answer((orjson.dumps({"data": [{"id": "small"}]}),), headers=JSON)
    if "break" in request.body.decode():
        return Answer((orjson.dumps({"error": {"message": f"Cannot use {key}", "code": key}}),), 500, JSON)
    return Answer(answer_of("I am ", request.json["model"], "."))


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


@dataclass
class Desk:
    """Somebody at the doors; keeps whatever was answered."""

    served: Served
    key: str
    seen: list[str] = field(default_factory=list[str])

    async def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """What a door answers, with this status."""
        answered, text = await self.served.asks(method, f"/api/v1{path}", self.key, body)
        self.seen.append(text)
        assert answered == status, text
        return orjson.loads(text)

    async def refused(self, method: str, path: str, body: Any, status: int) -> str:
        """The sentence of a refusal."""
        return (await self(method, path, body, status))["detail"]

    async def models(self) -> list[tuple[str, bool, bool]]:
        """Everybody who could answer: the name, whether allowed, whether the default."""
        found = (await self("GET", "/models"))["models"]
        return [(one["id"], one["is_allowed"], one["is_default"]) for one in found]


async def desk(served: Served) -> Desk:
    """The admin's."""
    return Desk(served, await served.key())


def acme(loopback: Provider, **fields: Any) -> dict[str, Any]:
    """What is entered for the provider."""
    return {"name": "acme", "base_url": loopback.base_url, "api_key": KEY, "models": ["small"]} | fields


async def answer(client: Client, question: str, status: str = "completed") -> Message:
    """The answer to a question in a conversation of its own."""
    ids = await client.says(question)
    return await client.until_answered(await client.follows(ids["conversation_id"]), status)


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


async def everything(storage: Storage, served: Served, folder: Path) -> bytes:
    """All that is kept: every row, and every byte of every file."""
    rows: list[str] = []
    async with served.app.database.read() as connection:
        for table in metadata.sorted_tables:
            rows += [str(tuple(row)) for row in await connection.execute(select(table))]
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    if storage.kind == "sqlite":
        database = Path(str(storage.url.database))
        files += [path.read_bytes() for path in database.parent.glob(f"{database.name}*")]
    return "\n".join(rows).encode() + b"".join(files)


async def test_a_model_is_tried_entered_asked_changed_and_removed_and_no_key_is_seen_anywhere(
    serving: Serving, loopback: Provider, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        async with serving() as served, served.connected() as client:
            admin = await desk(served)
            assert await admin.models() == [(BUILT_IN, True, True)]
            await tries(admin, loopback)
            added = await admin("POST", "/providers", acme(loopback), 201)
            assert [(one["name"], one["has_key"], one["is_allowed"]) for one in added["providers"]] == [
                ("acme", True, True)
            ]
            assert await admin.models() == [("acme/small", True, True), (BUILT_IN, True, False)]
            said = await answer(client, "Who are you?")
            assert (words(said), said.model) == ("I am small.", "fake-1")
            failed = await answer(client, "Please break", "failed")
            assert failed.error is not None
            assert failed.error.code == "provider_unavailable"
            await chooses(admin, client)
            await changes(admin, client, loopback)
            await removes(admin, client, said)
            kept = await everything(storage, served, serving.folder)
            frames = orjson.dumps(client.frames).decode()
    shown = {
        "doors": "".join(admin.seen),
        "frames": frames,
        "log": str(lines) + caplog.text,
        "kept": kept.decode("latin-1"),
    }
    for place, text in shown.items():
        for key in (KEY, NEWER):
            assert key not in text, place
            assert orjson.dumps(key)[1:-6].decode() not in text, place
    assert {request.headers.get("authorization") for request in loopback.received} == {
        f"Bearer {KEY}",
        f"Bearer {NEWER}",
        "Bearer sk-wrong",
    }


async def tries(admin: Desk, loopback: Provider) -> None:
    new = {"base_url": loopback.base_url, "api_key": KEY, "model": "small"}
    assert "has to be an address" in await admin.refused(
        "POST", "/providers/try", new | {"base_url": "http://a..b/v1"}, 422
    )
    tried = await admin("POST", "/providers/try", new)
    assert (tried["works"], tried["problem"], tried["models"]) == (True, None, ["small"])
    wrong = await admin("POST", "/providers/try", new | {"api_key": "sk-wrong"})
    assert (wrong["works"], wrong["problem"]["code"]) == (False, "provider_unauthorized")
    assert (await admin("GET", "/providers"))["providers"] == []


async def chooses(admin: Desk, client: Client) -> None:
    await admin("PUT", "/models/default", {"model": BUILT_IN})
    assert await admin.models() == [(BUILT_IN, True, True), ("acme/small", True, False)]
    assert (await answer(client, "Who are you?")).model == BUILT_IN
    assert (await admin.refused("PUT", "/models/default", {"model": "acme/large"}, 404)) != ""
    await admin("PUT", "/models/default", {"model": "acme/small"})
    await admin("POST", "/models/allowed", {"provider": "acme", "is_allowed": False})
    assert (await answer(client, "Who are you?")).model == BUILT_IN
    assert "before its provider is allowed" in await admin.refused(
        "PUT", "/models/default", {"model": "acme/small"}, 409
    )
    await admin("POST", "/models/allowed", {"provider": "acme"})
    assert words(await answer(client, "Who are you?")) == "I am small."


async def changes(admin: Desk, client: Client, loopback: Provider) -> None:
    elsewhere = loopback.base_url.replace("127.0.0.1", "localhost")
    assert "never follows" in await admin.refused("PATCH", "/providers/acme", {"base_url": elsewhere}, 422)
    await admin("PATCH", "/providers/acme", {"base_url": elsewhere, "api_key": NEWER, "models": ["small", "large"]})
    assert words(await answer(client, "Who are you now?")) == "I am small."
    assert loopback.received[-1].headers["authorization"] == f"Bearer {NEWER}"
    assert loopback.received[-1].headers["host"].startswith("localhost")
    await admin("PUT", "/models/default", {"model": "acme/large"})
    assert words(await answer(client, "And now?")) == "I am large."


async def removes(admin: Desk, client: Client, said: Message) -> None:
    assert (await admin("DELETE", "/providers/acme"))["providers"] == []
    assert await admin.models() == [(BUILT_IN, True, True)]
    assert (await answer(client, "Who are you?")).model == BUILT_IN
    before = await admin("GET", f"/chat/messages/{said.id}")
    assert (before["content"], before["model"]) == ("I am small.", "fake-1")
    told = await client.asks("send_message", content="Hi", client_message_id="gone", model="acme/small")
    assert (told["type"], told["error_code"]) == ("error", "not_available")
    assert (await admin.refused("DELETE", "/providers/acme", None, 404)) != ""


async def test_a_kept_key_is_tried_at_its_own_address_only(serving: Serving, loopback: Provider) -> None:
    async with serving() as served, provider() as thief:
        thief.choose = answers
        admin = await desk(served)
        await admin("POST", "/providers", acme(loopback), 201)
        for kept in ({}, {"base_url": loopback.base_url}, {"base_url": f" {loopback.base_url}/ "}):
            tried = await admin("POST", "/providers/try", {"name": "acme", "model": "small"} | kept)
            assert tried["works"], tried
        elsewhere = {"name": "acme", "base_url": thief.base_url}
        assert "never follows" in await admin.refused("POST", "/providers/try", elsewhere, 422)
        assert thief.received == []
        assert not (await admin("POST", "/providers/try", elsewhere | {"api_key": ""}))["works"]
        assert (await admin("POST", "/providers/try", elsewhere | {"api_key": NEWER}))["works"]
        sent = [request.headers.get("authorization") for request in thief.received]
        assert sent == [None, f"Bearer {NEWER}"]
        assert "address to try" in await admin.refused("POST", "/providers/try", {"api_key": KEY}, 422)
        assert "No such provider" in await admin.refused("POST", "/providers/try", {"name": "nobody"}, 404)


async def test_what_the_settings_name_is_listed_tried_and_changed_where_they_are(
    serving: Serving, loopback: Provider
) -> None:
    with_name = loopback.base_url.replace("http://", "http://me:hush-hush@")
    async with serving(
        openai_base_url=loopback.base_url, openai_api_key=KEY, openai_model="small", ollama_base_url=with_name
    ) as served:
        admin = await desk(served)
        first, second = (await admin("GET", "/providers"))["providers"]
        host = loopback.base_url.removeprefix("http://").removesuffix("/v1")
        assert first == {
            "name": "openai",
            "base_url": loopback.base_url,
            "host": host,
            "has_key": True,
            "models": ["small"],
            "source": "environment",
            "is_allowed": False,
            "kind": "openai",
            "options": {},
        }
        assert (second["name"], second["base_url"], second["host"]) == ("ollama", loopback.base_url, host)
        for name in ("openai", BUILT_IN):
            taken = await admin.refused("POST", "/providers", acme(loopback, name=name), 409)
            assert taken == f"A provider is called {name} already. Choose another name, or change that one."
        assert "OPENAI_BASE_URL" in await admin.refused("PATCH", "/providers/openai", {"models": ["x"]}, 409)
        assert "OPENAI_BASE_URL" in await admin.refused("DELETE", "/providers/openai", None, 409)
        assert (await admin("POST", "/providers/try", {"name": "openai", "model": "small"}))["works"]
        moved = {"name": "openai", "base_url": "http://127.0.0.1:9/v1"}
        assert "never follows" in await admin.refused("POST", "/providers/try", moved, 422)
        assert not [text for text in admin.seen if "hush" in text or KEY in text]


MISFITS: list[dict[str, Any]] = [
    {"base_url": "ftp://acme.example/v1"},
    {"base_url": "acme.example/v1"},
    {"base_url": "http://me:hush@acme.example/v1"},
    {"base_url": "http://acme.example/v1?key=hush"},
    {"base_url": "http://acme.example/v1#hush"},
    {"base_url": "http://acme.example:port/v1"},
    {"base_url": "http://ac me.example/v1"},
    {"base_url": "http://"},
    {"base_url": "   "},
    {"api_key": "hush hush"},
    {"api_key": "hush\r\nX-Evil: 1"},
    {"api_key": "h\u00fcsh-hush"},
    {"api_key": "hush" * 2_000},
    {"name": "Acme"},
    {"name": "a/b"},
    {"name": ""},
    {"models": []},
    {"models": ["\n"]},
    {"models": ["x" * 196]},
]


async def test_what_does_not_fit_is_refused_and_not_repeated(serving: Serving, loopback: Provider) -> None:
    async with serving() as served:
        admin = await desk(served)
        for misfit in MISFITS:
            await admin.refused("POST", "/providers", acme(loopback, **misfit), 422)
        assert not [text for text in admin.seen if "hush" in text]
        await admin("POST", "/providers", acme(loopback), 201)
        for misfit in MISFITS:
            if "name" not in misfit:
                await admin.refused("PATCH", "/providers/acme", misfit, 422)
        (kept,) = (await admin("GET", "/providers"))["providers"]
        assert (kept["base_url"], kept["models"], kept["has_key"]) == (loopback.base_url, ["small"], True)


# --- starts, and other processes -----------------------------------------------------------------------------------


async def test_a_provider_outlives_the_server_and_another_key_stops_the_start(
    serving: Serving, loopback: Provider, tmp_path: Path
) -> None:
    async with serving() as served:
        await (await desk(served))("POST", "/providers", acme(loopback), 201)
    async with serving() as served, served.connected() as client:
        assert words(await answer(client, "Who are you?")) == "I am small."
    kept = (serving.folder / "parlour.key").rename(tmp_path / "kept.key")
    url = serving.storage.url.render_as_string(hide_password=False)
    with pytest.raises(BadSetting, match="PARLOUR_KEY_FILE"):
        async with running(Settings(data_dir=serving.folder, database_url=url)):
            pass
    async with serving(key_file=str(kept)) as served, served.connected() as client:
        assert words(await answer(client, "Who are you?")) == "I am small."
    assert not (serving.folder / "parlour.key").exists()


async def test_what_another_process_forgets_counts_from_the_next_message(serving: Serving, loopback: Provider) -> None:
    async with serving() as served, served.connected() as client:
        admin = await desk(served)
        await admin("POST", "/providers", acme(loopback), 201)
        assert words(await answer(client, "Who are you?")) == "I am small."
        await forget_sealed(served.app.writer, served.app.clock)
        failed = await answer(client, "Who are you?", "failed")
        assert failed.error is not None
        assert failed.error.code == "provider_unauthorized"
        await admin("PATCH", "/providers/acme", {"api_key": NEWER})
        assert words(await answer(client, "Who are you?")) == "I am small."


async def test_a_key_that_does_not_open_ends_the_turn_with_what_to_do(serving: Serving, loopback: Provider) -> None:
    async with serving() as served, served.connected() as client:
        admin = await desk(served)
        await admin("POST", "/providers", acme(loopback), 201)
        (serving.folder / "parlour.key").unlink()
        failed = await answer(client, "Who are you?", "failed")
        assert failed.error is not None
        assert failed.error.message.startswith("The key of acme does not open")
        assert "does not open" in await admin.refused("POST", "/providers/try", {"name": "acme"}, 501)
        assert "PARLOUR_KEY_FILE" in await admin.refused("PATCH", "/providers/acme", {"api_key": NEWER}, 500)


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_of_two_servers_each_sees_what_was_set_up_at_the_other(
    storage: Storage, loopback: Provider, tmp_path: Path
) -> None:
    shared = str(tmp_path / "shared.key")
    one, other = Serving(storage, tmp_path / "one"), Serving(storage, tmp_path / "other")
    async with one(key_file=shared) as here, other(key_file=shared) as there, there.connected() as client:
        admin = await desk(here)
        assert (await answer(client, "Who are you?")).model == BUILT_IN
        await admin("POST", "/providers", acme(loopback), 201)
        assert words(await answer(client, "Who are you?")) == "I am small."
        await admin("PATCH", "/providers/acme", {"api_key": NEWER})
        assert words(await answer(client, "Who are you?")) == "I am small."
        assert loopback.received[-1].headers["authorization"] == f"Bearer {NEWER}"
        await admin("PUT", "/models/default", {"model": BUILT_IN})
        assert (await answer(client, "Who are you?")).model == BUILT_IN
        await admin("DELETE", "/providers/acme")
        assert (await answer(client, "Who are you?")).model == BUILT_IN
        await loopback.until_all_are_gone()
