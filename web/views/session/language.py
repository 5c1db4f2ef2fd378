"""The switch in the footer: another language, on the page one stands on."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from web.serving import visitor
from web.serving.access_rules import access_rule
from web.serving.security import own_path
from web.serving.transactions import writing
from web.words import language
from web.words.catalogue import LANGUAGES
from workflow.core.people.language import choose

pages = Blueprint("language", __name__)


@pages.post("/ngon-ngu")
@access_rule(public=True)
def change() -> AnyResponse:
    wanted = request.form.get("language", "")
    if wanted not in LANGUAGES:
        abort(404)
    who = visitor.current()
    if who is not None:
        with writing() as connection:
            choose(connection, who.actor.account_id, wanted)
    return language.keep(redirect(own_path(request.form.get("next"), url_for("root"))), wanted)
