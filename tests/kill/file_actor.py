"""A house that changes the files of its project and is killed over it: `python -m tests.kill.file_actor`.

It lives as the one in `tests.kill.actor` does. The world is what lies in the project's folder, and a list of every
change that the disk was really asked for, which outlives the process.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parlour.app import App, running
from parlour.clock import SystemClock
from parlour.config import Settings
from parlour.identity.who import Who, who_is
from parlour.journal.writer import open_writer
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.datasources import NewDatasource
from parlour.toolkits.data.files.area import version_of
from tests.kill.actor import Acting, Later, main
from tests.kill.boundary import writer_with
from tests.kill.child import tell

BEFORE = "one\n"
VERSION = version_of(BEFORE.encode())
ASKS = {
    "write": call("write_file", path="notes/new.md", content="new\n"),
    "replace": call("write_file", path="a.md", content="two\n", expected=VERSION),
    "edit": call("edit_file", path="a.md", old="one", new="one and two", expected=VERSION),
    "move": call("move_file", path="a.md", to="b.md", expected=VERSION),
    "delete": call("delete_file", path="a.md", expected=VERSION),
}


class Filing(Acting):
    """One life of the house."""

    async def go(self) -> None:
        """Have it done, and tell what came of it."""
        deed = self.deed
        settings = Settings(data_dir=Path(deed.folder), database_url=deed.database_url)
        model = ScriptedModel({asked: Script.of(step, says("That is all.")) for asked, step in ASKS.items()})
        writer = writer_with(self.fuse) if self.fuse else open_writer
        clock = Later() if deed.doubts else SystemClock()
        async with running(settings, models=[model], open_writer=writer, clock=clock) as app:
            who = who_is(app.house.admin, "test")
            folder = settings.files / app.house.home_project_id
            await self._furnish(app, who, folder)
            self._watch()
            part = await self._done(app, who)
            files = {
                str(each.relative_to(folder)): each.read_text()
                for each in folder.rglob("*")
                if each.is_file() and ".parlour/" not in str(each.relative_to(folder))
            }
            tell(status=part.status, undo=part.undo, changes=self.world.changes, files=files)

    async def _furnish(self, app: App, who: Who, folder: Path) -> None:
        """The folder with its file, unless an earlier life made it."""
        if await app.data.desk.kept(app.house.home_project_id):
            return
        folder.mkdir(parents=True)
        (folder / "a.md").write_text(BEFORE)
        caller = who.in_project(app.house.home_project_id)
        await app.data.desk.add(caller, NewDatasource(name="papers", kind="files", settings={}, writable=True))

    def _watch(self) -> None:
        """Meet the world right before and after the disk is asked to change something that can be seen."""
        os.rename = self._watched(os.rename, 1)
        os.unlink = self._watched(os.unlink, 0)

    def _watched(self, change: Callable[..., None], which: int) -> Callable[..., None]:
        def changed(*args: Any, **more: Any) -> None:
            name = str(args[which])
            if not name.endswith(".md"):
                return change(*args, **more)
            what = f"{change.__name__} {name}"
            self._met(f"about to {what}")
            change(*args, **more)
            with self.world.file.open("a") as file:
                file.write(what + "\n")
            return self._met(f"did {what}")

        return changed


if __name__ == "__main__":
    main(Filing)
