"""What was last learned of a datasource, so that nobody has to wait for it to say so again."""

import sqlalchemy as sa
from alembic import op

revision = "data_0002"
down_revision = "data_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "datasources",
        sa.Column("known", sa.JSON(), nullable=True, comment="what its kind last learned of it; NULL for nothing"),
    )


def downgrade() -> None:
    op.drop_column("datasources", "known")
