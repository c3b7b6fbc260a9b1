"""What the data toolkit keeps: where the data of a project are, and how they are reached."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, Update, update

from parlour.store.tables import Id, Time, projects, tenants, users
from parlour.store.tables import metadata as house

metadata = MetaData(naming_convention=house.naming_convention)

datasources = Table(
    "datasources",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Id, ForeignKey(tenants.c.id), nullable=False),
    Column("project_id", Id, ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column(
        "owner",
        String(36),
        nullable=False,
        server_default="",
        comment="the person whose alone it is; empty for one that is everybody's in the project",
    ),
    Column("name", String(100), nullable=False, comment="what people and models call it"),
    Column("kind", String(60), nullable=False),
    Column("description", String(1000), nullable=False, comment="what is in it, for people and models"),
    Column("settings", JSON, nullable=False, comment="without secrets"),
    Column("address", String(2000), nullable=False, comment="where its secrets go; they are sealed for it"),
    Column("secret_names", JSON, nullable=False, comment="of the settings that are secret, those that are set"),
    Column("sealed_secrets", Text, comment="sealed under the master key; NULL where there are none, or it is lost"),
    Column("writable", Boolean, nullable=False),
    Column("created_by", Id, ForeignKey(users.c.id), nullable=False),
    Column("created_at", Time, nullable=False),
    Column("updated_at", Time, nullable=False),
    Column("rev", Integer, nullable=False, comment="rises with every change; guards it, and tells open sources apart"),
    Column("known", JSON(none_as_null=True), comment="what its kind last learned of it; NULL for nothing"),
    Index("uq_datasources_project_id_owner_name", "project_id", "owner", "name", unique=True),
    Index("ix_datasources_tenant_id", "tenant_id"),
    comment="Databases, APIs and files that a project works with",
)

DROP_SECRETS: tuple[Update, ...] = (update(datasources).values(sealed_secrets=None, rev=datasources.c.rev + 1),)
"""For a house whose master key is lost. What had secrets stays, without them."""
