"""A house is backed up while it talks, comes back out of its backup, and moves to a database of another kind."""

import asyncio
import gzip
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.app import TOOLKIT_MIGRATIONS
from parlour.clock import SystemClock
from parlour.errors import InvalidRequest, NotFound, StorageFailed, Unavailable
from parlour.identity.users import FIRST_TENANT
from parlour.ids import new_id
from parlour.store.archive.file import BackupFile
from parlour.store.archive.pieces import End
from parlour.store.archive.transfer import holds_anything, moment_of
from parlour.store.backup import back_up, back_up_before_update, copy, restore
from parlour.store.database import Database, database_url
from parlour.store.migrate import downgrade, upgrade
from parlour.store.search.base import Owner
from parlour.store.search.finding import find
from parlour.store.tables import deltas, messages, settings
from tests.flow.conftest import HeldModel, Opening, Talking
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there

CLOCK = SystemClock()


async def everything(url: URL) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and what they come to."""
    async with moment_of(url) as moment:
        return {end.name: (end.rows, end.digest) async for end in moment.pieces() if isinstance(end, End)}


async def asked(robin: Talking, question: str) -> str:
    """Ask the built-in model, and wait for its answer; the conversation."""
    ids = await robin.says(question, client_message_id=new_id())
    await robin.ended(ids["turn_id"])
    return ids["conversation_id"]


async def answered(robin: Talking, conversation_id: str) -> str:
    """The last answer in a conversation."""
    return (await robin.listens(conversation_id)).text


async def finds(robin: Talking, query: str) -> list[str | None]:
    """The messages of one's own that hold the words."""
    async with robin.app.database.read() as connection:
        return [
            hit.message_id
            for hit in (await find(connection, Owner(robin.who.tenant_id, robin.who.user_id), query)).hits
        ]


@dataclass
class Lived:
    """A house with a talk in it, not running."""

    opened: Opening
    conversation_id: str
    answer: str

    @property
    def url(self) -> URL:
        return self.opened.storage.url


@pytest.fixture
async def lived(opened: Opening) -> Lived:
    async with opened() as robin:
        conversation_id = await asked(robin, "What's in the kitchen?")
        return Lived(opened, conversation_id, await answered(robin, conversation_id))


