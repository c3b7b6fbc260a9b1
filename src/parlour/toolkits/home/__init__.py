"""A home as a graph: what is in it, how it hangs together, nine ways to ask and three to change it."""

from pathlib import Path

from parlour.toolkits.home.tools import HomeToolkit

MIGRATIONS = Path(__file__).parent / "migrations"
"""The folder of migrations that `store.migrate.upgrade` takes."""

__all__ = ["MIGRATIONS", "HomeToolkit"]
