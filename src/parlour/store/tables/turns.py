"""The work of answering: turns, their settled steps, and the runs of tools."""

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
    false,
    text,
)

from parlour.store.tables.schema import Id, Time, metadata

turns = Table(
    "turns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("project_id", Id, nullable=False),
    Column("question_id", Id, nullable=False),
    Column("answer_id", Id),
    Column("replaces", Id),
    Column("position", BigInteger, nullable=False, comment="the seq at which it was asked: turns go in this order"),
    Column("model", String(200), comment="as asked for; NULL means the default"),
    Column("parameters", JSON, comment="as asked for; NULL means the defaults"),
    Column("status", String(20), nullable=False),
    Column("reason", String(60)),
    Column("stop_asked", Boolean, nullable=False),
    Column("owner", String(60)),
    Column("fence", Integer, nullable=False),
    Column("deaths", Integer, nullable=False, comment="claims after an owner died, since the last settled step"),
    Column("running_ms", BigInteger, nullable=False, comment="time spent running before the present claim"),
    Column(
        "question_edit", Integer, nullable=False, server_default="0", comment="which words of its question it answers"
    ),
    Column("queued_at", Time, nullable=False),
    Column("claimed_at", Time),
    Column("ended_at", Time),
    CheckConstraint("status IN ('queued', 'running', 'waiting', 'completed', 'stopped', 'failed')", name="status"),
    Index("ix_turns_conversation_id_status", "conversation_id", "status"),
    Index(
        "uq_turns_at_work",
        "conversation_id",
        unique=True,
        sqlite_where=text("status IN ('running', 'waiting')"),
        postgresql_where=text("status IN ('running', 'waiting')"),
    ),
    Index("ix_turns_status", "status"),
    Index("ix_turns_question_id", "question_id"),
)

turn_steps = Table(
    "turn_steps",
    metadata,
    Column("turn_id", Id, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Time, nullable=False),
    CheckConstraint("kind IN ('model', 'tool')", name="kind"),
)

tool_runs = Table(
    "tool_runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", Id, ForeignKey("messages.id", ondelete="CASCADE"), nullable=False),
    Column("turn_id", Id, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("tool_call_id", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("result", JSON),
    Column("error", JSON),
    Column("duration_ms", Integer),
    Column("cached", Boolean, nullable=False),
    Column("started_at", Time, nullable=False),
    Column("ended_at", Time),
    Column("decided_by", String(255), comment="the name of whoever said yes or no to it"),
    Column("repeated", Boolean, nullable=False, server_default=false()),
    Column("ledger_key", String(64), comment="where the ledger has what it did, or what was done before and not again"),
    UniqueConstraint("turn_id", "tool_call_id"),
    CheckConstraint(
        "status IN ('pending', 'waiting', 'executing', 'completed', 'failed', 'denied', 'unknown')", name="status"
    ),
    Index("ix_tool_runs_message_id", "message_id"),
    Index("ix_tool_runs_conversation_id", "conversation_id"),
    Index("ix_tool_runs_ledger_key", "ledger_key"),
    Index("ix_tool_runs_user_id_started_at", "user_id", "started_at"),
)
