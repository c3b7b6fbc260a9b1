"""What the tests of the journal share with those of the writers."""

from tests.contract.conftest import turn

__all__ = ["turn"]
