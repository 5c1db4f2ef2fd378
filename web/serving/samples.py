"""Whether this installation holds invented data, so that every page can say so."""

from __future__ import annotations

from time import monotonic

from flask import Flask, current_app

from web.serving.transactions import reading
from workflow.across.sample import removal
from workflow.ground.outage import as_refusal
from workflow.ground.refusals import Refusal

_KEPT_SECONDS = 60.0


def install(app: Flask) -> None:
    """Tell the templates."""
    app.jinja_env.globals.update(sample_present=present)


def present() -> bool:
    """Whether there is a sample. Asked of the database once a minute: the answer changes once in an installation's life."""
    asked_at, answer = current_app.extensions.get("dvk_sample", (0.0, None))
    if answer is None or monotonic() - asked_at > _KEPT_SECONDS:
        try:
            with as_refusal():
                answer = removal.present(reading())
        except Refusal:
            # The page that says so must not fail for the same reason.
            return False
        current_app.extensions["dvk_sample"] = (monotonic(), answer)
    return bool(answer)


def forget() -> None:
    """Ask again next time."""
    current_app.extensions.pop("dvk_sample", None)
