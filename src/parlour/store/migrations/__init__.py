"""The schema, step by step. Alembic is its only source."""
