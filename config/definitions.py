"""Where the data files that come with the program are: lifecycles, a year's defaults, sections of a report, days off."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

# The order is the order in which they are offered.
LIFECYCLE_IDS = ("three_tier", "two_tier")
DEFAULT_LIFECYCLE = "three_tier"
PROGRAMME_FILE = "programme.toml"
REPORT_SECTIONS_FILE = "report_sections.toml"
DAYS_OFF_FILE = "days_off.toml"


def lifecycle_file(lifecycle_id: str) -> Traversable:
    """The TOML file of a definition that comes with the program; KeyError for any other name."""
    if lifecycle_id not in LIFECYCLE_IDS:
        raise KeyError(lifecycle_id)
    return files("config").joinpath("lifecycles", f"{lifecycle_id}.toml")


def lifecycle_text(lifecycle_id: str) -> str:
    return lifecycle_file(lifecycle_id).read_text(encoding="utf-8")


def programme_text() -> str:
    """The defaults of a programme year, as TOML text."""
    return files("config").joinpath(PROGRAMME_FILE).read_text(encoding="utf-8")


def report_sections_text() -> str:
    """The sections a report may have, as TOML text."""
    return files("config").joinpath(REPORT_SECTIONS_FILE).read_text(encoding="utf-8")


def days_off_text() -> str:
    """Days off and swapped working days that were decided, as TOML text."""
    return files("config").joinpath(DAYS_OFF_FILE).read_text(encoding="utf-8")
