"""A command says how the log of its process is written; here many commands share a process with other tests."""

import logging
from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _the_log_is_given_back() -> Iterator[None]:  # pyright: ignore[reportUnusedFunction]
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    # Otherwise the next thread that logs writes to a terminal that was closed with its test, and dies of it. What stood
    # before is not what structlog begins with: the root's conftest has chosen plain tracebacks.
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
