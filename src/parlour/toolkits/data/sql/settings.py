"""Where a database is, and what its queries may take."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from parlour.tools.outcomes import Refused

Dialect = Literal["sqlite", "postgresql", "mysql"]

TITLES: dict[Dialect, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MySQL"}
PORTS: dict[Dialect, int] = {"sqlite": 0, "postgresql": 5432, "mysql": 3306}

Text = Annotated[str, Field(max_length=500, pattern=r"^[^\x00\r\n]*$")]
FunctionName = Annotated[str, Field(max_length=130, pattern=r"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$")]


class SqlSettings(BaseModel):
    """Where a database is. A file is named within the folder that this server gives to datasources."""

    # No docstrings of attributes: to find them pydantic looks through every module there is, at every start.
    model_config = ConfigDict(extra="forbid", frozen=True)

    dialect: Dialect
    database: Annotated[
        Text,
        Field(min_length=1, description="Its name; for SQLite the file, in the server's folder for datasources."),
    ]
    host: Text = ""
    port: Annotated[int, Field(ge=0, le=65535, description="Left out, the one that is usual.")] = 0
    user: Text = ""
    password: SecretStr | None = None
    tls: Annotated[
        bool, Field(description="Whether the connection is encrypted and the server's certificate is checked.")
    ] = False
    functions: Annotated[
        list[FunctionName],
        Field(
            max_length=200,
            description="Functions that queries may call besides those that are known to be harmless,"
            " such as app.margin.",
        ),
    ] = []

    @model_validator(mode="after")
    def _fits(self) -> "SqlSettings":
        if self.dialect == "sqlite" and (self.host or self.user or self.password):
            raise ValueError("SQLite is a file: it has no host, user and password")
        if self.dialect != "sqlite" and not self.host:
            raise ValueError(f"{TITLES[self.dialect]} needs a host")
        return self

    @property
    def title(self) -> str:
        """What the system is called."""
        return TITLES[self.dialect]

    @property
    def is_mysql(self) -> bool:
        """Whether it is MySQL or MariaDB."""
        return self.dialect == "mysql"

    @property
    def where(self) -> str:
        """Host and port; for a file its name."""
        if self.dialect == "sqlite":
            return self.database
        return f"{self.host}:{self.port or PORTS[self.dialect]}"


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """What a query may take."""

    rows: int = 1_000
    result_bytes: int = 128 * 1024
    """Of JSON. No more rows are read once they make this much."""
    cell_chars: int = 4_000
    """What is longer in one field is cut."""
    seconds: float = 20.0
    connections: int = 4
    """Of one server to one database at a time."""
    connect_s: float = 10.0
    ending_s: float = 5.0
    """To reach a server of MySQL that is to end something, and as long again until it has."""


def file_within(root: Path, name: str) -> Path:
    """The file `name` below `root`, links followed. Raises Refused for one that lies elsewhere or is no plain file."""
    refused = Refused(
        f"“{name}” is no file in the folder for datasources.",
        suggestion="Put the file there, and name it relative to that folder.",
    )
    try:
        path = (root / name).resolve(strict=True)
        inside = path.is_relative_to(root.resolve(strict=True))
    except (OSError, ValueError, RuntimeError) as error:
        raise refused from error
    if not inside or not path.is_file():
        raise refused
    return path
