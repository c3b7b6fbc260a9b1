"""What is said where a tool could do nothing because what it works with cannot be reached."""

import sqlite3

from sqlalchemy.exc import SQLAlchemyError

from parlour.tools.outcomes import Failed

AWAY: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error, ConnectionError)
"""What a tool lets through then. A timeout is none: whether it is that of another side or a fault, nobody can tell."""


class Unreachable(Failed):
    """What the tool asks over the network, this house's own database included, does not answer."""

    code = "unreachable"


class DatabaseError(Failed):
    """A database could not do what it was asked."""

    code = "database_error"


def away(error: Exception) -> Failed:
    """The failure in words for people. What `error` itself says may hold secrets, and stays in the log."""
    again = "Try again in a moment; what was found out before still stands in the talk."
    if isinstance(error, ConnectionError):
        words = "What this is looked up in cannot be reached just now; nothing was changed."
        return Unreachable(words, suggestion=again)
    return DatabaseError("The database could not be read just now; nothing was changed.", suggestion=again)
