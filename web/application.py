"""Puts the web application together: settings, extensions, guards of every request, page families."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as AnyResponse

from config.settings import Settings, secret_key
from web.look import presentation
from web.serving import (
    access_rules,
    accesses,
    compression,
    publicity,
    receipts,
    samples,
    security,
    static_files,
    transactions,
    uploads,
    visitor,
)
from web.views import (
    calendar,
    calls,
    chasing,
    deliveries,
    errors,
    health,
    help,
    home,
    lifecycle,
    overview,
    public,
    registration,
    reports,
    tally,
)
from web.views.administration import accounts, assignments, days_off, definitions, trail, units, years
from web.views.administration import home as administration
from web.views.inbox import messages, preferences
from web.views.inspection import record as inspection
from web.views.inspection import visits
from web.views.models import attachments, change_requests, comments, consent, export, implementation, transition
from web.views.models import pages as models
from web.views.recognition import decisions, submissions
from web.views.review import meeting, meetings
from web.views.session import admission, invitations, sign_in
from web.views.session import language as language_switch
from web.words import language
from workflow.ground.database import Database
from workflow.stages.implementation.attachments import Store

FAMILIES = (
    health,
    sign_in,
    language_switch,
    home,
    messages,
    preferences,
    calendar,
    chasing,
    models,
    transition,
    registration,
    change_requests,
    consent,
    implementation,
    attachments,
    comments,
    visits,
    inspection,
    meetings,
    meeting,
    submissions,
    decisions,
    export,
    reports,
    overview,
    tally,
    lifecycle,
    administration,
    units,
    accounts,
    assignments,
    invitations,
    years,
    definitions,
    days_off,
    calls,
    trail,
    deliveries,
    help,
    public,
)


def build(settings: Settings, database: Database | None) -> Flask:
    """A Flask application; several may live in one process, each with its own database."""
    app = Flask("web", static_folder=None)
    app.config.update(
        SECRET_KEY=secret_key(settings),
        SESSION_COOKIE_NAME="dvk_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        # One file and the fields around it. A page of text never comes near this.
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1024 * 1024,
        # A sheet of 2 000 votes is one form.
        MAX_FORM_PARTS=20_000,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        # A form left open overnight is still a good form; what may be stale in it carries a version of its own.
        WTF_CSRF_TIME_LIMIT=None,
        SIGN_IN_LIMIT=settings.sign_in_limit,
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    app.url_map.converters["int"] = _Key
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    opened = database or Database(settings.database_url, synchronous=settings.sqlite_synchronous)
    app.extensions["dvk_settings"] = settings
    app.extensions["dvk_database"] = opened
    app.extensions["dvk_store"] = Store(Path(settings.data_dir) / "attachments", settings.max_upload_bytes)

    # Registered first, so that it comes last: what it compresses is final.
    compression.install(app)
    transactions.install(app)
    # Who it is comes before the form's token: without a session there is no form to check.
    visitor.install(app)
    language.install(app)
    admission.install(app)
    uploads.install(app)
    forms = CSRFProtect(app)
    # A mail program that takes its owner off carries a signed token of its own (RFC 8058).
    forms.exempt(preferences.unsubscribe)
    receipts.install(app)
    security.install(app)
    presentation.install(app)
    accesses.install(app)
    samples.install(app)
    publicity.install(app)
    static_files.install(app)
    errors.install(app)
    for family in FAMILIES:
        app.register_blueprint(family.pages)
    _redirect_root(app)
    return app


class _Key(IntegerConverter):
    """A key in an address: a number that no database can hold is no page."""

    def __init__(self, url_map: Map, **options: Any) -> None:
        super().__init__(url_map, max=2**62, **options)


def _redirect_root(app: Flask) -> None:
    @app.get("/")
    @access_rules.access_rule(public=True)
    def root() -> AnyResponse:
        return redirect(url_for("home.work"))

    @app.after_request
    def see_other(response: Response) -> Response:
        # After a form has been taken the next page is fetched with GET, whatever an old proxy makes of 302.
        if request.method == "POST" and response.status_code == 302:
            response.status_code = 303
        return response
