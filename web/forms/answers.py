"""How a refusal of the domain becomes an answer: its status, and the form again with everything that was typed."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template

from web.forms.base import PageForm
from web.serving.transactions import reading
from web.words.meanwhile import since
from workflow.ground.refusals import Conflict, Refusal
from workflow.ground.speech import _

STATUS = {
    "not_found": 404,
    "forbidden": 403,
    "conflict": 409,
    "invalid": 422,
    "refused": 409,
    "unavailable": 503,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status for a kind of refusal."""
    return STATUS.get(refusal.kind, 409)


def page_again(template: str, form: PageForm, refusal: Refusal | None, **facts: Any) -> tuple[str, int]:
    """A page with a form: fresh, or after a refusal with what was typed and what is wrong with it."""
    status = 200
    if refusal is not None:
        form.take(refusal)
        status = status_of(refusal)
    version, model = _version_sent(form), facts.get("model")
    if isinstance(refusal, Conflict) and version is not None and model is not None:
        facts["meanwhile"] = since(reading(), model.id, model.definition_hash, version)
    if isinstance(refusal, Conflict) and facts.get("meanwhile"):
        # What the domain says, to load it anew, would lose what was typed; here it is told and kept.
        form.general = [_("Người khác vừa làm trước bạn. Hãy xem thay đổi bên dưới; nếu vẫn muốn, hãy gửi lại.")]
    return render_template(template, form=form, refusal=refusal, **facts), status


def _version_sent(form: PageForm) -> int | None:
    """The version the form was made for, whatever `renewed` put into it since."""
    sent = getattr(form._fields.get("version"), "raw_data", None)
    text = str(sent[0]) if sent else ""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def renewed(form: PageForm, refusal: Refusal | None, version: int) -> None:
    """After a conflict the form comes back for the present version, so that sending it again is a decision, not an accident."""
    field = form._fields.get("version")
    if isinstance(refusal, Conflict) and field is not None:
        field.data = str(version)


def say(sentence: str, *warnings: str) -> None:
    """What was done, for the next page; warnings after it."""
    flash(sentence, "success")
    for warning in warnings:
        flash(warning, "warning")


def say_refused(refusal: Refusal) -> None:
    """A refusal of an action that has no form of its own to come back to."""
    for reason in refusal.reasons:
        flash(_("Chưa làm được: %(sentence)s", sentence=reason.message), "error")
