"""The unit tree and the people who register models of their own."""

from __future__ import annotations

import sqlalchemy as sa

from workflow.ground.schema.base import PathText, flag, longest, metadata, one_of, pk, ref, sort_key

unit = sa.Table(
    "unit",
    metadata,
    pk(),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    # Searched by; two units are one by the other.
    sa.Column("name_folded", sa.String(200), nullable=False),
    sa.Column("name_identity", sa.String(200), nullable=False),
    # The level is a word of the lifecycle definitions (province, district, commune, village), hence no CHECK.
    sa.Column("level", sa.String(20), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False, server_default="administrative"),
    ref("parent_id", "unit", nullable=True, index=True),
    # Ids from the root down to the unit itself, '/1/5/22/': one comparison answers "is it under …?" in Python, one range in SQL.
    sa.Column("path", PathText, nullable=False),
    # Its place among all units, each under its parent and those of one parent by name: order.tree_order.
    sort_key("tree_sort", 2_000),
    sa.Column("valid_from", sa.Date),
    sa.Column("valid_to", sa.Date),
    ref("successor_id", "unit", nullable=True),
    flag("sample"),
    sa.UniqueConstraint("code"),
    sa.UniqueConstraint("path"),
    sa.CheckConstraint("id <> parent_id", name="not_its_own_parent"),
    sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name="validity_order"),
    one_of("kind", "administrative", "agency", "organisation", "school", "armed_force"),
    longest("name", 200),
)
sa.Index("ix_unit_name_folded", unit.c.name_folded)
sa.Index("ix_unit_name_identity", unit.c.name_identity)
sa.Index("ix_unit_tree_sort", unit.c.tree_sort)

person = sa.Table(
    "person",
    metadata,
    pk(),
    ref("unit_id", "unit", index=True),
    sa.Column("full_name", sa.String(120), nullable=False),
    sa.Column("name_folded", sa.String(120), nullable=False),
    sa.Column("name_identity", sa.String(120), nullable=False),
    # Tells apart two people of one name in one unit ("thôn Nà Hin", "tổ 2"). Never an identity number.
    sa.Column("distinguisher", sa.String(60), nullable=False, server_default=""),
    ref("account_id", "account", nullable=True),
    sa.UniqueConstraint("unit_id", "name_identity", "distinguisher"),
    longest("full_name", 120),
)
PERSON_NAME = sa.case(
    (person.c.distinguisher == "", person.c.full_name),
    else_=person.c.full_name + " (" + person.c.distinguisher + ")",
)
"""What a person is called where others of that name may stand beside them: "Lò Văn Ánh (tổ 2)"; NULL for nobody."""
