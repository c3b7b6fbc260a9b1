"""Every table of the house, as SQLAlchemy Core. Migrations make them; a test holds the two together.

Times are text in ISO 8601 UTC (`clock.isoformat`), which sorts as time does on both databases. Every row that
belongs to somebody has its tenant.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import UserDefinedType

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Id = String(36)
Time = String(30)
RowNumber = BigInteger().with_variant(Integer, "sqlite")


class Lexemes(UserDefinedType[str]):
    """PostgreSQL's set of words to search, written as text with blanks between them.

    The driver has a type for it, which would load all of PostgreSQL's dialect, wherever the data lie.
    """

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """The name of the type."""
        return "TSVECTOR"


# --- identity ------------------------------------------------------------------------------------------------------

tenants = Table(
    "tenants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("created_at", Time, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("username", String(100), nullable=False),
    Column("full_name", String(255), nullable=False, server_default=""),
    Column("role", String(20), nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("signed_in_at", Time),
    Column("created_at", Time, nullable=False),
    UniqueConstraint("tenant_id", "username"),
    CheckConstraint("role IN ('admin', 'moderator', 'user', 'guest')", name="role"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("is_home", Boolean, nullable=False),
    Column("last_chat_at", Time),
    Column("created_at", Time, nullable=False),
)

members = Table(
    "members",
    metadata,
    Column("project_id", Id, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("joined_at", Time, nullable=False),
    Index("ix_members_user_id", "user_id"),
)

credentials = Table(
    "credentials",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("name", String(100), nullable=False, server_default=""),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time),
    Column("used_at", Time),
    Column("revoked_at", Time),
    CheckConstraint("kind IN ('link', 'session', 'api_key', 'ticket')", name="kind"),
    Index("ix_credentials_user_id_kind", "user_id", "kind"),
    comment="Everything that proves who somebody is; only SHA-256 hashes of the secrets",
)

settings = Table(
    "settings",
    metadata,
    Column("tenant_id", Id, ForeignKey("tenants.id"), primary_key=True),
    Column("key", String(100), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("updated_at", Time, nullable=False),
)

providers = Table(
    "providers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("name", String(40), nullable=False),
    Column("base_url", String(2000), nullable=False),
    Column("sealed_key", Text, comment="sealed under the master key; NULL for a server that asks for none"),
    Column("models", JSON, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change of this row; guards read-then-write"),
    UniqueConstraint("tenant_id", "name"),
    comment="Servers of models that an admin set up in the app",
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, nullable=False),
    Column("user_id", Id),
    Column("action", String(100), nullable=False),
    Column("resource_type", String(50)),
    Column("resource_id", String(100)),
    Column("address", String(64)),
    Column("agent", String(300)),
    Column("details", JSON, nullable=False),
    Column("at", Time, nullable=False),
    Index("ix_audit_tenant_id_at", "tenant_id", "at"),
)

# --- conversations -------------------------------------------------------------------------------------------------

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

# --- search --------------------------------------------------------------------------------------------------------

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

# --- turns ---------------------------------------------------------------------------------------------------------

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
    Column("status", String(20), nullable=False),
    Column("reason", String(60)),
    Column("stop_asked", Boolean, nullable=False),
    Column("owner", String(60)),
    Column("fence", Integer, nullable=False),
    Column("deaths", Integer, nullable=False, comment="claims after an owner died, since the last settled step"),
    Column("running_ms", BigInteger, nullable=False, comment="time spent running before the present claim"),
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
    UniqueConstraint("turn_id", "tool_call_id"),
    CheckConstraint(
        "status IN ('pending', 'waiting', 'executing', 'completed', 'failed', 'denied', 'unknown')", name="status"
    ),
    Index("ix_tool_runs_message_id", "message_id"),
    Index("ix_tool_runs_conversation_id", "conversation_id"),
)

# --- the journal ---------------------------------------------------------------------------------------------------

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
