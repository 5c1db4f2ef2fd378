"""Writes down who opened an individual's dossier: noted while a page is made, kept before the page is handed out."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, g

from web.serving import clock, visitor
from web.serving.transactions import database, reading
from workflow.across.oversight import access_log
from workflow.across.oversight.access_log import What
from workflow.core.engine.changes import Model


def install(app: Flask) -> None:
    """Keep what a request noted, in a transaction of its own."""
    app.after_request(_keep)
    app.jinja_env.globals.update(may_ask_who_saw=may_ask)


def may_ask(model: Model) -> bool:
    """Whether the visitor may know who has opened this individual's dossier."""
    return model.kind == "individual" and access_log.may_ask(visitor.actor(), model)


def note(model: Model, what: What) -> None:
    """The visitor reads this model. Within an hour it is written once."""
    who = visitor.actor()
    if access_log.concerns(who, model) and not access_log.recorded(reading(), who, clock.now(), model.id, what):
        note_all([model.id], what)


def note_all(model_ids: Collection[int], what: What) -> None:
    """The same for many models at once; those that do not concern the log are left out when it is written."""
    if model_ids and access_log.unrecorded(reading(), visitor.actor(), clock.now(), model_ids, what):
        g.setdefault("accesses", []).append((frozenset(model_ids), what))


def _keep(response: Response) -> Response:
    noted: list[tuple[frozenset[int], What]] = g.pop("accesses", [])
    who = visitor.current()
    if noted and who is not None and response.status_code < 400:
        with database().write() as connection:
            for model_ids, what in noted:
                access_log.record(connection, who.actor, clock.now(), model_ids, what)
    return response
