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


def interleaved(rounds: int, *ways: Callable[[int], object], warm_up: int = 3) -> list[float]:
    """Seconds of each way at the 10th percentile over `rounds`; each way gets the number of the round.

    Collection of garbage is switched off while a way is timed and done between rounds, for all ways alike.
    """
    times: list[list[int]] = [[] for _ in ways]
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + warm_up):
            for index, way in enumerate(ways):
                start = perf_counter_ns()
                way(number)
                spent = perf_counter_ns() - start
                if number >= warm_up:
                    times[index].append(spent)
            if number % 50 == 0:
                gc.collect()
    finally:
        gc.enable()
    return [p10(each) / 1e9 for each in times]


def p10(values: Sequence[int]) -> float:
    """The 10th percentile: the undisturbed case, without the luck of the single best."""
    return float(sorted(values)[len(values) // 10])
