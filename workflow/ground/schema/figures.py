"""What the database counts as it goes along: registered models by cell for the upper units, and what was not added up yet.

Filled by triggers on `emulation_model` (`migrations.baseline.tallies`); whoever writes a model is counted, and read by `cells`.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from workflow.ground.schema.base import BigId, metadata, one_of, pk, ref


def _dimensions(*, checked: bool) -> tuple[sa.Column[Any], ...]:
    """The columns by which models are counted. inspected, proposed: it has been, wherever it is now.

    checked: with foreign keys. What a trigger copies from a model was checked there; twice would cost every transition.
    """
    return (
        *(
            ref(name, target) if checked else sa.Column(name, BigId, nullable=False)
            for name, target in (("year_id", "programme_year"), ("unit_id", "unit"), ("field_id", "field"))
        ),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(12), nullable=False),
        *(sa.Column(name, sa.Boolean, nullable=False) for name in ("late", "outstanding", "inspected", "proposed")),
    )


DIMENSIONS = tuple(column.name for column in _dimensions(checked=False))

# One row for each combination that occurs, for a unit near the root with everything below it.
tally_cell = sa.Table(
    "tally_cell",
    metadata,
    *_dimensions(checked=True),
    sa.Column("models", sa.Integer, nullable=False),
    sa.PrimaryKeyConstraint(*DIMENSIONS),
    one_of("kind", "collective", "individual"),
    sqlite_with_rowid=False,
)

# One row for each time a model entered or left a combination, at its own unit. Nobody waits for anybody to write here.
tally_delta = sa.Table(
    "tally_delta",
    metadata,
    pk(),
    *_dimensions(checked=False),
    sa.Column("models", sa.Integer, nullable=False),
)
