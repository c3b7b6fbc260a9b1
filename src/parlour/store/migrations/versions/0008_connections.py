"""Other systems that a house is joined to."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connections",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("base_url", sa.String(length=2000), nullable=False),
        sa.Column(
            "sealed_token", sa.Text(), nullable=True, comment="sealed under the master key; NULL once that is lost"
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.Column("updated_at", sa.String(length=30), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="rises with every change by an admin; guards read-then-write",
        ),
        sa.Column("state", sa.String(length=20), nullable=False, comment="as whoever keeps it in step found it last"),
        sa.Column("problem", sa.String(length=500), nullable=True, comment="a safe sentence"),
        sa.Column("server", sa.String(length=200), nullable=True),
        sa.Column("since", sa.String(length=30), nullable=True),
        sa.Column("imported", sa.JSON(), nullable=True, comment="what was taken over, in figures"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_connections_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_connections_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.CheckConstraint(
            "state IN ('off', 'connecting', 'connected', 'away', 'refused')", name=op.f("ck_connections_state")
        ),
        comment="Other systems that a house is joined to",
    )
    op.create_index("uq_connections_project_id_base_url", "connections", ["project_id", "base_url"], unique=True)
    op.create_index("ix_connections_tenant_id", "connections", ["tenant_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_connections_tenant_id", table_name="connections")
    op.drop_index("uq_connections_project_id_base_url", table_name="connections")
    op.drop_table("connections")
