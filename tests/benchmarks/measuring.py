"""Timing two ways of doing the same thing against each other: interleaved in one run, so that the machine's moods hit both."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import perf_counter_ns
from typing import Any


@dataclass(frozen=True, slots=True)
class Measurement:
    """One line of the table. ours, floor: seconds for one operation at the 10th percentile (floor None: an absolute bound).

    bound: the ratio (without a floor: the seconds) that ours may be at most; at_least: floor / ours has to reach it.
    """

    what: str
    ours: float
    floor: float | None
    bound: float
    at_least: bool = False

    @property
    def value(self) -> float:
        """What is held against the bound."""
        if self.floor is None:
            return self.ours
        return self.floor / self.ours if self.at_least else self.ours / self.floor

    @property
    def met(self) -> bool:
        """Whether the bound is kept."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def as_json(self) -> dict[str, Any]:
        """With the ratio and whether it is met."""
        return {**asdict(self), "value": self.value, "met": self.met}


BLOCK = 10
"""Operations of one way in a row: with fewer, a way is charged for the caches that the other one has filled."""


def interleaved(rounds: int, *ways: Callable[[int], object], block: int = BLOCK, warm_up: int = 2) -> list[float]:
    """Seconds for one operation of each way, at the 10th percentile over `rounds` blocks that take turns.

    Each way gets the running number of its operation. Garbage is collected between blocks, for all ways alike.
    """
    times: list[list[int]] = [[] for _ in ways]
    gc.collect()
    gc.disable()
    try:
        for turn in range(rounds + warm_up):
            for index, way in enumerate(ways):
                numbers = range(turn * block, (turn + 1) * block)
                start = perf_counter_ns()
                for number in numbers:
                    way(number)
                spent = (perf_counter_ns() - start) // block
                if turn >= warm_up:
                    times[index].append(spent)
            gc.collect()
    finally:
        gc.enable()
    return [p10(each) / 1e9 for each in times]


def p10(values: Sequence[int]) -> float:
    """The 10th percentile: the undisturbed case, without the luck of the single best."""
    return float(sorted(values)[len(values) // 10])
