"""Pages, forms and the command line: they parse, call and render, and hold no rule of the domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config.settings import Settings
    from workflow.ground.database import Database


def create_app(settings: Settings, database: Database | None = None) -> Flask:
    """The web application on this database (by default the one the settings name)."""
    # The command line lives in this package too and must start without loading the whole of the web.
    from web.application import build

    return build(settings, database)


__all__ = ["create_app"]
