"""A census of plans: how the database goes about every statement of every page, command and step of the tick."""
