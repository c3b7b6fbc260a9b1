"""Whose key a request to a model was made with."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "spending",
        sa.Column(
            "payer",
            sa.String(length=80),
            server_default="tenant",
            nullable=False,
            comment="whose key it was asked with",
        ),
    )


def downgrade() -> None:
    op.drop_column("spending", "payer")
