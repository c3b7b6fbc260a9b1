"""This server and the others of its house, how they hear of each other, and what one of them does for all."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from parlour.api.components.amounts import spanned
from parlour.app import App
from parlour.journal.jobs import Kept
from parlour.protocol.system import Component
from parlour.store.nodes import live_among
from parlour.store.tables import nodes

_JOBS = {"pruning": "Clearing old events away", "connections": "Following what the house is joined to"}


async def servers(app: App, tenant_id: str) -> Sequence[Component]:
    """Every server that has signed on, and whether it lives."""
    async with app.database.read() as connection:
        rows = (await connection.execute(select(nodes).order_by(nodes.c.started_at))).all()
        live = set[str]() if app.database.is_sqlite else {node.id for node in await live_among(connection)}
    found = [_this(app)]
    for row in rows:
        if row.id == app.node.lease.node_id:
            continue
        words = f"Version {row.version}, since {row.started_at}."
        if row.id in live:
            found.append(Component(kind="server", name="Another server", state="ok", words=words))
        else:
            words = f"It does not answer any more; what it did is taken over. {words}"
            found.append(Component(kind="server", name="Another server", state="degraded", words=words))
    return found


def _this(app: App) -> Component:
    if app.node.lease.is_held:
        alone = "" if app.node.lease.is_among_others else " It is alone."
        return Component(kind="server", name="This server", state="ok", words=f"It answers questions.{alone}")
    words = "It has lost its lease, so it answers nothing until the database lets it in again. Look at the database."
    return Component(kind="server", name="This server", state="down", words=words)


async def announcements(app: App, tenant_id: str) -> Sequence[Component]:
    """Whether servers hear of each other at once; nothing for a house that can have one only."""
    hears = app.node.announcer.is_hearing
    if hears is None:
        return []
    if hears:
        words = "This server listens for what the others do."
        return [Component(kind="announcements", name="PostgreSQL", state="ok", words=words)]
    words = (
        "This server does not hear at once what the others do, and looks once a second instead. It listens again as "
        "soon as PostgreSQL lets it; a proxy between them must let LISTEN through."
    )
    return [Component(kind="announcements", name="PostgreSQL", state="degraded", words=words)]


async def jobs(app: App, tenant_id: str) -> Sequence[Component]:
    """What is done in the background, and how it went the last time."""
    return [_job(name, kept, app.clock.now()) for name, kept in sorted(app.node.jobs.kept.items())]


def _job(name: str, kept: Kept, now: datetime) -> Component:
    title = _JOBS.get(name, name)
    if kept.at is None:
        words = f"Its turn comes every {kept.every_s:g} seconds, and has not come since this server started."
        return Component(kind="job", name=title, state="unknown", words=words)
    when = f"{spanned(now - kept.at)} ago, at {kept.at:%H:%M:%S} UTC"
    if kept.problem:
        words = f"It failed {when}: {kept.problem} It is tried again every {kept.every_s:g} seconds."
        return Component(kind="job", name=title, state="degraded", words=words)
    who_does = "This server did it" if kept.is_mine else "Another server does it; this one looked"
    return Component(kind="job", name=title, state="ok", words=f"{who_does} {when}.")
