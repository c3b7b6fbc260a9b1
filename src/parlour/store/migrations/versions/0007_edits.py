"""What messages said before they were changed, and a number for whatever starts an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_edits",
        sa.Column("message_id", sa.String(length=36), nullable=False),
        sa.Column(
            "edit", sa.Integer(), nullable=False, comment="0 for the first words, 1 for those after the first change"
        ),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(length=30), nullable=False, comment="when they were replaced"),
        sa.ForeignKeyConstraint(
            ["message_id"], ["messages.id"], name=op.f("fk_message_edits_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", "edit", name=op.f("pk_message_edits")),
        comment="What a message said before it was changed",
    )
    op.add_column("messages", sa.Column("edits", sa.Integer(), server_default="0", nullable=False))
    op.add_column("messages", sa.Column("answers_edit", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "turns",
        sa.Column(
            "question_edit",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="which words of its question it answers",
        ),
    )
    number = sa.Column(
        "number",
        sa.BigInteger(),
        nullable=True,
        comment="counts what somebody asked that starts an answer; NULL for the rest",
    )
    with op.batch_alter_table("commands") as batch:
        batch.add_column(number)
        batch.create_unique_constraint(op.f("uq_commands_user_id_number"), ["user_id", "number"])


def downgrade() -> None:
    with op.batch_alter_table("commands") as batch:
        batch.drop_constraint(op.f("uq_commands_user_id_number"), type_="unique")
        batch.drop_column("number")
    op.drop_column("turns", "question_edit")
    op.drop_column("messages", "answers_edit")
    op.drop_column("messages", "edits")
    op.drop_table("message_edits")
