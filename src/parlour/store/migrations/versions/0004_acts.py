"""What acts of the house: changes that wait for a person, rules, and the ledger of effects."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rules",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("tool_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name=op.f("fk_rules_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_rules_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_rules_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint(
            "user_id", "project_id", "tool_name", "subject", name=op.f("uq_rules_user_id_project_id_tool_name_subject")
        ),
        comment="What somebody need not be asked again",
    )
    op.create_index("ix_rules_project_id", "rules", ["project_id"], unique=False)
    op.create_table(
        "ledger",
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of origin, version, tool, arguments and number",
        ),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("question_id", sa.String(length=36), nullable=False),
        sa.Column("turn_id", sa.String(length=36), nullable=False),
        sa.Column("tool_call_id", sa.String(length=200), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("tool_name", sa.String(length=200), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column(
            "deadline",
            sa.String(length=30),
            nullable=False,
            comment="start and timeout: before it, its first owner may be at it yet",
        ),
        sa.Column("started_at", sa.String(length=30), nullable=False),
        sa.Column("settled_at", sa.String(length=30), nullable=True),
        sa.Column(
            "undone_at",
            sa.String(length=30),
            nullable=True,
            comment="when it was last taken back; it may have been done anew since",
        ),
        sa.CheckConstraint(
            "status IN ('started', 'done', 'failed', 'unknown', 'undone')", name=op.f("ck_ledger_status")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_ledger_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger")),
        comment="Every change of the world: entered before it is made, settled after",
    )
    op.create_index("ix_ledger_conversation_id", "ledger", ["conversation_id"], unique=False)
    op.create_index("ix_ledger_question_id", "ledger", ["question_id"], unique=False)
    op.create_index("ix_ledger_run_id", "ledger", ["run_id"], unique=False)
    op.create_table(
        "approvals",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column("turn_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False, comment="who asked"),
        sa.Column("run_id", sa.String(length=36), nullable=False, comment="the tool's run that waits"),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="0 for the first time the run is asked about, then 1, 2 …",
        ),
        sa.Column(
            "position",
            sa.BigInteger(),
            nullable=False,
            comment="the seq of its request on the conversation's topic",
        ),
        sa.Column("inbox_position", sa.BigInteger(), nullable=False, comment="and on the topic of who asked"),
        sa.Column("tool_call_id", sa.String(length=200), nullable=False),
        sa.Column("tool_name", sa.String(length=200), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("effect", sa.String(length=20), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column(
            "decided_arguments",
            sa.JSON(),
            nullable=True,
            comment="what to do instead, where whoever decided changed it",
        ),
        sa.Column("preview", sa.JSON(), nullable=True),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of arguments and preview: what was decided on",
        ),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=100), server_default="", nullable=False),
        sa.Column("remember", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("requested_at", sa.String(length=30), nullable=False),
        sa.Column("expires_at", sa.String(length=30), nullable=False),
        sa.Column("decided_by", sa.String(length=36), nullable=True),
        sa.Column("decided_by_name", sa.String(length=255), nullable=True),
        sa.Column("decided_at", sa.String(length=30), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'approved', 'denied', 'expired', 'superseded')", name=op.f("ck_approvals_status")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_approvals_conversation_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_approvals_tenant_id")),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"], name=op.f("fk_approvals_turn_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_approvals_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_approvals_run_id_number")),
    )
    op.create_index("ix_approvals_conversation_id_status", "approvals", ["conversation_id", "status"], unique=False)
    op.create_index("ix_approvals_status_expires_at", "approvals", ["status", "expires_at"], unique=False)
    op.create_index("ix_approvals_turn_id", "approvals", ["turn_id"], unique=False)
    op.create_index("ix_approvals_user_id_status", "approvals", ["user_id", "status"], unique=False)
    op.add_column(
        "tool_runs",
        sa.Column(
            "decided_by", sa.String(length=255), nullable=True, comment="the name of whoever said yes or no to it"
        ),
    )
    op.add_column("tool_runs", sa.Column("repeated", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column(
        "tool_runs",
        sa.Column(
            "ledger_key",
            sa.String(length=64),
            nullable=True,
            comment="where the ledger has what it did, or what was done before and not again",
        ),
    )
    op.create_index("ix_tool_runs_ledger_key", "tool_runs", ["ledger_key"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_tool_runs_ledger_key", table_name="tool_runs")
    op.drop_column("tool_runs", "ledger_key")
    op.drop_column("tool_runs", "repeated")
    op.drop_column("tool_runs", "decided_by")
    op.drop_index("ix_approvals_user_id_status", table_name="approvals")
    op.drop_index("ix_approvals_turn_id", table_name="approvals")
    op.drop_index("ix_approvals_status_expires_at", table_name="approvals")
    op.drop_index("ix_approvals_conversation_id_status", table_name="approvals")
    op.drop_table("approvals")
    op.drop_index("ix_ledger_run_id", table_name="ledger")
    op.drop_index("ix_ledger_question_id", table_name="ledger")
    op.drop_index("ix_ledger_conversation_id", table_name="ledger")
    op.drop_table("ledger")
    op.drop_index("ix_rules_project_id", table_name="rules")
    op.drop_table("rules")
