"""The keywords of fields and the items of the registration form belong to each year, not to the program's own file."""

from __future__ import annotations

import tomllib
from typing import Any

import sqlalchemy as sa
from alembic import op

from config import definitions

revision = "0018"
down_revision = "0017"

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Years that are there go on with what they were held to until now: what the file of this installation says.
    given: dict[str, Any] = tomllib.loads(definitions.programme_text())
    op.add_column("field", sa.Column("keywords", sa.JSON(), server_default="[]", nullable=False))
    field = sa.table("field", sa.column("code", sa.String), sa.column("keywords", sa.JSON))
    for row in given["fields"]:
        words = {"keywords": row.get("keywords", [])}
        op.execute(sa.update(field).where(field.c.code == row["code"]).values(words))
    item = op.create_table(
        "form_item",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("year_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("guidance", sa.Text(), nullable=False),
        sa.Column("good", sa.Text(), nullable=False),
        sa.Column("bad", sa.Text(), nullable=False),
        sa.Column("max_length", sa.Integer(), nullable=False),
        sa.CheckConstraint("max_length BETWEEN 1 AND 20000", name=op.f("ck_form_item_max_length_range")),
        sa.ForeignKeyConstraint(["year_id"], ["programme_year.id"], name=op.f("fk_form_item_year_id_programme_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_item")),
        sa.UniqueConstraint("year_id", "code", name=op.f("uq_form_item_year_id_code")),
    )
    year = sa.table("programme_year", sa.column("id", sa.BigInteger))
    for row in given["items"]:
        kept = {key: row[key] for key in ("label", "guidance", "good", "bad")}
        # What the tables hold was always the limit, whatever the file said.
        kept["max_length"] = min(row["max_length"], 300 if row["id"] == "name" else 20_000)
        values = [sa.literal(value).label(key) for key, value in {"code": row["id"], **kept}.items()]
        op.execute(
            sa.insert(item).from_select(["year_id", "code", *kept], sa.select(year.c.id, *values).order_by(year.c.id))
        )


def downgrade() -> None:
    op.drop_table("form_item")
    op.drop_column("field", "keywords")
