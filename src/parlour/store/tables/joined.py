"""Other systems that a house is joined to."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from parlour.store.tables.schema import Id, Time, metadata

connections = Table(
    "connections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("project_id", Id, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("name", String(100), nullable=False),
    Column("base_url", String(2000), nullable=False),
    Column("sealed_token", Text, comment="sealed under the master key; NULL once that is lost"),
    Column("is_on", Boolean, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change by an admin; guards read-then-write"),
    Column("state", String(20), nullable=False, comment="as whoever keeps it in step found it last"),
    Column("problem", String(500), comment="a safe sentence"),
    Column("server", String(200)),
    Column("since", Time),
    Column("imported", JSON, comment="what was taken over, in figures"),
    CheckConstraint("state IN ('off', 'connecting', 'connected', 'away', 'refused')", name="state"),
    Index("uq_connections_project_id_base_url", "project_id", "base_url", unique=True),
    Index("ix_connections_tenant_id", "tenant_id"),
    comment="Other systems that a house is joined to",
)
