"""The tables of the home toolkit. The key of every row begins with its project: ids of two homes never meet.

An entity's row is what it is now; every version that it ever had is kept beside it, unchanged for ever. An edge
joins two entities, whatever their versions, so it outlives every change of them.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from parlour.store.tables import Id, RowNumber, Time, projects, tenants
from parlour.store.tables import metadata as house

metadata = MetaData(naming_convention=house.naming_convention)


def _owner() -> tuple[Column[str], Column[str]]:
    """The columns that say whose row it is."""
    return (
        Column("project_id", Id, ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
        Column("tenant_id", Id, ForeignKey(tenants.c.id), nullable=False),
    )


entities = Table(
    "home_entities",
    metadata,
    *_owner(),
    Column("id", Id, primary_key=True),
    Column("entity_type", String(20), nullable=False),
    Column("name", String(255), nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("device_class", String(60), comment="of devices, from the content"),
    Column("state", String(60), comment="from the content, lower-case"),
    Column("content", JSON, nullable=False),
    Column("source", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="of the project's topic when it or its edges last changed"),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column(
        "observed",
        Integer,
        nullable=False,
        server_default="0",
        comment="counts what devices said of it; that makes no version",
    ),
    Index("ix_home_entities_project_id_seq", "project_id", "seq"),
    Index("ix_home_entities_project_id_entity_type_name", "project_id", "entity_type", "name"),
    Index("ix_home_entities_project_id_device_class_name", "project_id", "device_class", "name"),
    Index("ix_home_entities_project_id_state", "project_id", "state"),
)

versions = Table(
    "home_versions",
    metadata,
    *_owner(),
    Column("entity_id", Id, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("entity_type", String(20), nullable=False),
    Column("name", String(255), nullable=False),
    Column("aliases", JSON, nullable=False),
    Column("content", JSON, nullable=False),
    Column("source", String(20), nullable=False),
    Column("user_id", Id, comment="who made this version; NULL for an import"),
    Column("at", Time, nullable=False),
)

removed = Table(
    "home_removed",
    metadata,
    *_owner(),
    Column("entity_id", Id, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Index("ix_home_removed_project_id_seq", "project_id", "seq"),
    comment="What is gone, so that whoever kept a list of names can catch up",
)

relationships = Table(
    "home_relationships",
    metadata,
    *_owner(),
    Column("id", Id, primary_key=True),
    Column("from_id", Id, nullable=False),
    Column("to_id", Id, nullable=False),
    Column("relationship_type", String(30), nullable=False),
    Column("properties", JSON, nullable=False),
    Column("created_at", Time, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "from_id"],
        ["home_entities.project_id", "home_entities.id"],
        name="fk_home_relationships_from",
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["project_id", "to_id"],
        ["home_entities.project_id", "home_entities.id"],
        name="fk_home_relationships_to",
        ondelete="CASCADE",
    ),
    UniqueConstraint("project_id", "from_id", "relationship_type", "to_id", name="uq_home_relationships_edge"),
    Index("ix_home_relationships_to", "project_id", "to_id", "relationship_type"),
)

texts = Table(
    "home_texts",
    metadata,
    Column("number", RowNumber, primary_key=True, autoincrement=True),
    Column("project_id", Id, ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("tenant_id", Id, ForeignKey(tenants.c.id), nullable=False),
    Column("entity_id", Id, nullable=False),
    Column("scope", String(32), nullable=False, comment="the project's id as one word, for the full-text index"),
    Column("name", Text, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("body", Text, nullable=False),
    ForeignKeyConstraint(
        ["project_id", "entity_id"],
        ["home_entities.project_id", "home_entities.id"],
        name="fk_home_texts_entity",
        ondelete="CASCADE",
    ),
    UniqueConstraint("project_id", "entity_id", name="uq_home_texts_entity"),
    comment="What of an entity is searched, folded to plain letters; the full-text index follows this table by itself",
)
