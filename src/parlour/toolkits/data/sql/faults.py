"""What went wrong at a database, in words that may be repeated.

What is wrong with a statement is told in the database's own words. What it says of the data may quote what others
wrote there, and stays in the log.
"""

import importlib
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from parlour.toolkits.data.sql.settings import Dialect, SqlLimits, SqlSettings
from parlour.tools.outcomes import Failed, ToolProblem
from parlour.tools.running import TimedOut

log = structlog.get_logger(__name__)

_MYSQL_STATEMENT = frozenset({1044, 1046, 1049, 1051, 1052, 1054, 1055, 1056, 1060, 1064, 1066, 1109, 1111, 1140, 1142,
                              1143, 1146, 1149, 1176, 1222, 1227, 1241, 1242, 1248, 1305, 1582, 1792})  # fmt: skip
"""Numbers of what is wrong with a statement, or with the rights to run it."""
_MYSQL_TIMEOUT = frozenset({1317, 1969, 3024})
_MYSQL_AWAY = frozenset({1040, 1053, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013, 4031})
"""It is not there, shuts down, or has cut the connection."""


class Away(Failed):
    """The database does not answer, or not any more."""


@contextmanager
def told(settings: SqlSettings, limits: SqlLimits) -> Generator[None]:
    """Raises what a database does not do as a ToolProblem."""
    try:
        yield
    except NoConnection as error:
        raise Failed(
            f"All {limits.connections} connections to {settings.where} are in use.", suggestion="Try again in a moment."
        ) from error
    except faults(settings.dialect) as error:
        original: Any = error.orig if isinstance(error, DBAPIError) else error
        log.info("a database did not do what it was asked", where=settings.where, problem=str(original)[:500])
        raise _problem(error, settings, limits) from error


def too_long(settings: SqlSettings, limits: SqlLimits, *, is_ended: bool = True) -> TimedOut:
    """That a statement took too long; where it is not `is_ended`, the server may still be at it."""
    end = "it was ended" if is_ended else "nobody waits for it any more"
    return TimedOut(
        f"{settings.title} was asked for {limits.seconds:g} seconds and was not done; {end}.",
        suggestion="Ask for less: narrow it down, or aggregate in the database.",
    )


def faults(dialect: Dialect) -> tuple[type[Exception], ...]:
    """What asking fails with. A driver raises its own while rows are read."""
    named: dict[Dialect, tuple[str, tuple[str, ...]]] = {
        "sqlite": ("sqlite3", ("Error",)),
        "postgresql": ("asyncpg", ("PostgresError", "InterfaceError", "InternalClientError")),
        "mysql": ("pymysql", ("MySQLError",)),
    }
    module, names = named[dialect]
    driver = importlib.import_module(module)
    return (SQLAlchemyError, OSError, TimeoutError, EOFError, *(getattr(driver, name) for name in names))


def _problem(error: Exception, settings: SqlSettings, limits: SqlLimits) -> ToolProblem:
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    code = _code(original)
    if _is_over(code, original):
        return too_long(settings, limits)
    if _is_refused(code):
        return Failed(
            f"{settings.title} at {settings.where} lets nobody in by that user, password and database.",
            suggestion="An admin can correct them.",
        )
    if _is_away(error, original, code):
        return Away(
            f"{settings.title} at {settings.where} does not answer.",
            suggestion="Try again later. An admin can check where it is.",
        )
    if _is_about_the_statement(code, original):
        return Failed(f"{settings.title} says: {_words(original)}.", suggestion="Correct the statement and try again.")
    return Failed(
        f"{settings.title} could not do that with these data{f' ({code})' if code else ''}.",
        suggestion="The log of the server has the details.",
    )


def _code(original: Any) -> str | int | None:
    """The SQLSTATE of PostgreSQL, the number of MySQL."""
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    if state:
        return str(state)
    args: tuple[Any, ...] = getattr(original, "args", ())
    return args[0] if args and isinstance(args[0], int) and not isinstance(original, OSError) else None


def _is_over(code: str | int | None, original: Any) -> bool:
    return code == "57014" or code in _MYSQL_TIMEOUT or "interrupted" in str(original)[:40]


def _is_refused(code: str | int | None) -> bool:
    return code in ("28P01", "28000", "3D000", 1045, 1049, 1698)


def _is_away(error: Exception, original: Any, code: str | int | None) -> bool:
    if isinstance(original, OSError | TimeoutError | EOFError):
        return True
    if isinstance(code, str):
        return code[:2] in ("08", "57", "53") or code == "40003"
    if isinstance(code, int):
        return code in _MYSQL_AWAY
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or "unable to open" in str(original) or "closed" in str(original)[-60:]
    )


def _is_about_the_statement(code: str | int | None, original: Any) -> bool:
    if isinstance(code, str):
        return code[:2] in ("42", "25", "3F", "0A")
    if isinstance(code, int):
        return code in _MYSQL_STATEMENT
    return "sqlite3" in type(original).__module__ and "JSON" not in str(original)


def _words(original: Any) -> str:
    """The first line of what a database says, without the name of the error before it."""
    args = getattr(original, "args", ())
    text = str(args[1]) if len(args) > 1 and isinstance(args[0], int) else str(original)
    line = text.partition("\n")[0].rpartition(">: ")[2]
    return line.strip().rstrip(".")[:300]
