"""What loading the sample gives back."""

from __future__ import annotations

from dataclasses import dataclass

from workflow.across.sample.people import SampleAccount


@dataclass(frozen=True, slots=True)
class SampleReport:
    """Who can sign in. loaded: False when the sample was there already and nothing was changed."""

    accounts: tuple[SampleAccount, ...]
    loaded: bool
