"""What all tables of the house have in common. Migrations make them; a test holds the two together.

Times are text in ISO 8601 UTC (`clock.isoformat`), which sorts as time does on both databases. Every row that
belongs to somebody has its tenant.
"""

from typing import Any

from sqlalchemy import BigInteger, Integer, MetaData, String
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Id = String(36)
Time = String(30)
RowNumber = BigInteger().with_variant(Integer, "sqlite")


class Lexemes(UserDefinedType[str]):
    """PostgreSQL's set of words to search, written as text with blanks between them.

    The driver has a type for it, which would load all of PostgreSQL's dialect, wherever the data lie.
    """

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """The name of the type."""
        return "TSVECTOR"
