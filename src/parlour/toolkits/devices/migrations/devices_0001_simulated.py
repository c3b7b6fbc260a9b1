"""Simulated devices: how each of them is."""

import sqlalchemy as sa
from alembic import op

revision = "devices_0001"
down_revision = None
branch_labels = ("devices",)
depends_on = "home_0001"


def upgrade() -> None:
    op.create_table(
        "device_simulated",
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=60), nullable=True),
        sa.Column("readings", sa.JSON(), nullable=False, comment="such as brightness, by the keys of the home"),
        sa.Column(
            "last_key",
            sa.String(length=200),
            nullable=True,
            comment="of the last command, so that it is not carried out twice",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="rises with every change of this row; guards read-then-write",
        ),
        sa.PrimaryKeyConstraint("project_id", "entity_id", name=op.f("pk_device_simulated")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_device_simulated_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_device_simulated_tenant_id")),
        sa.ForeignKeyConstraint(
            ["project_id", "entity_id"],
            ["home_entities.project_id", "home_entities.id"],
            name="fk_device_simulated_entity",
            ondelete="CASCADE",
        ),
        comment="How devices are that nobody has: the state that a real one would keep itself",
    )


def downgrade() -> None:
    op.drop_table("device_simulated")
