"""How models are chosen, who pays for them, and what they may cost."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column("message_id", sa.String(length=36), nullable=False, comment="the answer"),
        sa.Column("turn_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="counts the requests of a turn, from 0"),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("cached_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.Column("reasoning_tokens", sa.BigInteger(), nullable=False),
        sa.Column(
            "cost", sa.BigInteger(), nullable=True, comment="in billionths of a US dollar; NULL where no price is known"
        ),
        sa.Column("is_estimated", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=30), nullable=False),
        sa.CheckConstraint("outcome IN ('answered', 'cut', 'failed')", name=op.f("ck_spending_outcome")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_spending_tenant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
        sa.UniqueConstraint("turn_id", "number", name=op.f("uq_spending_turn_id_number")),
        comment="What every request to a model used; no foreign keys, since it outlives what was said",
    )
    op.create_index("ix_spending_conversation_id", "spending", ["conversation_id"], unique=False)
    op.create_index("ix_spending_message_id", "spending", ["message_id"], unique=False)
    op.create_index("ix_spending_project_id_at", "spending", ["project_id", "at"], unique=False)
    op.create_index("ix_spending_tenant_id_at", "spending", ["tenant_id", "at"], unique=False)
    op.create_index("ix_spending_user_id_at", "spending", ["user_id", "at"], unique=False)
    op.create_table(
        "budgets",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("max_cost", sa.BigInteger(), nullable=True, comment="in billionths of a US dollar; NULL is no limit"),
        sa.Column("max_tokens", sa.BigInteger(), nullable=True, comment="NULL is no limit"),
        sa.Column("max_seconds", sa.Integer(), nullable=True, comment="NULL is no limit"),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.Column("updated_at", sa.String(length=30), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="rises with every change of this row; guards read-then-write",
        ),
        sa.CheckConstraint("period IN ('turn', 'day', 'month', 'ever')", name=op.f("ck_budgets_period")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_budgets_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_budgets_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_budgets_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("tenant_id", "scope", "period", name=op.f("uq_budgets_tenant_id_scope_period")),
        comment="What may be used up, of money, tokens and time",
    )
    op.create_table(
        "model_settings",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("project_id", sa.String(length=36), nullable=True),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("conversation_id", sa.String(length=36), nullable=True),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("updated_at", sa.String(length=30), nullable=False),
        sa.Column(
            "version",
            sa.Integer(),
            nullable=False,
            comment="rises with every change of this row; guards read-then-write",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_model_settings_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_model_settings_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_model_settings_tenant_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_model_settings_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tenant_id", "scope", name=op.f("pk_model_settings")),
        comment="Which model answers, and how, as each scope decided it",
    )
    op.add_column("attempts", sa.Column("model", sa.String(length=200), nullable=True, comment="who had written it"))
    op.add_column(
        "messages",
        sa.Column(
            "models", sa.JSON(), nullable=True, comment="everybody who was asked for it, where it was more than one"
        ),
    )
    op.add_column(
        "turns", sa.Column("parameters", sa.JSON(), nullable=True, comment="as asked for; NULL means the defaults")
    )

    with op.batch_alter_table("providers") as providers:
        providers.add_column(
            sa.Column(
                "scope",
                sa.String(length=80),
                server_default="tenant",
                nullable=False,
                comment="whose it is; see models",
            )
        )
        providers.add_column(sa.Column("project_id", sa.String(length=36), nullable=True))
        providers.add_column(sa.Column("user_id", sa.String(length=36), nullable=True))
        providers.add_column(
            sa.Column(
                "kind",
                sa.String(length=20),
                server_default="openai",
                nullable=False,
                comment="the format that it speaks",
            )
        )
        providers.add_column(
            sa.Column(
                "options",
                sa.JSON(),
                nullable=True,
                comment="what else its kind needs, such as a region; nothing secret",
            )
        )
        providers.drop_constraint(op.f("uq_providers_tenant_id_name"), type_="unique")
        providers.create_unique_constraint(op.f("uq_providers_tenant_id_scope_name"), ["tenant_id", "scope", "name"])
        providers.create_foreign_key(
            op.f("fk_providers_project_id"), "projects", ["project_id"], ["id"], ondelete="CASCADE"
        )
        providers.create_foreign_key(op.f("fk_providers_user_id"), "users", ["user_id"], ["id"], ondelete="CASCADE")


def downgrade() -> None:
    op.execute("DELETE FROM providers WHERE scope <> 'tenant'")
    with op.batch_alter_table("providers") as providers:
        providers.drop_constraint(op.f("fk_providers_user_id"), type_="foreignkey")
        providers.drop_constraint(op.f("fk_providers_project_id"), type_="foreignkey")
        providers.drop_constraint(op.f("uq_providers_tenant_id_scope_name"), type_="unique")
        providers.create_unique_constraint(op.f("uq_providers_tenant_id_name"), ["tenant_id", "name"])
        for column in ("options", "kind", "user_id", "project_id", "scope"):
            providers.drop_column(column)
    op.drop_column("turns", "parameters")
    op.drop_column("messages", "models")
    op.drop_column("attempts", "model")
    for table in ("model_settings", "budgets", "spending"):
        op.drop_table(table)
