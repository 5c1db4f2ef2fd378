"""Whether there is anything for everybody to read, so that pages can lead there."""

from __future__ import annotations

from time import monotonic

from flask import Flask, current_app

from web.serving.transactions import reading
from workflow.ground.outage import as_refusal
from workflow.ground.refusals import Refusal
from workflow.stages.recognition import publication

_KEPT_SECONDS = 60.0


def install(app: Flask) -> None:
    """Tell the templates."""
    app.jinja_env.globals.update(public_page=present)


def present() -> bool:
    """Whether some year has a public page. Asked of the database once a minute: every page's foot wants to know."""
    asked_at, answer = current_app.extensions.get("dvk_public", (0.0, None))
    if answer is None or monotonic() - asked_at > _KEPT_SECONDS:
        try:
            with as_refusal():
                answer = bool(publication.years(reading()))
        except Refusal:
            # A page that says what is wrong must not fail for the same reason.
            return False
        current_app.extensions["dvk_public"] = (monotonic(), answer)
    return bool(answer)


def forget() -> None:
    """Ask again next time."""
    current_app.extensions.pop("dvk_public", None)
