"""Functions of PostgreSQL that are called without being written as a call.

`customers.margin` is a column, unless there is none of that name: then it is margin(customers). Only the database can
tell which of both it is, so whatever may be a function there has to be one that may be called.
"""

from collections.abc import Set as AbstractSet

from sqlalchemy import Connection, text

from parlour.toolkits.data.sql.functions import HARMLESS
from parlour.tools.outcomes import Refused

# What casts use may be called by `::` anyway, and what is immutable and comes with PostgreSQL only computes.
_CALLED = text("""
    SELECT p.proname FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE p.proname = ANY (CAST(:names AS name[])) AND n.nspname = ANY (current_schemas(true))
    AND p.pronargs >= 1 AND p.pronargs - p.pronargdefaults <= 1
    AND NOT (n.nspname = 'pg_catalog' AND p.provolatile = 'i')
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_cast AS c WHERE c.castfunc = p.oid)
    ORDER BY p.proname LIMIT 1
""")


def check_fields(connection: Connection, fields: AbstractSet[str], allowed: AbstractSet[str]) -> None:
    """Raise Refused when one of the `fields` of a statement may be a function that is not to be called."""
    unsure = fields - HARMLESS["postgresql"] - allowed
    if not unsure:
        return
    if name := connection.scalar(_CALLED, {"names": sorted(unsure)}):
        raise Refused(
            f"“{name}” is not only a column there, but also a function that queries may not call here.",
            suggestion="Write the column without its table. An admin can allow the function for this datasource.",
        )
