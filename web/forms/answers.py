"""What becomes of a form: its command and the way on, or the same page again with what was typed and what the domain refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from flask import flash, redirect, render_template
from werkzeug.wrappers import Response

from web.forms.base import PageForm
from web.serving.transactions import reading, writing
from web.words.meanwhile import since
from workflow.ground.database import Connection
from workflow.ground.refusals import Conflict, NotFound, Refusal
from workflow.ground.speech import _

Answer: TypeAlias = Response | tuple[str, int]
"""What a page with a form gives: the way on, or the page and its status."""

T = TypeVar("T")

STATUS = {
    "not_found": 404,
    "forbidden": 403,
    "conflict": 409,
    "invalid": 422,
    "refused": 409,
    "unavailable": 503,
}


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a form. sentence: said on the next page, warnings after it; address: of that page."""

    sentence: str
    address: str
    warnings: Sequence[str] = ()

    def answer(self) -> Response:
        """Say it and lead on."""
        say(self.sentence, *self.warnings)
        return redirect(self.address)


def act(form: PageForm, command: Callable[[Connection], Done]) -> Response | None:
    """Do in one transaction what a form asks for, and lead on. None when its page is to be shown: not sent yet, or refused."""
    return attempt(form, lambda: _written(command))


def attempt(form: PageForm, command: Callable[[], T]) -> T | None:
    """What a command gives that keeps its own transactions or answers in its own way; None when the page is to be shown.

    The form keeps the refusal for `page_again`.
    """
    if form.acts:
        try:
            return command()
        except Refusal as refused:
            form.refusal = refused
    return None


def press(back: str, command: Callable[[Connection], Done]) -> Response:
    """Do in one transaction what a button without a form of its own asks for, and lead on; back: where it stood."""
    return attempt_from(back, lambda: _written(command))


def attempt_from(back: str, command: Callable[[], T]) -> T | Response:
    """What a command gives. A refusal is told on the page it goes back to; what is not there is not found."""
    try:
        return command()
    except NotFound:
        raise
    except Refusal as refused:
        for reason in refused.reasons:
            flash(_("Chưa làm được: %(sentence)s", sentence=reason.message), "error")
        return redirect(back)


def _written(command: Callable[[Connection], Done]) -> Response:
    with writing() as connection:
        done = command(connection)
    return done.answer()


def status_of(refusal: Refusal) -> int:
    """The HTTP status for a kind of refusal."""
    return STATUS.get(refusal.kind, 409)


def page_again(template: str, form: PageForm, *, version: int | None = None, **facts: Any) -> tuple[str, int]:
    """A page with a form: fresh, or after a refusal with what was typed and what is wrong with it.

    version: the present one of what the form is about, where that is no model.
    """
    refusal, status, model = form.refusal, 200, facts.get("model")
    if refusal is not None:
        form.take(refusal)
        status = status_of(refusal)
    if isinstance(refusal, Conflict):
        sent = form.sent_version
        if sent is not None and model is not None and "meanwhile" not in facts:
            facts["meanwhile"] = since(reading(), model.id, model.definition_hash, sent)
        if facts.get("meanwhile"):
            # What the domain says, to load it anew, would lose what was typed; here it is told and kept.
            form.general = [_("Người khác vừa làm trước bạn. Hãy xem thay đổi bên dưới; nếu vẫn muốn, hãy gửi lại.")]
        form.renew(version if version is not None or model is None else model.version)
    return render_template(template, form=form, refusal=refusal, **facts), status


def say(sentence: str, *warnings: str) -> None:
    """What was done, for the next page; warnings after it."""
    if sentence:
        flash(sentence, "success")
    for warning in warnings:
        flash(warning, "warning")
