"""What a tool wants to know before it goes on, and answers that were told again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "approvals",
        sa.Column("form", sa.JSON(), nullable=True, comment="what the tool wants to know; its words and a JSON schema"),
    )
    op.add_column("approvals", sa.Column("answers", sa.JSON(), nullable=True, comment="what it was told"))
    op.add_column(
        "approvals",
        sa.Column(
            "state",
            sa.Text(),
            nullable=True,
            comment="what the tool wants back together with the answers; it tells nobody anything",
        ),
    )
    op.add_column(
        "messages",
        sa.Column(
            "cached",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="told again; no model was asked",
        ),
    )


def downgrade() -> None:
    op.drop_column("messages", "cached")
    for column in ("state", "answers", "form"):
        op.drop_column("approvals", column)
