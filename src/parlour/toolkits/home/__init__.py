"""A home as a graph: what is in it, how it hangs together, and nine ways to ask."""

from pathlib import Path

from parlour.toolkits.home.tools import HomeToolkit

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of migrations that `store.migrate.upgrade` takes."""

__all__ = ["MIGRATIONS", "HomeToolkit"]
