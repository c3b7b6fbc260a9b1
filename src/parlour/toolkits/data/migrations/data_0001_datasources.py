"""Databases, APIs and files that a project works with."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "data_0001"
down_revision = None
branch_labels = ("data",)
depends_on = "0001"


def _column(name: str, kind: Any, comment: str | None = None, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable, comment=comment)


def upgrade() -> None:
    op.create_table(
        "datasources",
        _column("id", sa.String(length=36)),
        _column("tenant_id", sa.String(length=36)),
        _column("project_id", sa.String(length=36)),
        _column("name", sa.String(length=100), "what people and models call it"),
        _column("kind", sa.String(length=60)),
        _column("description", sa.String(length=1000), "what is in it, for people and models"),
        _column("settings", sa.JSON(), "without secrets"),
        _column("address", sa.String(length=2000), "where its secrets go; they are sealed for it"),
        _column("secret_names", sa.JSON(), "of the settings that are secret, those that are set"),
        _column(
            "sealed_secrets",
            sa.Text(),
            "sealed under the master key; NULL where there are none, or it is lost",
            nullable=True,
        ),
        _column("writable", sa.Boolean()),
        _column("created_by", sa.String(length=36)),
        _column("created_at", sa.String(length=30)),
        _column("updated_at", sa.String(length=30)),
        _column("rev", sa.Integer(), "rises with every change; guards it, and tells open sources apart"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasources")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_datasources_tenant_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_datasources_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_datasources_created_by")),
        comment="Databases, APIs and files that a project works with",
    )
    op.create_index("uq_datasources_project_id_name", "datasources", ["project_id", "name"], unique=True)
    op.create_index("ix_datasources_tenant_id", "datasources", ["tenant_id"])


def downgrade() -> None:
    op.drop_index("ix_datasources_tenant_id", table_name="datasources")
    op.drop_index("uq_datasources_project_id_name", table_name="datasources")
    op.drop_table("datasources")
