"""What protects a page in the browser: security headers, the limit on sign-in, redirects that stay at home."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits.errors import ConfigurationError

from config.sentence import Sentence
from config.settings import SettingsInvalid
from web.serving.transactions import settings
from workflow.ground.reading.text import fold

# Scripts and styles are files of our own, none stands in a page; pictures may come from ourselves only.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

limiter = Limiter(key_func=get_remote_address)


def sign_in_limit() -> str:
    """The rate at which wrong passwords are accepted, as the settings say."""
    return str(current_app.config["SIGN_IN_LIMIT"])


def account_tried() -> str:
    """The account that somebody tries to sign in to, however they write it."""
    return "account:" + fold(request.form.get("user_name", "")[:200])


def address_limit() -> str:
    """An office of many people shares one address: three times the rate of an account."""
    count, _, rest = sign_in_limit().partition(" ")
    return f"{int(count) * 3} {rest}"


def install(app: Flask) -> None:
    """Set the headers of every answer."""
    try:
        limiter.init_app(app)
    except ConfigurationError as error:
        raise SettingsInvalid(
            [
                Sentence(
                    "DVK_RATE_LIMIT_STORAGE: không dùng được (%(why)s). Hãy cài gói còn thiếu hoặc đặt lại memory://.",
                    why=error,
                )
            ]
        ) from error
    app.after_request(_headers)


def own_path(target: str | None, otherwise: str) -> str:
    """`target` if it is a path of this site, else `otherwise`: no redirect to anywhere else.

    Browsers read '//host', '/\\host' and a tab in between as another site, so only plain printable paths pass.
    """
    if not target or not target.startswith("/") or target.startswith("//") or len(target) > 2000:
        return otherwise
    if "\\" in target or not target.isprintable() or " " in target:
        return otherwise
    return target


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if "Cache-Control" not in response.headers:
        # Every page is somebody's own; the back button of a shared machine must not show it to the next person.
        response.headers["Cache-Control"] = "no-store"
    if request.blueprint != "public" or response.status_code != 200:
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    if request.is_secure and settings().cookie_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def where_it_stood() -> str:
    """The page on which the form of this request stood: its own address, else the one it was sent from."""
    rule = request.url_rule
    if rule is not None and "GET" in (rule.methods or ()):
        return own_path(request.full_path.rstrip("?"), request.path)
    parts = urlsplit(request.referrer or "")
    return own_path(parts.path, url_for("home.work")) if parts.netloc == request.host else url_for("home.work")
