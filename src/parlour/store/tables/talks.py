"""Conversations, what was said in them, and the words that search finds."""

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
    Text,
    UniqueConstraint,
)

from parlour.store.tables.schema import Id, Lexemes, RowNumber, Time, metadata

conversations = Table(
    "conversations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("project_id", Id, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("owner_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("title", String(255), nullable=False),
    Column("title_is_own", Boolean, nullable=False),
    Column("message_count", Integer, nullable=False),
    Column("total_tokens", BigInteger, nullable=False),
    Column("last_message", JSON),
    Column("archived_at", Time),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("last_activity_at", Time, nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change of this row; guards read-then-write"),
    Index("ix_conversations_owner_id_last_activity_at", "owner_id", "last_activity_at"),
    Index("ix_conversations_owner_id_created_at", "owner_id", "created_at"),
    Index("ix_conversations_owner_id_updated_at", "owner_id", "updated_at"),
    Index("ix_conversations_project_id", "project_id"),
    Index("ix_conversations_archived_at", "archived_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("role", String(20), nullable=False),
    Column("author_id", Id, ForeignKey("users.id", ondelete="SET NULL")),
    Column("client_message_id", String(200)),
    Column("turn_id", Id),
    Column("parent_id", Id),
    Column("replaces", Id),
    Column("replaced_by", Id),
    Column("parts", JSON, nullable=False),
    Column("status", String(20), nullable=False),
    Column("error", JSON),
    Column("attempt", Integer, nullable=False),
    Column("model", String(200)),
    Column("usage", JSON),
    Column("token_count", Integer, nullable=False),
    Column("metadata", JSON, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("edited_at", Time),
    Column("deleted_at", Time),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("answers_edit", Integer, nullable=False, server_default="0"),
    UniqueConstraint("conversation_id", "position"),
    CheckConstraint("role IN ('user', 'assistant', 'system', 'tool')", name="role"),
    CheckConstraint("status IN ('sent', 'running', 'completed', 'stopped', 'failed')", name="status"),
    Index("ix_messages_turn_id", "turn_id"),
    Index("ix_messages_author_id", "author_id"),
    Index("ix_messages_parent_id", "parent_id"),
)

commands = Table(
    "commands",
    metadata,
    Column("user_id", Id, primary_key=True),
    Column("command_id", String(200), primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("digest", String(64), nullable=False, comment="SHA-256 of the body; the same id must say the same"),
    Column("ids", JSON, nullable=False, comment="the ids that the command made, for the answer to a repeat"),
    Column("seq", BigInteger, nullable=False),
    Column("at", Time, nullable=False),
    Column("number", BigInteger, comment="counts what somebody asked that starts an answer; NULL for the rest"),
    UniqueConstraint("user_id", "number"),
    Index("ix_commands_kind_at", "kind", "at"),
    comment="What was said once: send_message for ever, the rest for seven days; no foreign keys, on purpose",
)

attempts = Table(
    "attempts",
    metadata,
    Column("message_id", Id, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("part", Integer, nullable=False),
    Column("parts", JSON, nullable=False),
    Column("reason", String(60), nullable=False),
    Column("at", Time, nullable=False),
    comment="What a model step had written when it was cut and begun again",
)

message_edits = Table(
    "message_edits",
    metadata,
    Column("message_id", Id, ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True),
    Column("edit", Integer, primary_key=True, comment="0 for the first words, 1 for those after the first change"),
    Column("parts", JSON, nullable=False),
    Column("at", Time, nullable=False, comment="when they were replaced"),
    comment="What a message said before it was changed",
)


search_words = Table(
    "search_words",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("conversation_id", Id, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("message_id", Id, comment="NULL for the title; a message's row goes with it by a trigger"),
    Column("words", Text().with_variant(Lexemes(), "postgresql"), nullable=False),
    UniqueConstraint("conversation_id", "message_id"),
    comment="The words of a title or a message, folded, each with its owner's scope; a full-text index follows it",
)
