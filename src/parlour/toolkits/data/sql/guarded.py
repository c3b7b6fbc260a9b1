"""A connection to a SQLite file that can do no more than it is for, whatever it is told."""

import sqlite3
import time
from typing import Any

from parlour.toolkits.data.sql.lengthy import LONGEST_PATTERN
from parlour.toolkits.data.sql.widths import share

LARGEST_VALUE = 16 * 1024 * 1024
"""In bytes: what a function may make or a field may hold."""
_BETWEEN_LOOKS = 10_000
"""Steps of SQLite's machine from one look at the time to the next."""

_READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION})
_CHANGES = _READS | frozenset(
    {
        sqlite3.SQLITE_INSERT,
        sqlite3.SQLITE_UPDATE,
        sqlite3.SQLITE_DELETE,
        sqlite3.SQLITE_SAVEPOINT,
        sqlite3.SQLITE_CREATE_TABLE,
        sqlite3.SQLITE_CREATE_INDEX,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_DROP_TABLE,
        sqlite3.SQLITE_DROP_INDEX,
        sqlite3.SQLITE_DROP_VIEW,
        sqlite3.SQLITE_ALTER_TABLE,
        sqlite3.SQLITE_REINDEX,
    }
)
_TELLING = frozenset(
    {
        "table_list", "table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list",
        "encoding", "read_uncommitted", "data_version", "schema_version",
    }
)  # fmt: skip
"""PRAGMAs that only tell, as long as they are given nothing to set."""
_BY_NAME = frozenset({"table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list"})
_FAR_REACHING = frozenset({"load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "sqlar_compress"})


class Guarded(sqlite3.Connection):
    """Ends a statement that runs for longer than `seconds`, and refuses what `may_change` does not cover."""

    def __init__(self, *args: Any, seconds: float, may_change: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self._seconds = seconds
        self._until = float("inf")
        self._may = _CHANGES if may_change else _READS
        self.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        self.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)
        self.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self.execute("PRAGMA busy_timeout = 5000")
        self.execute("PRAGMA foreign_keys = ON")
        self.execute("PRAGMA trusted_schema = OFF")
        if not may_change:
            self.execute("PRAGMA query_only = ON")
        self.row_factory = _narrowed
        self.set_trace_callback(self._begun)
        self.set_progress_handler(self._is_over, _BETWEEN_LOOKS)
        self.set_authorizer(self._judged)

    def _begun(self, statement: str) -> None:
        del statement
        self._until = time.monotonic() + self._seconds

    def _is_over(self) -> int:
        return time.monotonic() > self._until

    def _judged(self, action: int, one: str | None, other: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_FUNCTION:
            is_fine = (other or "").lower() not in _FAR_REACHING
        elif action == sqlite3.SQLITE_PRAGMA:
            name = (one or "").lower()
            is_fine = name in _TELLING and (other is None or name in _BY_NAME)
        else:
            is_fine = action in self._may
        return sqlite3.SQLITE_OK if is_fine else sqlite3.SQLITE_DENY


def _narrowed(_: sqlite3.Cursor, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row of which only so much is held beside the next ones. What is longer is told as cut."""
    longest = share(len(row)) + 1
    if all(not isinstance(each, str | bytes) or len(each) <= longest for each in row):
        return row
    return tuple(each[:longest] if isinstance(each, str | bytes) else each for each in row)
