"""What was taken over from another system, and how it was then."""

import sqlalchemy as sa
from alembic import op

revision = "devices_0002"
down_revision = "devices_0001"
branch_labels = None
depends_on = "0008"


def upgrade() -> None:
    op.create_table(
        "device_imports",
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("connection_id", sa.String(length=36), nullable=False),
        sa.Column("remote_id", sa.String(length=300), nullable=False, comment="what it is called over there, for ever"),
        sa.Column(
            "device",
            sa.String(length=255),
            nullable=True,
            comment="the entity over there that it is controlled and read as",
        ),
        sa.Column(
            "entity_id",
            sa.String(length=36),
            nullable=False,
            comment="in the home; it may have been taken away there by hand",
        ),
        sa.Column("imported", sa.JSON(), nullable=False, comment="as it came, to tell what was changed by hand since"),
        sa.PrimaryKeyConstraint("connection_id", "remote_id", name=op.f("pk_device_imports")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_device_imports_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_device_imports_tenant_id")),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_device_imports_connection_id"), ondelete="CASCADE"
        ),
        comment="What was taken over from another system, and how it was then",
    )
    op.create_index("ix_device_imports_project_id_entity_id", "device_imports", ["project_id", "entity_id"])


def downgrade() -> None:
    op.drop_index("ix_device_imports_project_id_entity_id", table_name="device_imports")
    op.drop_table("device_imports")
