"""People who sign in with passwords, who invites them, and projects of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_ins",
        sa.Column(
            "subject", sa.String(length=120), nullable=False, comment="whose sign-ins are counted: a name or an address"
        ),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.String(length=30), nullable=False),
        sa.Column("closed_until", sa.String(length=30), nullable=True),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_ins")),
        comment="Sign-ins that failed, by name and by address, to slow down who guesses",
    )
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=320), server_default="", nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column(
            "projects", sa.JSON(), nullable=False, comment="the ids of the projects that whoever accepts it joins"
        ),
        sa.Column("invited_by", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.Column("expires_at", sa.String(length=30), nullable=False),
        sa.Column("accepted_by", sa.String(length=36), nullable=True),
        sa.Column("revoked_at", sa.String(length=30), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'moderator', 'user', 'guest')", name=op.f("ck_invitations_role")),
        sa.ForeignKeyConstraint(
            ["invited_by"], ["users.id"], name=op.f("fk_invitations_invited_by"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_invitations_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_invitations_secret_hash")),
    )
    op.add_column(
        "credentials",
        sa.Column(
            "session_id", sa.String(length=36), nullable=True, comment="the session that a refresh token belongs to"
        ),
    )
    op.add_column(
        "credentials",
        sa.Column("successor", sa.String(length=36), nullable=True, comment="the refresh token that took its place"),
    )
    op.add_column(
        "credentials",
        sa.Column("address", sa.String(length=64), nullable=True, comment="where a session was begun"),
    )
    op.add_column(
        "credentials",
        sa.Column("agent", sa.String(length=300), nullable=True, comment="what began it, as it called itself"),
    )
    op.add_column(
        "tenants",
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="rises with every change of who may do what here; guards read-then-write",
        ),
    )
    op.add_column(
        "projects",
        sa.Column(
            "owner_id",
            sa.String(length=36),
            nullable=True,
            comment="NULL for the one that everybody shares, and for one whose owner is gone",
        ),
    )
    op.add_column("projects", sa.Column("description", sa.String(length=2000), server_default="", nullable=False))
    op.add_column("projects", sa.Column("status", sa.String(length=20), server_default="active", nullable=False))
    op.create_index("uq_projects_owner_id_name", "projects", ["owner_id", "name"], unique=True)
    op.add_column("users", sa.Column("email", sa.String(length=320), nullable=True))
    op.add_column(
        "users",
        sa.Column(
            "password_hash",
            sa.String(length=255),
            nullable=True,
            comment="argon2id; NULL for who signs in by links only",
        ),
    )
    op.add_column("users", sa.Column("is_verified", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("users", sa.Column("metadata", sa.JSON(), nullable=True))
    op.create_index("uq_users_tenant_id_email", "users", ["tenant_id", "email"], unique=True)

    with op.batch_alter_table("credentials") as batch:
        batch.drop_constraint(op.f("ck_credentials_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_credentials_kind"), "kind IN ('link', 'session', 'api_key', 'ticket', 'refresh')"
        )


def downgrade() -> None:
    op.execute("DELETE FROM credentials WHERE kind = 'refresh'")
    with op.batch_alter_table("credentials") as batch:
        batch.drop_constraint(op.f("ck_credentials_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_credentials_kind"), "kind IN ('link', 'session', 'api_key', 'ticket')")
    op.drop_index("uq_users_tenant_id_email", table_name="users")
    op.drop_column("users", "metadata")
    op.drop_column("users", "is_verified")
    op.drop_column("users", "password_hash")
    op.drop_column("users", "email")
    op.drop_index("uq_projects_owner_id_name", table_name="projects")
    op.drop_column("projects", "status")
    op.drop_column("projects", "description")
    op.drop_column("projects", "owner_id")
    op.drop_column("tenants", "version")
    op.drop_column("credentials", "agent")
    op.drop_column("credentials", "address")
    op.drop_column("credentials", "successor")
    op.drop_column("credentials", "session_id")
    op.drop_table("invitations")
    op.drop_table("sign_ins")
