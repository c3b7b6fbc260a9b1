"""The graph of a home: entities with their versions, edges, and the text that is searched."""

import sqlalchemy as sa
from alembic import op

revision = "home_0001"
down_revision = None
branch_labels = ("home",)
depends_on = "0001"


def owner() -> tuple[sa.Column[str], sa.Column[str]]:
    return (
        sa.Column("project_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
    )


def owned(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f(f"fk_{table}_project_id_projects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id_tenants")),
    )


def to_entity(name: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id", column], ["home_entities.project_id", "home_entities.id"], name=name, ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "home_entities",
        *owner(),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("entity_type", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("device_class", sa.String(length=60), nullable=True, comment="of devices, from the content"),
        sa.Column("state", sa.String(length=60), nullable=True, comment="from the content, lower-case"),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "seq",
            sa.BigInteger(),
            nullable=False,
            comment="of the project's topic when it or its edges last changed",
        ),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.Column("updated_at", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id", name=op.f("pk_home_entities")),
        *owned("home_entities"),
    )
    for columns in (("seq",), ("entity_type", "name"), ("device_class", "name"), ("state",)):
        name = "_".join(("ix_home_entities_project_id", *columns))
        op.create_index(name, "home_entities", ["project_id", *columns])
    op.create_table(
        "home_versions",
        *owner(),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entity_type", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True, comment="who made this version; NULL for an import"),
        sa.Column("at", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "entity_id", "version", name=op.f("pk_home_versions")),
        *owned("home_versions"),
    )
    op.create_table(
        "home_removed",
        *owner(),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "entity_id", name=op.f("pk_home_removed")),
        *owned("home_removed"),
        comment="What is gone, so that whoever kept a list of names can catch up",
    )
    op.create_index("ix_home_removed_project_id_seq", "home_removed", ["project_id", "seq"])
    op.create_table(
        "home_relationships",
        *owner(),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("from_id", sa.String(length=36), nullable=False),
        sa.Column("to_id", sa.String(length=36), nullable=False),
        sa.Column("relationship_type", sa.String(length=30), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.String(length=30), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "id", name=op.f("pk_home_relationships")),
        sa.UniqueConstraint(
            "project_id", "from_id", "relationship_type", "to_id", name=op.f("uq_home_relationships_edge")
        ),
        *owned("home_relationships"),
        to_entity("fk_home_relationships_from", "from_id"),
        to_entity("fk_home_relationships_to", "to_id"),
    )
    op.create_index("ix_home_relationships_to", "home_relationships", ["project_id", "to_id", "relationship_type"])
    op.create_table(
        "home_texts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        *owner(),
        sa.Column("entity_id", sa.String(length=36), nullable=False),
        sa.Column(
            "scope",
            sa.String(length=32),
            nullable=False,
            comment="the project's id as one word, for the full-text index",
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_home_texts")),
        sa.UniqueConstraint("project_id", "entity_id", name=op.f("uq_home_texts_entity")),
        *owned("home_texts"),
        to_entity("fk_home_texts_entity", "entity_id"),
        comment="What of an entity is searched, folded to plain letters; the full-text index follows this table"
        " by itself",
    )
    if op.get_bind().dialect.name == "sqlite":
        index_on_sqlite()
    else:
        index_on_postgresql()


def index_on_sqlite() -> None:
    """An FTS5 index over the table of texts, kept by triggers, which also fire when a whole project goes."""
    op.execute(
        "CREATE VIRTUAL TABLE home_texts_index USING fts5("
        "scope, name, aliases, body, content='home_texts', content_rowid='number', tokenize='porter unicode61')"
    )
    add = "INSERT INTO home_texts_index (rowid, scope, name, aliases, body)"
    new = "VALUES (new.number, new.scope, new.name, new.aliases, new.body);"
    take = "INSERT INTO home_texts_index (home_texts_index, rowid, scope, name, aliases, body)"
    old = "VALUES ('delete', old.number, old.scope, old.name, old.aliases, old.body);"
    op.execute(f"CREATE TRIGGER home_texts_added AFTER INSERT ON home_texts BEGIN {add} {new} END")
    op.execute(f"CREATE TRIGGER home_texts_taken AFTER DELETE ON home_texts BEGIN {take} {old} END")
    op.execute(f"CREATE TRIGGER home_texts_changed AFTER UPDATE ON home_texts BEGIN {take} {old} {add} {new} END")


def index_on_postgresql() -> None:
    """A generated column, names above aliases above bodies, and its index."""
    parts = " || ".join(
        f"setweight(to_tsvector('english', {column}), '{weight}')"
        for column, weight in (("name", "A"), ("aliases", "B"), ("body", "D"))
    )
    op.execute(f"ALTER TABLE home_texts ADD COLUMN found_by tsvector GENERATED ALWAYS AS ({parts}) STORED")
    op.execute("CREATE INDEX ix_home_texts_found_by ON home_texts USING gin (found_by)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE home_texts_index")
    for table in ("home_texts", "home_relationships", "home_removed", "home_versions", "home_entities"):
        op.drop_table(table)
