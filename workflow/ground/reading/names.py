"""The keys that are kept beside a name: one to search by, one that says whether two names are one."""

from __future__ import annotations

from workflow.ground.reading.text import fold, identity


def keys_of(name: str, longest: int) -> dict[str, str]:
    """The columns that belong to a name, by their own names; a key may be longer than its name ("ß" becomes "ss") and is cut."""
    return {"name_folded": fold(name)[:longest], "name_identity": identity(name)[:longest]}