@pytest.fixture(params=["sqlite", "postgres"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """A second database, with nothing at all in it."""
    if request.param == "postgres" and not postgres_is_there():
        missing("PostgreSQL")
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield Storage("sqlite", database_url(f"sqlite:///{tmp_path / 'other' / 'parlour.db'}"))
        else:
            templates = Templates(tmp_path)
            stack.callback(templates.close)
            yield stack.enter_context(templates.empty())


async def still_talks(opened: Opening, lived: Lived) -> None:
    """What was said can be read and found, the house answers, and goes on where it was."""
    async with opened() as robin:
        assert await answered(robin, lived.conversation_id) == lived.answer
        assert "12 devices" in lived.answer
        assert len(await finds(robin, "coffee machine")) == 1
        assert len(await finds(robin, "kitchen")) == 1
        found = await asked(robin, "Tell me about the cofee machine")
        assert "Coffee Machine" in await answered(robin, found)
        assert len(await finds(robin, "coffee machine")) == 2


async def test_a_backup_brings_everything_back(lived: Lived, other: Storage, tmp_path: Path) -> None:
    before = await everything(lived.url)
    written = await back_up(lived.url, tmp_path / "house.backup", CLOCK)
    assert (written.tables, written.rows) == (len(before), sum(rows for rows, _ in before.values()))
    assert written.path.stat().st_mode & 0o777 == 0o600

    came, aside = await restore(other.url, written.path, TOOLKIT_MIGRATIONS, CLOCK)
    assert aside is None
    assert {end.name: (end.rows, end.digest) for end in came} == before
    assert await everything(other.url) == before
    await still_talks(Opening(other, tmp_path / "elsewhere"), lived)


async def test_a_database_is_copied_to_one_of_another_kind(lived: Lived, other: Storage, tmp_path: Path) -> None:
    before = await everything(lived.url)
    await copy(lived.url, other.url, TOOLKIT_MIGRATIONS, CLOCK)
    assert await everything(other.url) == before
    assert await everything(lived.url) == before
    with pytest.raises(InvalidRequest, match="holds something already"):
        await copy(lived.url, other.url, TOOLKIT_MIGRATIONS, CLOCK)
    await still_talks(Opening(other, tmp_path / "elsewhere"), lived)


async def test_a_bare_number_is_the_same_to_its_last_digit(lived: Lived, other: Storage, tmp_path: Path) -> None:
    numbers = [0.1 + 0.2, 1 / 3, -1e-7, 1e23, -1.7976931348623157e308, 2**53 + 1, 2.0**63, -7, 0]
    rows = [
        {"tenant_id": FIRST_TENANT, "key": f"number {at}", "value": number, "updated_at": "2026"}
        for at, number in enumerate(numbers)
    ]
    engine = create_async_engine(lived.url)
    async with engine.begin() as connection:
        await connection.execute(insert(settings), rows)
    await engine.dispose()
    written = await back_up(lived.url, tmp_path / "house.backup", CLOCK)
    await restore(other.url, written.path, TOOLKIT_MIGRATIONS, CLOCK)
    database = Database(other.url)
    async with database.read() as connection:
        kept = select(settings.c.value).where(settings.c.key.startswith("number ")).order_by(settings.c.key)
        assert [*await connection.scalars(kept)] == numbers
    await database.close()


async def test_numbers_go_on_where_they_were_though_their_rows_are_gone(lived: Lived, other: Storage) -> None:
    engine = create_async_engine(lived.url)
    row = {"topic": "t", "seq": 1, "payload": b"\x00\xff", "at": "2026"}
    async with engine.begin() as connection:
        given = [(await connection.execute(insert(deltas).returning(deltas.c.id), row)).scalar_one() for _ in range(3)]
        await connection.execute(text("DELETE FROM deltas"))
    await engine.dispose()
    await copy(lived.url, other.url, TOOLKIT_MIGRATIONS, CLOCK)
    engine = create_async_engine(other.url)
    async with engine.begin() as connection:
        then = (await connection.execute(insert(deltas).returning(deltas.c.id), row)).scalar_one()
        for table, column in (("home_texts", "number"), ("search_words", "number")):
            most = (await connection.execute(text(f"SELECT max({column}) FROM {table}"))).scalar_one()
            assert most > 0
    await engine.dispose()
    assert then == given[-1] + 1


async def test_what_was_there_is_kept_aside_and_the_backup_stands_in_its_place(
    lived: Lived, opened: Opening, tmp_path: Path
) -> None:
    written = await back_up(lived.url, tmp_path / "house.backup", CLOCK)
    async with opened() as robin:
        later = await asked(robin, "Where is the router?")
    after = await everything(lived.url)
    _, aside = await restore(lived.url, written.path, TOOLKIT_MIGRATIONS, CLOCK)
    assert aside
    async with opened() as robin:
        assert await answered(robin, lived.conversation_id) == lived.answer
        async with robin.app.database.read() as connection:
            asked_later = select(func.count()).select_from(messages).where(messages.c.conversation_id == later)
            assert (await connection.execute(asked_later)).scalar_one() == 0
    if lived.url.get_backend_name() == "sqlite":
        assert await everything(database_url(f"sqlite:///{aside}")) == after
    else:
        engine = create_async_engine(lived.url)
        async with engine.connect() as connection:
            schema = aside.split()[1]
            kept = await connection.scalar(text(f"SELECT count(*) FROM {schema}.messages"))
        await engine.dispose()
        assert kept == after["messages"][0]


async def test_a_backup_of_a_house_that_talks_meanwhile_is_one_moment_of_it(
    opened: Opening, held: HeldModel, other: Storage, tmp_path: Path
) -> None:
    async with opened(held) as robin:
        stories = [await robin.says(f"Story {n}") for n in range(4)]
        talking = asyncio.create_task(_say_much(held, 200))
        await asyncio.sleep(0)
        written = await back_up(opened.storage.url, tmp_path / "house.backup", CLOCK)
        await talking
        held.lets(*[None] * 4)
        for story in stories:
            await robin.ended(story["turn_id"])
    await restore(other.url, written.path, TOOLKIT_MIGRATIONS, CLOCK)
    await _is_one_moment(other.url)
    held.lets(*["The end.", None] * 4)
    async with Opening(other, tmp_path / "elsewhere")(held) as robin:
        for story in stories:
            assert (await robin.ended(story["turn_id"])).status in ("completed", "failed")


async def _say_much(held: HeldModel, lines: int) -> None:
    for n in range(lines):
        held.lets(f"word {n} ")
        await asyncio.sleep(0)


async def _is_one_moment(url: URL) -> None:
    """Of every topic the log is unbroken up to its head."""
    database = Database(url)
    async with database.read() as connection:
        heads = (await connection.execute(text("SELECT id, seq, floor FROM topics"))).all()
        for topic, seq, floor in heads:
            said = await connection.scalars(
                text("SELECT seq FROM events WHERE topic = :t UNION SELECT seq FROM deltas WHERE topic = :t"),
                {"t": topic},
            )
            assert sorted(n for n in said if n > floor) == list(range(floor + 1, seq + 1))
    await database.close()


@pytest.fixture
async def standing(lived: Lived, tmp_path: Path) -> AsyncIterator[tuple[Lived, Path]]:
    """A house, and a backup of it; whatever is tried with that, the house is as it was."""
    written = await back_up(lived.url, tmp_path / "house.backup", CLOCK)
    before = await everything(lived.url)
    yield lived, written.path
    assert await everything(lived.url) == before


async def test_a_damaged_backup_is_refused_and_nothing_changed(standing: tuple[Lived, Path], tmp_path: Path) -> None:
    lived, path = standing
    whole = path.read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    damaged = {
        "cut": whole[: len(whole) // 2],
        "a bit": whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :],
        "no end": gzip.compress(b"".join(lines[:-1])),
        "a row less": gzip.compress(b"".join(lines[:5] + lines[6:])),
        "a word changed": gzip.compress(b"".join(lines).replace(b"Kitchen", b"Kitschen", 1)),
        "more behind": gzip.compress(b"".join(lines) + b"[]\n"),
    }
    for name, content in damaged.items():
        broken = tmp_path / f"{name}.backup"
        broken.write_bytes(content)
        with pytest.raises(InvalidRequest, match="damaged or incomplete"):
            await restore(lived.url, broken, TOOLKIT_MIGRATIONS, CLOCK)


async def test_what_is_no_backup_or_of_another_version_is_refused(standing: tuple[Lived, Path], tmp_path: Path) -> None:
    lived, path = standing
    other = tmp_path / "other.backup"
    with pytest.raises(InvalidRequest, match="There is no file"):
        await restore(lived.url, other, TOOLKIT_MIGRATIONS, CLOCK)
    other.write_bytes(b"not a backup")
    with pytest.raises(InvalidRequest, match="is no backup of Parlour"):
        await restore(lived.url, other, TOOLKIT_MIGRATIONS, CLOCK)
    plain = gzip.decompress(path.read_bytes())
    other.write_bytes(gzip.compress(plain.replace(b'"parlour_backup":1', b'"parlour_backup":2', 1)))
    with pytest.raises(InvalidRequest, match="by a newer Parlour"):
        await restore(lived.url, other, TOOLKIT_MIGRATIONS, CLOCK)
    other.write_bytes(gzip.compress(plain.replace(b'"revisions":["', b'"revisions":["9999","', 1)))
    with pytest.raises(InvalidRequest, match="by a newer Parlour"):
        await restore(lived.url, other, TOOLKIT_MIGRATIONS, CLOCK)


async def test_rows_that_do_not_belong_together_are_refused(lived: Lived, other: Storage, tmp_path: Path) -> None:
    """A backup that is whole by its checksums, made of a house in which something is missing."""
    stray = tmp_path / "stray" / "parlour.db"
    await copy(lived.url, database_url(f"sqlite:///{stray}"), TOOLKIT_MIGRATIONS, CLOCK)
    with closing(sqlite3.connect(stray)) as connection:
        connection.execute("DELETE FROM conversations")
        connection.commit()
    await back_up(database_url(f"sqlite:///{stray}"), tmp_path / "stray.backup", CLOCK)
    with pytest.raises(InvalidRequest, match=r"is not there|do not fit together"):
        await restore(other.url, tmp_path / "stray.backup", TOOLKIT_MIGRATIONS, CLOCK)
    assert not await holds_anything(other.url)
    if other.kind == "postgres":
        engine = create_async_engine(other.url)
        async with engine.connect() as connection:
            schemas = await connection.scalars(text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'parlour%'"))
            assert not list(schemas)
        await engine.dispose()
    else:
        assert [path.name for path in Path(str(other.url.database)).parent.iterdir()] == []


async def test_a_backup_of_an_earlier_version_is_brought_up_to_date(
    storage: Storage, other: Storage, tmp_path: Path
) -> None:
    await downgrade(storage.url, TOOLKIT_MIGRATIONS, "0003")
    early = await back_up(storage.url, tmp_path / "early.backup", CLOCK)
    await restore(other.url, early.path, TOOLKIT_MIGRATIONS, CLOCK)
    await upgrade(storage.url, TOOLKIT_MIGRATIONS)
    async with moment_of(other.url) as new, moment_of(storage.url) as old:
        assert (new.revisions, new.shapes) == (old.revisions, old.shapes)


async def test_what_an_update_changes_is_backed_up_first(storage: Storage, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    await downgrade(storage.url, TOOLKIT_MIGRATIONS, "0003")
    async with Opening(storage, tmp_path)(HeldModel()):
        (kept,) = folder.iterdir()
        assert "0003" in BackupFile(kept).revisions
        assert BackupFile(kept).check() >= 0
    async with Opening(storage, tmp_path)(HeldModel()):
        assert list(folder.iterdir()) == [kept]
    await downgrade(storage.url, TOOLKIT_MIGRATIONS, "0003")
    async with Opening(storage, tmp_path / "none")(HeldModel(), backups_kept=0):
        assert not (tmp_path / "none" / "backups").exists()


async def test_only_the_newest_of_those_are_kept(lived: Lived, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(1, 5):
        old = folder / f"before-update-2026-01-0{day}T00-00-00Z.backup"
        old.parent.mkdir(exist_ok=True)
        old.write_bytes(b"")
    own = folder / "parlour-2020.backup"
    own.write_bytes(b"")
    await back_up_before_update(lived.url, folder, 2, CLOCK)
    kept = sorted(path.name for path in folder.iterdir())
    assert kept[0] == "before-update-2026-01-04T00-00-00Z.backup"
    assert kept[-1] == own.name
    assert len(kept) == 3


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_nothing_is_done_beside_a_server(
    opened: Opening, held: HeldModel, other: Storage, tmp_path: Path
) -> None:
    async with opened(held):
        written = await back_up(opened.storage.url, tmp_path / "house.backup", CLOCK)
        with pytest.raises(Unavailable, match="Stop it first, then restore"):
            await restore(opened.storage.url, written.path, TOOLKIT_MIGRATIONS, CLOCK)
        with pytest.raises(Unavailable, match="Stop it first, then copy"):
            await copy(opened.storage.url, other.url, TOOLKIT_MIGRATIONS, CLOCK)


async def test_a_house_that_was_never_started_has_nothing_to_back_up(tmp_path: Path, other: Storage) -> None:
    kind = NotFound if other.kind == "sqlite" else InvalidRequest
    with pytest.raises(kind, match="never started"):
        await back_up(other.url, tmp_path / "house.backup", CLOCK)
    assert not await holds_anything(other.url)
    assert not (tmp_path / "house.backup").exists()


async def test_a_disk_without_room_leaves_no_half_backup(lived: Lived, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    least, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (36_864, most))
    try:
        with pytest.raises(StorageFailed, match="could not be written"):
            await back_up(lived.url, folder / "house.backup", CLOCK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (least, most))
    assert list(folder.iterdir()) == []


async def test_a_file_that_is_there_is_never_overwritten(lived: Lived, tmp_path: Path) -> None:
    path = tmp_path / "house.backup"
    path.write_text("precious")
    with pytest.raises(InvalidRequest, match="is there already"):
        await back_up(lived.url, path, CLOCK)
    assert path.read_text() == "precious"
