"""How long the state machine alone needs to decide, in memory."""

from __future__ import annotations

from timeit import repeat

from tests.benchmarks.measuring import Measurement
from workflow.core.lifecycles import machine as lifecycle
from workflow.core.lifecycles import parsing


def measure() -> list[Measurement]:
    """One decision with a permit that agrees, best of seven runs of 20 000."""
    definition = parsing.standard("three_tier")

    def decide() -> None:
        lifecycle.decide(definition, "submitted", "accept", lambda transition: True, {})

    decide()
    best = min(repeat(decide, number=20_000, repeat=7)) / 20_000
    return [Measurement("state decision alone, in memory", best, None, 10e-6)]
