"""Which of the possible steps is the usual one: the one to offer first."""

from __future__ import annotations

from workflow.core.lifecycles.terms import Definition


def onwards(definition: Definition, state: str, target: str) -> tuple[int, int]:
    """How far a step from `state` to `target` leads, to be compared: ahead in the definition's order before an end before back.

    Of several ends the first in the definition is the best one: models come to be recognised.
    """
    order = {name: number for number, name in enumerate(definition.states)}
    if definition.states[target].end:
        return 1, -order[target]
    return (2 if order[target] > order[state] else 0), order[target]
