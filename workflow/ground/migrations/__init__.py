"""Alembic's home: its environment and the numbered steps of the schema."""
