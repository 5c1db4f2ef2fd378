"""The names a lifecycle definition may refer to: guards, effects, records. Each stage registers its own; none is known here."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

GUARDS: Final[set[str]] = set()
EFFECTS: Final[set[str]] = set()
RECORDS: Final[set[str]] = set()

# Whoever registers rules, by name: a definition can be read before anything else of the program was imported.
_REGISTERING: Final = "workflow.stages"


def register(names: set[str], name: str) -> None:
    """Make a name known to definitions. Two rules of one name would be one by chance: TypeError."""
    if name in names:
        raise TypeError(f"two rules are named {name}")
    names.add(name)


@cache
def complete() -> None:
    """Let everybody who has rules register them. To be called before names are compared with what is known."""
    import_module(_REGISTERING)


# Columns of a model that a state may require; the database holds the same rule as a constraint.
REQUIRED_FACT_NAMES: Final = frozenset({"decision_id", "revocation_id", "merged_into_id"})
