"""Forms that have been taken: the same form sent again is answered with what came of it, and changes nothing."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import BigId, Moment, metadata

form_receipt = sa.Table(
    "form_receipt",
    metadata,
    # Together the key: nobody can spend the token of somebody else.
    sa.Column("account_id", BigId, sa.ForeignKey("account.id"), primary_key=True),
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("path", sa.String(300), nullable=False),
    # The page to which the first sending led; NULL until it has been answered.
    sa.Column("result_url", sa.String(2000)),
    sa.Column("at", Moment, nullable=False),
)
