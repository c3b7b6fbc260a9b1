"""A backup: one compressed file with everything a database holds, that says itself whether it is whole.

Line by line it is JSON: what it is, then for each table its columns, its rows and what they come to, and at the end
that it ends. It is the same whichever database it was made of.
"""

import gzip
import os
import zlib
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from parlour.errors import InvalidRequest, StorageFailed
from parlour.store.archive.pieces import BATCH, Begin, End, Moment, Piece, Rows
from parlour.store.archive.rows import Row, Tally, row_in
from parlour.store.archive.shape import Column, Shape

FORMAT = 1
_COMPRESSION = 3
"""What is gained by more takes several times as long."""
_BROKEN = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written."""

    path: Path
    tables: int
    rows: int
    size: int


async def write_backup(moment: Moment, path: Path, *, at: str, version: str) -> Written:
    """Write all of `moment` to `path`, which appears once it is whole and durable. Only its owner may read it.

    Raises StorageFailed, and leaves nothing, when there is no room for it.
    """
    tables = rows = 0
    try:
        with _appearing(path) as file:
            head = {
                "parlour_backup": FORMAT,
                "made_at": at,
                "version": version,
                "store": moment.connection.dialect.name,
                "revisions": sorted(moment.revisions),
            }
            file.write(orjson.dumps(head) + b"\n")
            async for piece in moment.pieces():
                file.write(_written(piece))
                if isinstance(piece, End):
                    tables, rows = tables + 1, rows + piece.rows
            file.write(orjson.dumps({"whole": True, "tables": tables, "rows": rows}) + b"\n")
    except OSError as error:
        raise StorageFailed(
            f"The backup could not be written to {path}: {error.strerror or error}. Nothing was changed."
        ) from error
    return Written(path, tables, rows, path.stat().st_size)


class BackupFile:
    """A backup that is read. It is checked from end to end before anything of it is used."""

    def __init__(self, path: Path) -> None:
        """Read what it is. Raises InvalidRequest for a file that is no backup, or one of a later format."""
        self.path = path
        try:
            with gzip.open(path, "rb") as file:
                self.head: dict[str, Any] = orjson.loads(file.readline())
                form = self.head["parlour_backup"]
                self.revisions = frozenset[str](self.head["revisions"])
                self.made_at = str(self.head["made_at"])
                self.version = str(self.head["version"])
        except FileNotFoundError as error:
            raise InvalidRequest(f"There is no file {path}.") from error
        except _BROKEN as error:
            raise InvalidRequest(f"{path} is no backup of Parlour.") from error
        if form != FORMAT:
            raise InvalidRequest(f"{path} was made by a newer Parlour ({self.version}). Restore it with that one.")

    def check(self) -> int:
        """Read all of it and compare every checksum: how many rows it holds. Raises InvalidRequest for a broken one."""
        try:
            return sum(len(piece.rows) for piece in self._read() if isinstance(piece, Rows))
        except _BROKEN as error:
            raise InvalidRequest(
                f"{self.path} is damaged or incomplete: {_reason(error)}. Nothing was changed; use another backup."
            ) from error

    async def pieces(self) -> AsyncGenerator[Piece]:
        """Everything in it. Raises InvalidRequest where it is broken."""
        try:
            for piece in self._read():
                yield piece
        except _BROKEN as error:
            raise InvalidRequest(f"{self.path} is damaged or incomplete: {_reason(error)}.") from error

    def _read(self) -> Iterator[Piece]:
        tables = rows = 0
        with gzip.open(self.path, "rb") as file:
            file.readline()
            while line := file.readline():
                told: dict[str, Any] = orjson.loads(line)
                if "whole" in told:
                    if (told["tables"], told["rows"]) != (tables, rows) or file.read(1):
                        raise ValueError("it does not hold what it says")
                    return
                shape = Shape(told["table"], tuple(Column(name, kind) for name, kind in told["columns"]))
                yield Begin(shape)
                tally = Tally()
                end = yield from _table(file, shape, tally)
                if (end.rows, end.digest, end.name) != (tally.rows, tally.digest, shape.name):
                    raise ValueError(f"the rows of {shape.name} are not what was written")
                tables, rows = tables + 1, rows + end.rows
                yield end
        raise EOFError("its end is missing")


def _table(file: gzip.GzipFile, shape: Shape, tally: Tally) -> Generator[Piece, None, End]:
    read = row_in(shape)
    rows: list[Row] = []
    lines: list[bytes] = []
    while line := file.readline():
        if line[:1] == b"[":
            lines.append(line.rstrip(b"\n"))
            rows.append(read(line))
            if len(rows) < BATCH:
                continue
        tally.add(lines)
        yield Rows(rows, lines)
        rows, lines = [], []
        if line[:1] != b"[":
            told = orjson.loads(line)
            return End(told["end"], told["rows"], told["digest"], told["number"])
    raise EOFError("its end is missing")


def _written(piece: Piece) -> bytes:
    match piece:
        case Begin(shape):
            columns = [[column.name, column.kind] for column in shape.columns]
            return orjson.dumps({"table": shape.name, "columns": columns}) + b"\n"
        case Rows(_, lines):
            return b"".join(line + b"\n" for line in lines)
        case End(name, rows, digest, number):
            return orjson.dumps({"end": name, "rows": rows, "digest": digest, "number": number}) + b"\n"


@contextmanager
def _appearing(path: Path) -> Generator[gzip.GzipFile]:
    """A file that is there under its name once it is whole and durable, and not at all before."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partly = path.with_name(f"{path.name}.part")
    try:
        partly.unlink(missing_ok=True)
        descriptor = os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=_COMPRESSION, mtime=0) as packed:
                yield packed
            raw.flush()
            os.fsync(raw.fileno())
        partly.replace(path)
    except BaseException:
        with suppress(OSError):
            partly.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _reason(error: BaseException) -> str:
    return (
        str(error)
        if isinstance(error, ValueError | EOFError) and not isinstance(error, orjson.JSONDecodeError)
        else "a checksum is wrong"
    )
