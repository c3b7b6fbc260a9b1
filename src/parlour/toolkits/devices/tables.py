"""What the devices toolkit keeps: simulated devices, and what came from another system as it came."""

from sqlalchemy import JSON, Column, ForeignKey, ForeignKeyConstraint, Index, Integer, MetaData, String, Table

from parlour.store.tables import Id, connections, projects, tenants
from parlour.store.tables import metadata as house
from parlour.toolkits.home.tables import entities

metadata = MetaData(naming_convention=house.naming_convention)

simulated = Table(
    "device_simulated",
    metadata,
    Column("project_id", Id, ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("tenant_id", Id, ForeignKey(tenants.c.id), nullable=False),
    Column("entity_id", Id, primary_key=True),
    Column("state", String(60)),
    Column("readings", JSON, nullable=False, comment="such as brightness, by the keys of the home"),
    Column("last_key", String(200), comment="of the last command, so that it is not carried out twice"),
    Column("version", Integer, nullable=False, comment="rises with every change of this row; guards read-then-write"),
    ForeignKeyConstraint(
        ["project_id", "entity_id"],
        [entities.c.project_id, entities.c.id],
        name="fk_device_simulated_entity",
        ondelete="CASCADE",
    ),
    comment="How devices are that nobody has: the state that a real one would keep itself",
)

imports = Table(
    "device_imports",
    metadata,
    Column("project_id", Id, ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("tenant_id", Id, ForeignKey(tenants.c.id), nullable=False),
    Column("connection_id", Id, ForeignKey(connections.c.id, ondelete="CASCADE"), primary_key=True),
    Column("remote_id", String(300), primary_key=True, comment="what it is called over there, for ever"),
    Column("device", String(255), comment="the entity over there that it is controlled and read as"),
    Column("entity_id", Id, nullable=False, comment="in the home; it may have been taken away there by hand"),
    Column("imported", JSON, nullable=False, comment="as it came, to tell what was changed by hand since"),
    Index("ix_device_imports_project_id_entity_id", "project_id", "entity_id"),
    comment="What was taken over from another system, and how it was then",
)
