"""Whose a datasource is: everybody's in its project, or one person's alone."""

import sqlalchemy as sa
from alembic import op

revision = "data_0003"
down_revision = "data_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "datasources",
        sa.Column(
            "owner",
            sa.String(length=36),
            server_default="",
            nullable=False,
            comment="the person whose alone it is; empty for one that is everybody's in the project",
        ),
    )
    op.drop_index("uq_datasources_project_id_name", table_name="datasources")
    op.create_index("uq_datasources_project_id_owner_name", "datasources", ["project_id", "owner", "name"], unique=True)


def downgrade() -> None:
    op.execute("DELETE FROM datasources WHERE owner <> ''")
    op.drop_index("uq_datasources_project_id_owner_name", table_name="datasources")
    op.create_index("uq_datasources_project_id_name", "datasources", ["project_id", "name"], unique=True)
    op.drop_column("datasources", "owner")
