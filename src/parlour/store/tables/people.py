"""People, what proves who they are, the projects they share, and what they set up."""

from sqlalchemy import (
    JSON,
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
    false,
)

from parlour.store.tables.schema import Id, Time, metadata

tenants = Table(
    "tenants",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(255), nullable=False),
    Column("created_at", Time, nullable=False),
    Column(
        "version",
        Integer,
        nullable=False,
        server_default="1",
        comment="rises with every change of who may do what here; guards read-then-write",
    ),
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
    Column("email", String(320)),
    Column("password_hash", String(255), comment="argon2id; NULL for who signs in by links only"),
    Column("is_verified", Boolean, nullable=False, server_default=false()),
    Column("metadata", JSON),
    UniqueConstraint("tenant_id", "username"),
    Index("uq_users_tenant_id_email", "tenant_id", "email", unique=True),
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
    Column("owner_id", Id, comment="NULL for the one that everybody shares, and for one whose owner is gone"),
    Column("description", String(2000), nullable=False, server_default=""),
    Column("status", String(20), nullable=False, server_default="active"),
    Index("uq_projects_owner_id_name", "owner_id", "name", unique=True),
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
    Column("session_id", Id, comment="the session that a refresh token belongs to"),
    Column("successor", Id, comment="the refresh token that took its place"),
    Column("address", String(64), comment="where a session was begun"),
    Column("agent", String(300), comment="what began it, as it called itself"),
    CheckConstraint("kind IN ('link', 'session', 'api_key', 'ticket', 'refresh')", name="kind"),
    Index("ix_credentials_user_id_kind", "user_id", "kind"),
    comment="Everything that proves who somebody is; only SHA-256 hashes of the secrets",
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey("tenants.id"), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("email", String(320), nullable=False, server_default=""),
    Column("role", String(20), nullable=False),
    Column("projects", JSON, nullable=False, comment="the ids of the projects that whoever accepts it joins"),
    Column("invited_by", Id, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("expires_at", Time, nullable=False),
    Column("accepted_by", Id),
    Column("revoked_at", Time),
    CheckConstraint("role IN ('admin', 'moderator', 'user', 'guest')", name="role"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("subject", String(120), primary_key=True, comment="whose sign-ins are counted: a name or an address"),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Time, nullable=False),
    Column("closed_until", Time),
    comment="Sign-ins that failed, by name and by address, to slow down who guesses",
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
    Column("scope", String(80), nullable=False, server_default="tenant", comment="whose it is; see models"),
    Column("project_id", Id, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("user_id", Id, ForeignKey("users.id", ondelete="CASCADE")),
    Column("name", String(40), nullable=False),
    Column("kind", String(20), nullable=False, server_default="openai", comment="the format that it speaks"),
    Column("options", JSON, comment="what else its kind needs, such as a region; nothing secret"),
    Column("base_url", String(2000), nullable=False),
    Column("sealed_key", Text, comment="sealed under the master key; NULL for a server that asks for none"),
    Column("models", JSON, nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("version", Integer, nullable=False, comment="rises with every change of this row; guards read-then-write"),
    UniqueConstraint("tenant_id", "scope", "name"),
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
