"""What was decided about models, what they cost, and what they may cost.

A scope says for whom: `tenant`, `project:<id>`, `user:<id>`, `conversation:<id>`, `provider:<name>`. The id of
what it names stands beside it, so that the row goes when that goes.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from parlour.store.tables.schema import Id, Time, metadata

model_settings = Table(
    "model_settings",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenants.id"), primary_key=True),
    Column("scope", String(80), primary_key=True),
    Column("project_id", Id, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE")),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE")),
    Column("values", JSON, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change of this row; guards read-then-write"),
    comment="Which model answers, and how, as each scope decided it",
)

spending = Table(
    "spending",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("project_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("message_id", Id, nullable=False, comment="the answer"),
    Column("turn_id", Id, nullable=False),
    Column("number", Integer, nullable=False, comment="counts the requests of a turn, from 0"),
    Column("provider", String(40), nullable=False),
    Column("payer", String(80), nullable=False, server_default="tenant", comment="whose key it was asked with"),
    Column("model", String(200), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("reasoning_tokens", BigInteger, nullable=False),
    Column("cost", BigInteger, comment="in billionths of a US dollar; NULL where no price is known"),
    Column("is_estimated", Boolean, nullable=False),
    Column("duration_ms", BigInteger, nullable=False),
    Column("at", Time, nullable=False),
    UniqueConstraint("turn_id", "number"),
    CheckConstraint("outcome IN ('answered', 'cut', 'failed')", name="outcome"),
    Index("ix_spending_tenant_id_at", "tenant_id", "at"),
    Index("ix_spending_project_id_at", "project_id", "at"),
    Index("ix_spending_user_id_at", "user_id", "at"),
    Index("ix_spending_conversation_id", "conversation_id"),
    Index("ix_spending_message_id", "message_id"),
    comment="What every request to a model used; no foreign keys, since it outlives what was said",
)

budgets = Table(
    "budgets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("project_id", Id, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE")),
    Column("period", String(10), nullable=False),
    Column("max_cost", BigInteger, comment="in billionths of a US dollar; NULL is no limit"),
    Column("max_tokens", BigInteger, comment="NULL is no limit"),
    Column("max_seconds", Integer, comment="NULL is no limit"),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change of this row; guards read-then-write"),
    UniqueConstraint("tenant_id", "scope", "period"),
    CheckConstraint("period IN ('turn', 'day', 'month', 'ever')", name="period"),
    comment="What may be used up, of money, tokens and time",
)
