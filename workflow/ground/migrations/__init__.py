"""Alembic's home: its environment and the numbered steps of the schema.

The first step, 0001, is the baseline: the schema as it was when the program was first handed over. Databases that hold people's
data come from it, so from here on every migration stays, unchanged: a new column or table is a new step after the last. The steps
that became the baseline were numbered up to 0016, and a database that they made is told by its number: after 0002 comes 0017.
"""
