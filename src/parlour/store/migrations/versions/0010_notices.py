"""What the house has to say to a conversation, and a way to the conversations of a project that were active last."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column(
            "position", sa.BigInteger(), nullable=False, comment="the seq of its event on the conversation's topic"
        ),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.CheckConstraint("level IN ('info', 'warning', 'error')", name=op.f("ck_notices_level")),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_notices_conversation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_notices_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("conversation_id", "position", name=op.f("uq_notices_conversation_id_position")),
        comment="What the house said to a conversation",
    )
    op.drop_index("ix_conversations_project_id", table_name="conversations")
    op.create_index("ix_conversations_project_id_last_activity_at", "conversations", ["project_id", "last_activity_at"])


def downgrade() -> None:
    op.create_index("ix_conversations_project_id", "conversations", ["project_id"])
    op.drop_index("ix_conversations_project_id_last_activity_at", table_name="conversations")
    op.drop_table("notices")
