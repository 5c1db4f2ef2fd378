"""The command line `dvk`: the same job as the pages. Commands are loaded when called, so that `dvk --help` is quick."""

from __future__ import annotations

from web.cli.entry import main

__all__ = ["main"]
