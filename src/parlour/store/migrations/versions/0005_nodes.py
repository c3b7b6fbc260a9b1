"""The servers of a house, and who does which job in the background."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("node_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_jobs")),
        comment="Jobs in the background, each done by one node for as long as that lives",
    )
    op.create_table(
        "nodes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("started_at", sa.String(length=30), nullable=False),
        sa.Column("renewed_at", sa.String(length=30), nullable=False, comment="by the database's clock"),
        sa.Column("lease_until", sa.String(length=30), nullable=False, comment="by the database's clock"),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=True, comment="of its master key"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nodes")),
        comment="The servers of this house; each renews its lease every second",
    )
    op.create_index("ix_nodes_lease_until", "nodes", ["lease_until"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_nodes_lease_until", table_name="nodes")
    op.drop_table("nodes")
    op.drop_table("jobs")
