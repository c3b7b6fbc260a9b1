"""Waiting for what was submitted: whoever stops waiting stops nothing, and leaves no outcome that nobody asked for."""

import asyncio

from parlour.journal.unit import Receipt


async def outcome_of(submitted: "asyncio.Future[Receipt]") -> Receipt:
    """The receipt of what was submitted. Cancelling this lets the commit go on. Raises what came of it instead."""
    try:
        return await asyncio.shield(submitted)
    except asyncio.CancelledError:
        submitted.add_done_callback(_heard)
        raise


def _heard(submitted: "asyncio.Future[Receipt]") -> None:
    """Take note of how it ended, so that nobody is told of an error that was never asked for."""
    if not submitted.cancelled():
        submitted.exception()
