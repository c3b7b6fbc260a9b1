"""The data of a project: databases and the like that its admins set up, and the tools over them."""

from collections.abc import Iterable
from pathlib import Path

from parlour.clock import Clock
from parlour.journal.unit import Writer
from parlour.store.database import Reads
from parlour.toolkits.data.desk import DatasourceDesk, Seals, SecretPlace
from parlour.toolkits.data.kinds import Kind, by_name
from parlour.toolkits.data.toolkit import DataToolkit

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of migrations that `store.migrate.upgrade` takes."""


def data_toolkit(
    reads: Reads, writer: Writer, clock: Clock, seals: Seals, known: Iterable[Kind], idle_s: float
) -> DataToolkit:
    """The toolkit over these kinds of datasources. Raises ValueError when two share a name."""
    kinds = by_name(known)
    return DataToolkit(DatasourceDesk(reads, writer, clock, kinds, seals), kinds, clock, idle_s)


__all__ = ["MIGRATIONS", "DataToolkit", "Seals", "SecretPlace", "data_toolkit"]
