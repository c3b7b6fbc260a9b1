"""The log of everything that is said, and the servers that keep it."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    LargeBinary,
    String,
    Table,
)

from parlour.store.tables.schema import Id, RowNumber, Time, metadata

topics = Table(
    "topics",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False, comment="what is kept is the unbroken run floor+1..seq"),
    Column("mark", BigInteger, nullable=False, comment="every delta above the floor has an id above this"),
)

events = Table(
    "events",
    metadata,
    Column("topic", String(60), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("type", String(40), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("unit", Id, nullable=False),
    Column("mark", BigInteger, nullable=False, comment="the newest delta id at this commit; later ones lie above it"),
    Column("at", Time, nullable=False),
    Index("ix_events_at", "at"),
)

deltas = Table(
    "deltas",
    metadata,
    Column("id", RowNumber, primary_key=True, autoincrement=True),
    Column("topic", String(60), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("at", Time, nullable=False),
    sqlite_autoincrement=True,
    comment="Live pieces of answers in insertion order; no second index, so that appending stays cheap",
)

commits = Table(
    "commits",
    metadata,
    Column("id", Id, primary_key=True),
    Column("seqs", JSON, nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_commits_at", "at"),
    comment="The id of every unit and batch that was committed, to look one up whose outcome was lost",
)


nodes = Table(
    "nodes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("started_at", Time, nullable=False),
    Column("renewed_at", Time, nullable=False, comment="by the database's clock"),
    Column("lease_until", Time, nullable=False, comment="by the database's clock"),
    Column("version", String(40), nullable=False),
    Column("fingerprint", String(64), comment="of its master key"),
    Index("ix_nodes_lease_until", "lease_until"),
    comment="The servers of this house; each renews its lease every second",
)

jobs = Table(
    "jobs",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("node_id", Id, nullable=False),
    comment="Jobs in the background, each done by one node for as long as that lives",
)
