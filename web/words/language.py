"""The language of a page: Vietnamese, or English by the switch in the footer, kept in a cookie and with the account."""

from __future__ import annotations

from contextlib import ExitStack

from flask import Flask, g, has_request_context, request
from werkzeug.wrappers import Response as AnyResponse

from web.serving import visitor
from web.serving.security import where_it_stood
from web.serving.transactions import settings
from web.words import catalogue
from web.words.catalogue import LANGUAGES, SOURCE
from workflow.ground.speech import speaking

COOKIE = "dvk_lang"
KEPT_SECONDS = 365 * 24 * 3600
# Pages that caches may keep are the same for everybody: there the address names the language.
IN_ADDRESS = "public"
PARAMETER = "ngon-ngu"
_PUBLIC = f"{IN_ADDRESS}."


def install(app: Flask) -> None:
    """Speak the language of whoever asks during the whole request. After the visitor is known."""
    app.before_request(_begin)
    app.teardown_request(_end)
    app.jinja_env.globals.update(
        language=current, other_languages=others, language_in_address=in_address, return_here=where_it_stood
    )
    app.url_defaults(_carry)


def current() -> str:
    """The language of this request."""
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _chosen()
    return found


def others() -> list[tuple[str, str]]:
    """The languages one may change to: code and own name."""
    return [(code, name) for code, name in LANGUAGES.items() if code != current()]


def in_address() -> bool:
    """Whether the address of this page names its language."""
    return request.blueprint == IN_ADDRESS


def keep(answer: AnyResponse, language: str) -> AnyResponse:
    """Have the browser remember the language for a year."""
    answer.set_cookie(
        COOKIE,
        language,
        max_age=KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings().cookie_secure,
        path="/",
    )
    return answer


def _chosen() -> str:
    if not has_request_context():
        return SOURCE
    if in_address():
        asked = request.args.get(PARAMETER, "")
        return asked if asked in LANGUAGES else SOURCE
    asked = request.cookies.get(COOKIE, "")
    if asked in LANGUAGES:
        return asked
    who = visitor.current()
    return who.language if who is not None and who.language in LANGUAGES else SOURCE


def _carry(endpoint: str, values: dict[str, object]) -> None:
    """A link to a public page keeps the language."""
    # Asked for every address of every page, so what is rare is asked first.
    if endpoint.startswith(_PUBLIC) and current() != SOURCE:
        values.setdefault(PARAMETER, current())


def speak() -> None:
    """Speak the language of this request from now to its end; once is enough."""
    if "language_stack" not in g:
        stack = g.language_stack = ExitStack()
        stack.enter_context(speaking(catalogue.translator(current())))


def _begin() -> None:
    if request.endpoint != "static":
        speak()


def _end(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("language_stack", None)
    if stack is not None:
        stack.close()
