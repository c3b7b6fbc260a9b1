"""Search: the words of titles and messages, and a full-text index over them."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

# Not a copy: what was said before must be found by the same words as what is said from now on.
from parlour.store.search.words import indexed

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(TSVECTOR(), "postgresql")
ROWS = 1_000

conversations = sa.table("conversations", sa.column("id"), sa.column("owner_id"), sa.column("title"))
messages = sa.table(
    "messages",
    sa.column("id"),
    sa.column("conversation_id"),
    sa.column("role"),
    sa.column("status"),
    sa.column("deleted_at"),
    sa.column("parts", sa.JSON()),
)
search_words = sa.table(
    "search_words", sa.column("conversation_id"), sa.column("message_id"), sa.column("words", WORDS)
)


def upgrade() -> None:
    op.create_table(
        "search_words",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=36), nullable=False),
        sa.Column(
            "message_id",
            sa.String(length=36),
            nullable=True,
            comment="NULL for the title; a message's row goes with it by a trigger",
        ),
        sa.Column("words", WORDS, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_search_words_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_words")),
        sa.UniqueConstraint("conversation_id", "message_id", name=op.f("uq_search_words_conversation_id_message_id")),
        comment="The words of a title or a message, folded, each with its owner's scope; a full-text index follows it",
    )
    if op.get_bind().dialect.name == "sqlite":
        index_on_sqlite()
    else:
        index_on_postgresql()
    for rows in chain(titles(), texts()):
        op.get_bind().execute(sa.insert(search_words), rows)


def index_on_sqlite() -> None:
    """An FTS5 index, kept by triggers, which also fire when a whole conversation goes.

    Its tokenizer parts words at blanks and changes no letter of them: they were folded before. It knows which rows
    hold a word and not where in them, for what is found is put in the order of time.
    """
    op.execute(
        "CREATE VIRTUAL TABLE search_words_index USING fts5("
        "words, content='search_words', content_rowid='number', tokenize='ascii', detail='none', columnsize=0)"
    )
    add = "INSERT INTO search_words_index (rowid, words) VALUES (new.number, new.words);"
    take = "INSERT INTO search_words_index (search_words_index, rowid, words) VALUES ('delete', old.number, old.words);"
    op.execute(f"CREATE TRIGGER search_words_added AFTER INSERT ON search_words BEGIN {add} END")
    op.execute(f"CREATE TRIGGER search_words_taken AFTER DELETE ON search_words BEGIN {take} END")
    op.execute(f"CREATE TRIGGER search_words_changed AFTER UPDATE ON search_words BEGIN {take} {add} END")
    forget = "DELETE FROM search_words WHERE conversation_id = old.conversation_id AND message_id = old.id;"
    op.execute(f"CREATE TRIGGER messages_gone AFTER DELETE ON messages BEGIN {forget} END")
    op.execute(
        "CREATE TRIGGER messages_forgotten AFTER UPDATE OF deleted_at ON messages WHEN new.deleted_at IS NOT NULL"
        f" BEGIN {forget} END"
    )


def index_on_postgresql() -> None:
    """An index from each word to the rows that hold it.

    What waits to be sorted into it, in kilobytes, is looked through by every search; so little may wait.
    """
    op.execute(
        "CREATE INDEX ix_search_words_words ON search_words USING gin (words) WITH (gin_pending_list_limit = 128)"
    )
    forget = "DELETE FROM search_words WHERE conversation_id = old.conversation_id AND message_id = old.id;"
    op.execute(
        f"CREATE FUNCTION forget_message() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {forget} RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER messages_gone AFTER DELETE ON messages FOR EACH ROW EXECUTE FUNCTION forget_message()")
    op.execute(
        "CREATE TRIGGER messages_forgotten AFTER UPDATE OF deleted_at ON messages FOR EACH ROW"
        " WHEN (new.deleted_at IS NOT NULL) EXECUTE FUNCTION forget_message()"
    )


def titles() -> Iterator[list[dict[str, Any]]]:
    """The rows of the titles that are there, in batches."""
    for found in batches(sa.select(conversations), conversations.c.id):
        yield [
            {"conversation_id": row.id, "message_id": None, "words": indexed(row.owner_id, row.title)} for row in found
        ]


def texts() -> Iterator[list[dict[str, Any]]]:
    """The rows of what was said and is there still, oldest first, in batches. What is being said has none yet."""
    said = (
        sa.select(messages.c.id, messages.c.conversation_id, messages.c.parts, conversations.c.owner_id)
        .join_from(messages, conversations, conversations.c.id == messages.c.conversation_id)
        .where(
            messages.c.role.in_(("user", "assistant")),
            messages.c.status != "running",
            messages.c.deleted_at.is_(None),
        )
    )
    for found in batches(said, messages.c.id):
        rows: list[dict[str, Any]] = []
        for row in found:
            text = "\n".join(part["text"] for part in row.parts if part["kind"] == "text")
            words = indexed(row.owner_id, text)
            rows.append({"conversation_id": row.conversation_id, "message_id": row.id, "words": words})
        yield rows


def batches(query: sa.Select[*tuple[Any, ...]], key: sa.ColumnClause[Any]) -> Iterator[list[sa.Row[Any]]]:
    """What `query` finds, by its ids, which are in the order of time."""
    last = ""
    while found := op.get_bind().execute(query.where(key > last).order_by(key).limit(ROWS)).all():
        yield list(found)
        last = found[-1].id


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER messages_gone")
        op.execute("DROP TRIGGER messages_forgotten")
        op.execute("DROP TABLE search_words_index")
    else:
        op.execute("DROP FUNCTION forget_message CASCADE")
    op.drop_table("search_words")
