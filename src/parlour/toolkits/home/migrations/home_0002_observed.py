"""How often a thing was seen to be otherwise: what its devices say of it is no version of it."""

import sqlalchemy as sa
from alembic import op

revision = "home_0002"
down_revision = "home_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "home_entities",
        sa.Column(
            "observed",
            sa.Integer(),
            nullable=False,
            server_default="0",
            comment="counts what devices said of it; that makes no version",
        ),
    )


def downgrade() -> None:
    op.drop_column("home_entities", "observed")
