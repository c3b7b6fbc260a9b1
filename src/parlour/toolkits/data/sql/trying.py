"""Whether a change of MySQL or MariaDB leaves nothing behind once it is rolled back.

Only InnoDB takes back what was done. A view may lead to any other table, and a trigger may write to one.
"""

from sqlalchemy import Connection, text

from parlour.toolkits.data.sql.changing import Change

_LASTING = text("""
    SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = :place AND table_name = :name
    AND (table_type <> 'BASE TABLE' OR engine IS NULL OR engine <> 'InnoDB')
""")
_TRIGGERS = text("""
    SELECT COUNT(*) FROM information_schema.triggers WHERE event_object_schema = :place AND event_object_table = :name
""")
_RIGHTS = text("""
    SELECT COUNT(*) FROM (
        SELECT grantee FROM information_schema.user_privileges WHERE privilege_type = 'TRIGGER'
        UNION ALL SELECT grantee FROM information_schema.schema_privileges
        WHERE privilege_type = 'TRIGGER' AND :place LIKE table_schema
        UNION ALL SELECT grantee FROM information_schema.table_privileges
        WHERE privilege_type = 'TRIGGER' AND table_schema = :place AND table_name = :name
    ) AS rights
    WHERE grantee = CONCAT(CHAR(39), REPLACE(CURRENT_USER(), '@', CONCAT(CHAR(39), '@', CHAR(39))), CHAR(39))
""")
"""Who has no right to a trigger is not shown it."""


def leaves_nothing(connection: Connection, change: Change) -> bool:
    """Whether all that a change names are tables of InnoDB that are known to have no triggers.

    What is not there makes the statement fail.
    """
    if change.of_structure or change.calls_others:
        return False
    here = connection.scalar(text("SELECT DATABASE()")) or ""
    return not any(_lasts(connection, place or here, name) for place, name in change.names)


def _lasts(connection: Connection, place: str, name: str) -> bool:
    named = {"place": place, "name": name}
    if connection.scalar(_LASTING, named) or connection.scalar(_TRIGGERS, named):
        return True
    return not connection.scalar(_RIGHTS, named)
