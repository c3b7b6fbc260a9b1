"""Servers of models that an admin set up in the app."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "providers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("base_url", sa.String(length=2000), nullable=False),
        sa.Column(
            "sealed_key",
            sa.Text(),
            nullable=True,
            comment="sealed under the master key; NULL for a server that asks for none",
        ),
        sa.Column("models", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.Column("updated_at", sa.String(length=30), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="rises with every change of this row; guards read-then-write",
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_providers_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_providers")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_providers_tenant_id_name")),
        comment="Servers of models that an admin set up in the app",
    )


def downgrade() -> None:
    op.drop_table("providers")
