"""Writing a comment on a model."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.forms.answers import page_again, say
from web.forms.base import options, said
from web.forms.implementation import CommentForm
from web.look.presentation import AUDIENCES
from web.serving import clock
from web.serving.access_rules import access_rule
from web.serving.transactions import reading, writing
from web.serving.visitor import actor
from workflow.core.engine import changes
from workflow.ground.refusals import Refusal
from workflow.ground.speech import _
from workflow.stages.implementation import comments

pages = Blueprint("comments", __name__)


@pages.route("/mo-hinh/<code>/y-kien", methods=["GET", "POST"])
@access_rule(signed_in=True)
def write(code: str) -> Response | tuple[str, int]:
    who, refusal = actor(), None
    model = changes.seen(reading(), who, code)
    form = CommentForm()
    among = comments.reviews(who, model)
    form.audience.choices = options(item for item in AUDIENCES.items() if among or item[0] != "reviewers")
    if form.is_submitted():
        try:
            with writing() as connection:
                comments.write(connection, who.account_id, code, said(form.text), said(form.audience), clock.now())
        except Refusal as refused:
            refusal = refused
        else:
            say(_("Đã ghi ý kiến."))
            return redirect(url_for("models.shown", code=code) + "#y-kien")
    return page_again(
        "record.html",
        form,
        refusal,
        model=model,
        title=_("Viết ý kiến"),
        button=_("Gửi ý kiến"),
        told=(),
        upload=False,
    )
