"""The one writer of each database."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.journal.unit import Publish, Writer
from parlour.journal.writer.sqlite import SqliteWriter


class OpenWriter(Protocol):
    """Opens a writer over a database. `publish` gets what every commit said; `fatal` is told when the writer died."""

    def __call__(
        self, url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]
    ) -> Writer: ...


def open_writer(url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> Writer:
    """The writer that fits `url`. Call it on the event loop that will await it."""
    if url.get_backend_name() == "sqlite":
        return SqliteWriter(Path(str(url.database)), clock=clock, publish=publish, fatal=fatal)
    from parlour.journal.writer.postgres import PostgresWriter

    return PostgresWriter(url, clock=clock, publish=publish, fatal=fatal)
