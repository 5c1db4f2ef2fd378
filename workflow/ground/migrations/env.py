"""Runs migrations on the connection that `workflow.ground.migrate` hands over; there is no configuration file."""

from __future__ import annotations

from alembic import context

from workflow.ground.schema import metadata


def run() -> None:
    """One transaction for all steps: a migration that fails leaves the database as it was."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
