"""A way to what tools did for somebody, the newest first."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_tool_runs_user_id_started_at", "tool_runs", ["user_id", "started_at"])


def downgrade() -> None:
    op.drop_index("ix_tool_runs_user_id_started_at", table_name="tool_runs")
