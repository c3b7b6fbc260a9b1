"""Keeping a house safe: a backup of everything it holds, and everything back out of one."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from parlour import __version__
from parlour.clock import Clock, isoformat
from parlour.errors import InvalidRequest, Unavailable
from parlour.store.archive.file import BackupFile, Written, write_backup
from parlour.store.archive.pieces import End
from parlour.store.archive.transfer import fill, holds_anything, moment_of, new_place
from parlour.store.heads import newest
from parlour.store.migrate import MIGRATIONS, apply
from parlour.store.nodes import live_nodes, refuse_beside

BEFORE = "before-update-"
"""How the name of a backup begins that was made before tables were changed."""
ENDING = ".backup"


def stamp(clock: Clock) -> str:
    """The present moment as a part of a file's name."""
    return isoformat(clock.now())[:19].replace(":", "-") + "Z"


async def back_up(url: URL, path: Path, clock: Clock) -> Written:
    """Write all that the database at `url` holds at this moment into a new file, whoever uses it meanwhile."""
    if path.exists():
        raise InvalidRequest(f"{path} is there already. Name another file, or take that one away first.")
    async with moment_of(url) as moment:
        if not moment.revisions:
            raise InvalidRequest("There is nothing to back up: this house was never started.")
        return await write_backup(moment, path, at=isoformat(clock.now()), version=__version__)


async def back_up_before_update(url: URL, folder: Path, keep: int, clock: Clock) -> None:
    """Back up what an update is about to change, and keep only the newest `keep` of these; 0 makes none."""
    if keep == 0:
        return
    path = folder / f"{BEFORE}{stamp(clock)}{ENDING}"
    path.unlink(missing_ok=True)
    await back_up(url, path, clock)
    for old in sorted(folder.glob(f"{BEFORE}*{ENDING}"))[:-keep]:
        old.unlink()


async def restore(url: URL, path: Path, toolkits: Sequence[Path], clock: Clock) -> tuple[list[End], str | None]:
    """Put what a backup holds in the place of what is in the database at `url`, all of it or nothing.

    What each table came to, and where that is kept which was there before. Whoever calls it holds the lock of the
    data directory. Raises Unavailable while a server uses the database.
    """
    await _alone_on(url, "restore")
    source = BackupFile(path)
    source.check()
    async with new_place(url) as place:
        came = await fill(place, source, toolkits)
        if source.revisions != newest([MIGRATIONS / "versions", *toolkits]):
            await apply(place.engine, toolkits, "heads")
        return came, await place.settle(f"before-restore-{stamp(clock)}")


async def copy(start: URL, to: URL, toolkits: Sequence[Path], clock: Clock) -> list[End]:
    """Bring everything from one database into another that holds nothing; what each table came to.

    Raises InvalidRequest when the other holds anything, and Unavailable while a server uses either.
    """
    for url in (start, to):
        await _alone_on(url, "copy")
    if await holds_anything(to):
        raise InvalidRequest("The database to copy to holds something already. Copy into one that is empty.")
    async with moment_of(start) as moment, new_place(to) as place:
        if not moment.revisions:
            raise InvalidRequest("There is nothing to copy: the house there was never started.")
        came = await fill(place, moment, toolkits)
        await place.settle(f"before-copy-{stamp(clock)}")
        return came


async def _alone_on(url: URL, what: str) -> None:
    try:
        live = await live_nodes(url)
    except (SQLAlchemyError, OSError) as error:
        raise Unavailable("The database cannot be reached: is its address right, and does it run?") from error
    refuse_beside(live, what)
